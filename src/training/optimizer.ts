import {
  LEARNED_NAMES,
  mapWeights,
  type WeightArrays,
  type WeightName,
} from '../pipeline/network/weights.ts';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** What a step moves; a weight without a gradient stays as it is. */
export type Gradients = Partial<Record<WeightName, Float32Array>>;

/** Euclidean norm over all gradients. */
export function gradientNorm(gradients: Gradients): number {
  let sum = 0;
  for (const name of LEARNED_NAMES) for (const g of gradients[name] ?? []) sum += g * g;
  return Math.sqrt(sum);
}

/**
 * Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019, "AdamW"; with
 * `weightDecay` 0 it is Adam). Runs on plain arrays: the weights are few and downloaded anyway.
 * Biases do not decay.
 */
export class AdamW {
  readonly #weightDecay: number;
  readonly #clip: number;
  readonly firstMoment: WeightArrays;
  readonly secondMoment: WeightArrays;
  #steps = 0;

  constructor(weights: WeightArrays, weightDecay: number, clip: number) {
    this.#weightDecay = weightDecay;
    this.#clip = clip;
    this.firstMoment = mapWeights((name) => new Float32Array(weights[name].length));
    this.secondMoment = mapWeights((name) => new Float32Array(weights[name].length));
  }

  /** Goes on after so many steps, the moments having been put back. */
  resume(steps: number): void {
    this.#steps = steps;
  }

  /** Moves `weights` in place. */
  update(weights: WeightArrays, gradients: Gradients, learningRate: number): void {
    this.#steps++;
    const scale = Math.min(1, this.#clip / (gradientNorm(gradients) + 1e-12));
    for (const name of LEARNED_NAMES) {
      const gradient = gradients[name];
      if (gradient === undefined) continue;
      const decay = name.endsWith('.bias') ? 0 : this.#weightDecay * learningRate;
      this.#updateOne(name, weights[name], gradient, scale, learningRate, decay);
    }
  }

  #updateOne(
    name: WeightName,
    weights: Float32Array,
    gradient: Float32Array,
    scale: number,
    learningRate: number,
    decay: number,
  ): void {
    const first = this.firstMoment[name];
    const second = this.secondMoment[name];
    const correction1 = 1 - BETA_1 ** this.#steps;
    const correction2 = 1 - BETA_2 ** this.#steps;
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]! * scale;
      const m = BETA_1 * first[i]! + (1 - BETA_1) * g;
      const v = BETA_2 * second[i]! + (1 - BETA_2) * g * g;
      first[i] = m;
      second[i] = v;
      const move = m / correction1 / (Math.sqrt(v / correction2) + EPSILON);
      weights[i] = weights[i]! * (1 - decay) - learningRate * move;
    }
  }
}

/** An exponential moving average of the weights, short at first so that the start is forgotten. */
export class AveragedWeights {
  readonly #decay: number;
  readonly values: WeightArrays;
  #steps = 0;

  constructor(weights: WeightArrays, decay: number) {
    this.#decay = decay;
    this.values = mapWeights((name) => weights[name].slice());
  }

  /** Goes on after so many steps, the averages having been put back. */
  resume(steps: number): void {
    this.#steps = steps;
  }

  add(weights: WeightArrays): void {
    this.#steps++;
    const decay = Math.min(this.#decay, this.#steps / (10 + this.#steps));
    for (const name of LEARNED_NAMES) {
      const average = this.values[name];
      const current = weights[name];
      for (let i = 0; i < average.length; i++) {
        average[i] = decay * average[i]! + (1 - decay) * current[i]!;
      }
    }
  }
}
