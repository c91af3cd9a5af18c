import { type TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { AudioFormat, GapCause, LegAnalysis, LegOutput, LegTotals } from './analysis.ts';
import { BYTES_PER_SAMPLE } from './decode.ts';
import { stepLength } from './early-steps.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, HOP_SAMPLES } from './features/layout.ts';
import { type AnalysisFrame, FrontEnd } from './front-end.ts';
import { LegQueue } from './leg-queue.ts';
import type { LegReadings } from './leg-readings.ts';
import { ProsodySummary } from './prosody-summary.ts';
import type { Hearer, Rounds } from './rounds.ts';
import type { Scheduler } from './scheduler.ts';
import type { TextCue, TextCueOptions } from './text-cues.ts';

/** Bounds and rhythm of one leg; the same for all legs of a process. */
export interface LegOptions {
  /** Frames to a model step, but for the early ones. */
  readonly stepFrames: number;
  /** Audio between two rolling updates, rounded up to whole frames. */
  readonly updateIntervalMs: number;
  /** Steps that may wait for the model before the oldest is dropped. */
  readonly maxPendingSteps: number;
  /** Longest gap that is filled with silence; a longer one is skipped. */
  readonly maxGapFillMs: number;
}

const SAMPLES_PER_MS = ANALYSIS_RATE_HZ / 1000;
/** Audio that may wait for a round; beyond it a leg hears at once, as one that catches up does. */
const MOST_WAITING_MS = 128;
const HOP_MS = HOP_SAMPLES / SAMPLES_PER_MS;
/** A segment's pitch is the median over its newest 10 s of voice. */
const SEGMENT_PITCHES = 320;

/**
 * One leg's way from bytes to outputs. Bytes wait until a frame is complete and the next round of
 * hearing comes (rounds.ts); frames are cut into model steps, rolling updates and segments, and queue
 * to be answered in the order they were heard (leg-queue.ts).
 */
export class LegPipeline implements LegAnalysis, Hearer {
  readonly #format: AudioFormat;
  readonly #rounds: Rounds;
  readonly #bytesPerMs: number;
  readonly #waiting: Uint8Array;
  #waitingBytes = 0;
  #joined = false;
  /** Why nothing more can be heard. */
  #failure: TonewireError | undefined;
  readonly #options: LegOptions;
  readonly #readings: LegReadings;
  readonly #frontEnd: FrontEnd;
  readonly #queue: LegQueue;
  #closed = false;

  /** Frames of speech since the leg began or was flushed. */
  #speechFrames = 0;
  readonly #step: Float32Array;
  #stepFill = 0;
  #stepStartMs = 0;

  readonly #updateProsody: ProsodySummary;
  readonly #framesPerUpdate: number;
  #framesInUpdate = 0;
  #updateStartMs = 0;

  readonly #segmentProsody = new ProsodySummary(SEGMENT_PITCHES);
  /** −1 while nobody speaks. */
  #segmentStartMs = -1;

  #nowMs = 0;
  #missingMs = 0;
  #filledMs = 0;

  constructor(
    format: AudioFormat,
    options: LegOptions,
    rounds: Rounds,
    scheduler: Scheduler,
    readings: LegReadings,
    emit: (output: LegOutput) => void,
  ) {
    this.#format = format;
    this.#rounds = rounds;
    this.#bytesPerMs = (format.sampleRateHz * BYTES_PER_SAMPLE[format.encoding]) / 1000;
    this.#waiting = new Uint8Array(Math.ceil(MOST_WAITING_MS * this.#bytesPerMs));
    this.#options = options;
    this.#readings = readings;
    this.#step = new Float32Array(options.stepFrames * FEATURE_COUNT);
    this.#framesPerUpdate = Math.ceil(options.updateIntervalMs / HOP_MS);
    this.#updateProsody = new ProsodySummary(this.#framesPerUpdate);
    this.#frontEnd = new FrontEnd(format, (frame) => this.#onFrame(frame));
    this.#queue = new LegQueue(options.maxPendingSteps, scheduler, readings, emit);
  }

  get pendingMs(): number {
    return this.#queue.pendingFrames * HOP_MS;
  }

  push(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) return;
    if (this.#waitingBytes + bytes.length > this.#waiting.length) this.hear();
    if (bytes.length > this.#waiting.length) {
      this.#take(bytes);
      return;
    }
    this.#waiting.set(bytes, this.#waitingBytes);
    this.#waitingBytes += bytes.length;
    if (this.#joined || this.#waitingBytes < this.#missingBytes) return;
    this.#joined = true;
    this.#rounds.join(this);
  }

  hear(): void {
    this.#joined = false;
    if (this.#waitingBytes === 0 || this.#closed) return;
    const heard = this.#waiting.subarray(0, this.#waitingBytes);
    this.#waitingBytes = 0;
    this.#take(heard);
  }

  #take(bytes: Uint8Array): void {
    try {
      this.#frontEnd.push(bytes);
      this.#queue.advance();
    } catch (cause) {
      // In a round nobody is there to catch it: whoever pushes next is told, and ends the call.
      this.#failure = toTonewireError(cause);
      this.abort();
    }
  }

  /** A short gap is filled with silence. A long one is skipped: what is heard next starts afresh. */
  gap(missingSamples: number, cause: GapCause): void {
    if (this.#closed) return;
    this.hear();
    const missingMs = (missingSamples * 1000) / this.#format.sampleRateHz;
    const filledMs = missingMs <= this.#fillableMs ? missingMs : 0;
    const startMs = this.#positionMs;
    if (filledMs === 0) this.#cutOff();
    const span = { startMs, endMs: startMs + missingMs };
    this.#queue.add({ kind: 'gap', span, cause, filledMs });
    if (filledMs > 0) this.#frontEnd.pushSilence(missingSamples);
    else this.#skip(missingMs);
    this.#missingMs += missingMs;
    this.#filledMs += filledMs;
    this.#queue.advance();
  }

  hearWords(cue: TextCue, options: TextCueOptions): void {
    this.hear();
    if (!this.#closed) this.#readings.hearWords(cue, options, this.#positionMs);
  }

  async drained(): Promise<void> {
    this.hear();
    if (this.#queue.pendingSteps > 0) await this.#queue.barrier();
  }

  async flush(): Promise<void> {
    this.hear();
    this.#cutOff();
    await this.#queue.barrier();
    this.#speechFrames = 0;
    this.#readings.reset();
    this.#skip(0);
  }

  async end(): Promise<LegTotals> {
    this.hear();
    if (this.#failure) throw this.#failure;
    this.#cutOff();
    try {
      await this.#queue.barrier();
    } finally {
      this.#close();
    }
    return {
      audioMs: this.#heardMs,
      gapMs: this.#missingMs + this.#queue.lostMs,
      ...this.#readings.totals(),
    };
  }

  abort(): void {
    this.#close();
    this.#queue.close();
  }

  /** What the next frame still lacks, in the source's bytes. */
  get #missingBytes(): number {
    return (this.#frontEnd.missingSamples / SAMPLES_PER_MS) * this.#bytesPerMs;
  }

  get #positionMs(): number {
    return this.#frontEnd.positionSamples / SAMPLES_PER_MS;
  }

  /** Audio that really came. */
  get #heardMs(): number {
    return this.#positionMs - this.#missingMs;
  }

  /** What may be filled now. In the long run no more silence is made than audio came: it costs as much. */
  get #fillableMs(): number {
    const { maxGapFillMs } = this.#options;
    return Math.min(maxGapFillMs, maxGapFillMs + this.#heardMs - this.#filledMs);
  }

  /** The sender may not know yet that the leg is over: what still comes is not heard. */
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#frontEnd.close();
  }

  #onFrame(frame: AnalysisFrame): void {
    this.#nowMs = frame.endSamples / SAMPLES_PER_MS;
    this.#updateProsody.add(frame);
    if (frame.speaking) this.#onSpeech(frame);
    else if (this.#segmentStartMs >= 0) this.#endSegment();
    this.#framesInUpdate += 1;
    if (this.#framesInUpdate >= this.#framesPerUpdate) this.#endUpdate();
  }

  #onSpeech(frame: AnalysisFrame): void {
    if (this.#segmentStartMs < 0) {
      this.#segmentStartMs = Math.max(0, this.#nowMs - frame.speechFrameCount * HOP_MS);
    }
    this.#segmentProsody.add(frame);
    for (let i = 0; i < frame.speechFrameCount; i++) {
      const age = frame.speechFrameCount - 1 - i;
      const endMs = this.#nowMs - age * HOP_MS;
      if (this.#stepFill === 0) this.#stepStartMs = Math.max(0, endMs - HOP_MS);
      const one = frame.speechFrameCount === 1;
      const features = one ? frame.speechFrames : frameAt(frame.speechFrames, i);
      this.#step.set(features, this.#stepFill * FEATURE_COUNT);
      this.#stepFill += 1;
      this.#speechFrames += 1;
      const length = stepLength(this.#options.stepFrames, this.#speechFrames);
      if (this.#stepFill >= length) this.#endStep(endMs);
    }
  }

  #endStep(endMs: number): void {
    const frames = this.#step.slice(0, this.#stepFill * FEATURE_COUNT);
    const span = { startMs: this.#stepStartMs, endMs };
    this.#queue.add({ kind: 'step', frames, frameCount: this.#stepFill, span });
    this.#stepFill = 0;
  }

  #endUpdate(): void {
    const span = { startMs: this.#updateStartMs, endMs: this.#nowMs };
    const speaking = this.#segmentStartMs >= 0;
    this.#queue.add({ kind: 'update', span, speaking, prosody: this.#updateProsody.take() });
    this.#updateStartMs = this.#nowMs;
    this.#framesInUpdate = 0;
  }

  #endSegment(): void {
    if (this.#stepFill > 0) this.#endStep(this.#nowMs);
    const span = { startMs: this.#segmentStartMs, endMs: this.#nowMs };
    this.#queue.add({ kind: 'segment', span, prosody: this.#segmentProsody.take() });
    this.#segmentStartMs = -1;
  }

  /** Ends what is running, so that everything heard so far is answered. */
  #cutOff(): void {
    if (this.#stepFill > 0) this.#endStep(this.#nowMs);
    if (this.#framesInUpdate > 0) this.#endUpdate();
    if (this.#segmentStartMs >= 0) this.#endSegment();
  }

  /** The clock jumps over `missingMs`, and the front end starts afresh behind it. */
  #skip(missingMs: number): void {
    this.#frontEnd.skip(Math.round(missingMs * SAMPLES_PER_MS));
    this.#nowMs = this.#positionMs;
    this.#updateStartMs = this.#nowMs;
  }
}

function frameAt(frames: Float32Array, index: number): Float32Array {
  return frames.subarray(index * FEATURE_COUNT, (index + 1) * FEATURE_COUNT);
}
