/** Tells the answer to the newest question from a late one to a question before it. */
export class Questions {
  #newest = 0;

  /** Asks; what comes back says whether nothing was asked since. */
  ask(): () => boolean {
    this.#newest += 1;
    const own = this.#newest;
    return () => own === this.#newest;
  }
}
