import type { Clock } from '../protocol/clock.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Engine, StepInput, StepOutput } from './engines/engine.ts';

/** One leg's wish for one model step. */
export interface StepRequest {
  /** `[frameCount, featureCount]`. */
  readonly frames: Float32Array;
  readonly frameCount: number;
  /** `[stateSize]`: read before the step, overwritten after it. */
  readonly state: Float32Array;
  /** A view into the batch's result: read it at once, do not keep it. */
  done(logits: Float32Array): void;
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
 * Runs one batched step for all the legs that wait for one: a batch of many costs each leg a fraction
 * of a step alone. What one turn of the event loop asks for, such as a round of hearing (rounds.ts),
 * goes together; while a batch runs the next one fills. First come, first served; a leg has at most
 * one request here.
 */
export class Scheduler {
  readonly #engine: Engine;
  readonly #sizes: SchedulerSizes;
  readonly #frames: Float32Array;
  readonly #state: Float32Array;
  readonly #clock: Clock;
  #waiting: StepRequest[] = [];
  #running = false;
  #due = false;
  /** When the longest-waiting request came. */
  #waitingSinceMs = 0;
  #busyMs = 0;
  #ranSinceMs = 0;
  /** Steps over batches is the mean batch; failures are steps without an answer. */
  readonly counts = { batches: 0, steps: 0, failures: 0 };

  constructor(engine: Engine, sizes: SchedulerSizes, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
    this.#sizes = sizes;
    const { maxBatchLegs, maxFrameCount, featureCount, stateSize } = sizes;
    this.#frames = new Float32Array(maxBatchLegs * maxFrameCount * featureCount);
    this.#state = new Float32Array(maxBatchLegs * stateSize);
  }

  get waitingLegs(): number {
    return this.#waiting.length;
  }

  /** How long the oldest request has been waiting, and for how long batches have run so far. */
  get load(): { readonly oldestWaitMs: number; readonly busyMs: number } {
    const nowMs = this.#clock.monotonicMs();
    return {
      oldestWaitMs: this.#waiting.length === 0 ? 0 : nowMs - this.#waitingSinceMs,
      busyMs: this.#busyMs + (this.#running ? nowMs - this.#ranSinceMs : 0),
    };
  }

  request(request: StepRequest): void {
    if (this.#waiting.length === 0) this.#waitingSinceMs = this.#clock.monotonicMs();
    this.#waiting.push(request);
    this.#plan();
  }

  #plan(): void {
    if (this.#running || this.#due) return;
    this.#due = true;
    // A turn later, so that all the legs that this turn of the event loop fed are in the batch.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#due = false;
    this.#running = true;
    this.#ranSinceMs = this.#clock.monotonicMs();
    const batch = this.#takeBatch();
    const result = await this.#step(batch);
    this.#busyMs += this.#clock.monotonicMs() - this.#ranSinceMs;
    if (result instanceof TonewireError) {
      this.counts.failures += batch.length;
      for (const request of batch) this.#deliver(() => request.failed(result));
    } else {
      this.#scatter(batch, result);
    }
    this.#running = false;
    if (this.#waiting.length > 0) this.#plan();
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
    // What is left over was there before the batch ran, and has waited long enough.
    if (rest.length === 0) this.#waitingSinceMs = this.#clock.monotonicMs();
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
      request.state.set(output.state.subarray(row * stateSize, (row + 1) * stateSize));
      const logits = output.logits.subarray(row * labelCount, (row + 1) * labelCount);
      this.#deliver(() => request.done(logits));
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
