const CACHE_MEGABYTES = 40;
/** libsvm's own default, and scikit-learn's. */
const TOLERANCE = 1e-3;

export interface SvmProblem {
  /** `[n][n]`: the kernel of every training row with every other. */
  readonly kernel: readonly Float64Array[];
  /** `[n]` class numbers from 0. */
  readonly classes: readonly number[];
}

/** Given the kernel of a row with every training row, its class. */
export type Decide = (kernelRow: Float64Array) => number;

/**
 * Trains Chih-Jen Lin's libsvm (C-SVC, one against one) with balanced class weights, gives `use`
 * the decision function, and frees libsvm's memory after it. The kernel comes from outside, so that
 * one matrix serves every cost that is tried.
 */
export async function withSvm<Result>(
  { kernel, classes }: SvmProblem,
  cost: number,
  use: (decide: Decide) => Result,
): Promise<Result> {
  const Svm = await loadLibsvm();
  const svm = new Svm({
    type: Svm.SVM_TYPES.C_SVC,
    kernel: Svm.KERNEL_TYPES.PRECOMPUTED,
    cost,
    cacheSize: CACHE_MEGABYTES,
    tolerance: TOLERANCE,
    weight: balancedWeights(classes),
    quiet: true,
  });
  try {
    svm.train(
      kernel.map((row, i) => numbered(row, i + 1)),
      classes,
    );
    return use((row) => svm.predictOne(numbered(row, 0)));
  } finally {
    svm.free();
  }
}

/** libsvm reads a precomputed row with its number, counted from 1, in front; in prediction any. */
function numbered(row: Float64Array, number: number): Float64Array {
  const whole = new Float64Array(row.length + 1);
  whole[0] = number;
  whole.set(row, 1);
  return whole;
}

/** `n / (classes · n of the class)`, as scikit-learn's `class_weight="balanced"`. */
function balancedWeights(classes: readonly number[]): Record<number, number> {
  const counts = new Map<number, number>();
  for (const number of classes) counts.set(number, (counts.get(number) ?? 0) + 1);
  const weights: Record<number, number> = {};
  for (const [number, count] of counts) weights[number] = classes.length / (counts.size * count);
  return weights;
}

/**
 * On loading, libsvm-js (its Emscripten shell) asks Node to exit without a word on any unhandled
 * rejection, in the whole process. That request is withdrawn.
 */
async function loadLibsvm() {
  const before = process.listeners('unhandledRejection');
  const { default: Svm } = await import('libsvm-js/asm.js');
  for (const listener of process.listeners('unhandledRejection')) {
    if (!before.includes(listener)) process.off('unhandledRejection', listener);
  }
  return Svm;
}
