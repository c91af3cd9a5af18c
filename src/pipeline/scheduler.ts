import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Engine, StepInput, StepOutput } from './engines/engine.ts';

/** One leg's wish for one model step. */
export interface StepRequest {
  /** `[frameCount, featureCount]`. */
  readonly frames: Float32Array;
  readonly frameCount: number;
  /** `[stateSize]`: read before the step, overwritten after it. */
  readonly state: Float32Array;
  /** Views into the batch's result: read them at once, do not keep them. */
  done(logits: Float32Array, scores: Float32Array, logNormaliser: number): void;
  /** The step failed; the leg's state is as it was. */
  failed(error: TonewireError): void;
}

export interface SchedulerSizes {
  readonly featureCount: number;
  readonly stateSize: number;
  readonly labelCount: number;
  readonly maxFrameCount: number;
  readonly maxBatchLegs: number;
}

/**
 * Gathers the legs that wait for a step and runs one batched step for all of them. While a batch
 * runs the next one fills, so batches grow with the load by themselves and an idle server answers
 * at once. First come, first served; a leg has at most one request here.
 */
export class Scheduler {
  readonly #engine: Engine;
  readonly #sizes: SchedulerSizes;
  readonly #frames: Float32Array;
  readonly #state: Float32Array;
  #waiting: StepRequest[] = [];
  #running = false;
  /** Steps over batches is the mean batch; failures are steps without an answer. */
  readonly counts = { batches: 0, steps: 0, failures: 0 };

  constructor(engine: Engine, sizes: SchedulerSizes) {
    this.#engine = engine;
    this.#sizes = sizes;
    const { maxBatchLegs, maxFrameCount, featureCount, stateSize } = sizes;
    this.#frames = new Float32Array(maxBatchLegs * maxFrameCount * featureCount);
    this.#state = new Float32Array(maxBatchLegs * stateSize);
  }

  get waitingLegs(): number {
    return this.#waiting.length;
  }

  request(request: StepRequest): void {
    this.#waiting.push(request);
    if (this.#running) return;
    this.#running = true;
    // A turn later, so that all the legs that this turn of the event loop fed are in the batch.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      const result = await this.#step(batch);
      if (result instanceof TonewireError) {
        this.counts.failures += batch.length;
        for (const request of batch) this.#deliver(() => request.failed(result));
      } else {
        this.#scatter(batch, result);
      }
    }
    this.#running = false;
  }

  async #step(batch: readonly StepRequest[]): Promise<StepOutput | TonewireError> {
    try {
      return await this.#engine.step(this.#gather(batch));
    } catch (cause) {
      return toTonewireError(cause, 'TW_ENGINE_FAILED');
    }
  }

  /** The longest-waiting request and those of its length; all but the ends of segments are alike. */
  #takeBatch(): StepRequest[] {
    const { frameCount } = this.#waiting[0]!;
    const batch: StepRequest[] = [];
    const rest: StepRequest[] = [];
    for (const request of this.#waiting) {
      const fits = request.frameCount === frameCount && batch.length < this.#sizes.maxBatchLegs;
      (fits ? batch : rest).push(request);
    }
    this.#waiting = rest;
    this.counts.batches += 1;
    this.counts.steps += batch.length;
    return batch;
  }

  #gather(batch: readonly StepRequest[]): StepInput {
    const { featureCount, stateSize } = this.#sizes;
    const { frameCount } = batch[0]!;
    const rowLength = frameCount * featureCount;
    batch.forEach((request, row) => {
      this.#frames.set(request.frames.subarray(0, rowLength), row * rowLength);
      this.#state.set(request.state, row * stateSize);
    });
    return {
      batchSize: batch.length,
      frameCount,
      frames: this.#frames.subarray(0, batch.length * rowLength),
      state: this.#state.subarray(0, batch.length * stateSize),
    };
  }

  #scatter(batch: readonly StepRequest[], output: StepOutput): void {
    const { stateSize, labelCount } = this.#sizes;
    batch.forEach((request, row) => {
      const { frameCount } = request;
      request.state.set(output.state.subarray(row * stateSize, (row + 1) * stateSize));
      const logits = output.logits.subarray(row * labelCount, (row + 1) * labelCount);
      const scores = output.scores.subarray(row * frameCount, (row + 1) * frameCount);
      this.#deliver(() => request.done(logits, scores, output.logNormaliser[row]!));
    });
  }

  /** A leg that throws on its answer must not keep the others from theirs. */
  #deliver(answer: () => void): void {
    try {
      answer();
    } catch {
      this.counts.failures += 1;
    }
  }
}
