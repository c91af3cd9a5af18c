/** What one pass over the clips came to. */
export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainingLoss: number;
  readonly learningRate: number;
  /** Of the averaged weights on the whole validation clips; absent when not validated. */
  readonly validation?: { readonly accuracy: number; readonly unweightedAccuracy: number };
}
