/**
 * One model step over many legs. Row `b` of every array belongs to one leg; rows never mix.
 * All arrays are row-major and may be longer than used: only the first `batchSize` rows count.
 */
export interface StepInput {
  readonly batchSize: number;
  /** Frames a leg in this batch, the same for all. */
  readonly frameCount: number;
  /** `[batchSize, frameCount, featureCount]`, raw features: the network normalises. */
  readonly frames: Float32Array;
  /** `[batchSize, stateSize]`, each leg's state before the step. */
  readonly state: Float32Array;
}

export interface StepOutput {
  /** `[batchSize, labelCount]`, at the last frame. */
  readonly logits: Float32Array;
  /** `[batchSize, stateSize]`, each leg's state after the step. */
  readonly state: Float32Array;
}

/**
 * Runs the network's step. Stateless: what a leg remembers goes in and comes out. One step at a
 * time; an answer's arrays may be overwritten by the next step.
 */
export interface Engine {
  /** Such as "onnxruntime" or "tensorflow-wasm"; shown in logs, metrics and benchmarks. */
  readonly name: string;
  step(input: StepInput): Promise<StepOutput>;
  close(): Promise<void>;
}
