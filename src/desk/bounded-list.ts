/** A list of the newest: when it is full the oldest goes, and is counted. */
export class BoundedList<T> {
  readonly #maxItems: number;
  readonly #items: T[] = [];
  #dropped = 0;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get full(): boolean {
    return this.#items.length >= this.#maxItems;
  }

  add(item: T): void {
    if (this.full) {
      this.#items.shift();
      this.#dropped += 1;
    }
    this.#items.push(item);
  }
}
