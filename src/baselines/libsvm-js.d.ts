/** The part of libsvm-js (which ships no types) that is used; the asm.js build loads at once. */
declare module 'libsvm-js/asm.js' {
  interface SvmOptions {
    readonly type: string;
    readonly kernel: string;
    readonly cost: number;
    /** Kernel rows kept, in megabytes. */
    readonly cacheSize: number;
    readonly tolerance: number;
    /** Factor of the cost for each class. */
    readonly weight: Readonly<Record<number, number>>;
    readonly quiet: boolean;
  }

  export default class SVM {
    static readonly SVM_TYPES: { readonly C_SVC: string };
    static readonly KERNEL_TYPES: { readonly PRECOMPUTED: string };
    constructor(options: SvmOptions);
    train(samples: readonly Float64Array[], labels: readonly number[]): void;
    predictOne(sample: Float64Array): number;
    free(): void;
  }
}
