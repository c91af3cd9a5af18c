/** Frames on each side of the regression's centre, as HTK's DELTAWINDOW (The HTK Book, §5.9). */
const REACH = 2;
const SPAN = 2 * REACH + 1;
const NORM = 2 * (1 + 4); // 2·Σ θ², θ = 1..REACH

/**
 * Slope of each coefficient over the newest five frames: the usual delta, centred two frames back,
 * so that nothing waits for the future. Before the first frame, that frame repeats.
 */
export class Delta {
  readonly #width: number;
  readonly #recent: Float32Array;
  #newest = -1;

  constructor(width: number) {
    this.#width = width;
    this.#recent = new Float32Array(SPAN * width);
  }

  /** Takes `input[width]`, writes `output[width]` in units per frame. */
  compute(input: Float32Array, output: Float32Array): void {
    this.#remember(input);
    const oldest = (this.#newest + 1) % SPAN;
    for (let i = 0; i < this.#width; i++) {
      let slope = 0;
      for (let age = 0; age < SPAN; age++) {
        slope += (age - REACH) * this.#recent[((oldest + age) % SPAN) * this.#width + i]!;
      }
      output[i] = slope / NORM;
    }
  }

  reset(): void {
    this.#newest = -1;
  }

  #remember(input: Float32Array): void {
    if (this.#newest < 0) {
      for (let row = 0; row < SPAN; row++) this.#recent.set(input, row * this.#width);
      this.#newest = SPAN - 1;
      return;
    }
    this.#newest = (this.#newest + 1) % SPAN;
    this.#recent.set(input, this.#newest * this.#width);
  }
}
