import { logSum } from './log-sum.ts';

/** What a mixture of Gaussians with diagonal covariances is made of. */
export interface MixtureParameters {
  /** `[components]`, sum 1. */
  readonly weights: Float64Array;
  /** `[components, width]` */
  readonly means: Float64Array;
  /** `[components, width]` */
  readonly variances: Float64Array;
}

/** A mixture of diagonal Gaussians, ready to be evaluated. */
export class GaussianMixture {
  readonly parameters: MixtureParameters;
  readonly components: number;
  readonly width: number;
  /** `log(weight) − ½ Σ log(2π·variance)` of each component. */
  readonly #constants: Float64Array;
  readonly #precisions: Float64Array;

  constructor(parameters: MixtureParameters) {
    const { weights, means, variances } = parameters;
    this.parameters = parameters;
    this.components = weights.length;
    this.width = means.length / weights.length;
    this.#precisions = variances.map((variance) => 1 / variance);
    this.#constants = weights.map((weight, m) => {
      const own = variances.subarray(m * this.width, (m + 1) * this.width);
      return Math.log(weight) - 0.5 * own.reduce((sum, v) => sum + Math.log(2 * Math.PI * v), 0);
    });
  }

  /**
   * Log density of the frame at `frames[offset]`. What each component contributes, log of weight
   * times density, is written to `parts[at .. at + components)`.
   */
  logDensity(frames: Float64Array, offset: number, parts: Float64Array, at: number): number {
    const { means } = this.parameters;
    const { components, width } = this;
    const precisions = this.#precisions;
    let row = 0;
    for (let m = 0; m < components; m++) {
      let distance = 0;
      for (let i = 0; i < width; i++, row++) {
        const difference = frames[offset + i]! - means[row]!;
        distance += difference * difference * precisions[row]!;
      }
      parts[at + m] = this.#constants[m]! - 0.5 * distance;
    }
    return logSum(parts, at, this.components);
  }
}
