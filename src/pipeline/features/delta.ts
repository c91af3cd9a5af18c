/** Two frames on each side of the regression's centre, as HTK's DELTAWINDOW (The HTK Book, §5.9). */
const SPAN = 5;
const NORM = 2 * (1 + 4); // 2·Σ θ², θ = 1, 2

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
    const recent = this.#recent;
    const oldest = this.#row(1);
    const older = this.#row(2);
    const newer = this.#row(4);
    const newest = this.#row(5);
    for (let i = 0; i < this.#width; i++) {
      const near = recent[newer + i]! - recent[older + i]!;
      output[i] = (2 * (recent[newest + i]! - recent[oldest + i]!) + near) / NORM;
    }
  }

  reset(): void {
    this.#newest = -1;
  }

  /** Where a frame's row lies: 1 is the oldest, 5 the newest. */
  #row(place: number): number {
    return ((this.#newest + place) % SPAN) * this.#width;
  }

  #remember(input: Float32Array): void {
    if (this.#newest < 0) {
      for (let row = 0; row < SPAN; row++) this.#recent.set(input, row * this.#width);
      this.#newest = SPAN - 1;
      return;
    }
    this.#newest = (this.#newest + 1) % SPAN;
    const row = this.#newest * this.#width;
    for (let i = 0; i < this.#width; i++) this.#recent[row + i] = input[i]!;
  }
}
