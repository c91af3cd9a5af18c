/** Of the averaged weights on whole validation clips. */
export interface CorpusAccuracy {
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
}

/** What one pass over the clips came to. */
export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainingLoss: number;
  readonly learningRate: number;
  /** By corpus; absent when not validated. */
  readonly validation?: Readonly<Record<string, CorpusAccuracy>>;
}
