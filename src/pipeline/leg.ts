import type { Prosody, Span } from '../protocol/events.ts';
import type { AudioFormat, GapCause, LegAnalysis, LegOutput, LegTotals } from './analysis.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, HOP_SAMPLES } from './features/layout.ts';
import { type AnalysisFrame, FrontEnd } from './front-end.ts';
import type { LegReadings } from './leg-readings.ts';
import { ProsodySummary } from './prosody-summary.ts';
import type { Scheduler } from './scheduler.ts';

/** Bounds and rhythm of one leg; the same for all legs of a process. */
export interface LegOptions {
  /** Frames to a model step. */
  readonly stepFrames: number;
  /** Audio between two rolling updates, rounded up to whole frames. */
  readonly updateIntervalMs: number;
  /** Steps that may wait for the model before the oldest is dropped. */
  readonly maxPendingSteps: number;
  /** Longest gap that is filled with silence. */
  readonly maxGapFillMs: number;
}

/** What waits to be answered, in the order it was heard. Only steps wait for the model. */
type Item =
  | { kind: 'step'; frames: Float32Array; frameCount: number; span: Span }
  | { kind: 'update'; span: Span; speaking: boolean; prosody: Prosody }
  | { kind: 'segment'; span: Span; prosody: Prosody }
  | { kind: 'gap'; span: Span; cause: GapCause; filledMs: number }
  | { kind: 'barrier'; reached: () => void };

const SAMPLES_PER_MS = ANALYSIS_RATE_HZ / 1000;
const HOP_MS = HOP_SAMPLES / SAMPLES_PER_MS;

/**
 * One leg's way from bytes to outputs. Frames are cut into model steps; steps, updates and segment
 * ends queue in the order they were heard and are answered in that order, so what a leg says
 * depends on its audio alone, not on chunk sizes or on how busy the model is.
 */
export class LegPipeline implements LegAnalysis {
  readonly #format: AudioFormat;
  readonly #options: LegOptions;
  readonly #scheduler: Scheduler;
  readonly #readings: LegReadings;
  readonly #emit: (output: LegOutput) => void;
  readonly #frontEnd: FrontEnd;

  readonly #step: Float32Array;
  #stepFill = 0;
  #stepStartMs = 0;
  #items: Item[] = [];
  #pendingSteps = 0;
  #stepRunning = false;
  /** Speech that never reached the model and is not reported yet. */
  #lost: Span | null = null;
  #closed = false;

  readonly #updateProsody = new ProsodySummary();
  readonly #segmentProsody = new ProsodySummary();
  readonly #framesPerUpdate: number;
  #framesInUpdate = 0;
  #updateStartMs = 0;
  #segmentStartMs = -1;
  #nowMs = 0;
  #gapMs = 0;

  constructor(
    format: AudioFormat,
    options: LegOptions,
    scheduler: Scheduler,
    readings: LegReadings,
    emit: (output: LegOutput) => void,
  ) {
    this.#format = format;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#readings = readings;
    this.#emit = emit;
    this.#step = new Float32Array(options.stepFrames * FEATURE_COUNT);
    this.#framesPerUpdate = Math.ceil(options.updateIntervalMs / HOP_MS);
    this.#frontEnd = new FrontEnd(format, (frame) => this.#onFrame(frame));
  }

  get pendingMs(): number {
    return this.#pendingSteps * this.#options.stepFrames * HOP_MS;
  }

  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#frontEnd.push(bytes);
    this.#advance();
  }

  gap(missingSamples: number, cause: GapCause): void {
    if (this.#closed) return;
    const missingMs = (missingSamples * 1000) / this.#format.sampleRateHz;
    const filledMs = Math.min(missingMs, this.#options.maxGapFillMs);
    if (filledMs < missingMs) this.#closeSegment();
    const startMs = this.#frontEnd.positionSamples / SAMPLES_PER_MS;
    const span = { startMs, endMs: startMs + missingMs };
    this.#gapMs += missingMs;
    this.#items.push({ kind: 'gap', span, cause, filledMs });
    this.#frontEnd.pushSilence(Math.round((filledMs * this.#format.sampleRateHz) / 1000));
    this.#frontEnd.skip(Math.round((missingMs - filledMs) * SAMPLES_PER_MS));
    this.#advance();
  }

  drained(): Promise<void> {
    return this.#pendingSteps === 0 ? Promise.resolve() : this.#barrier();
  }

  async flush(): Promise<void> {
    this.#closeSegment();
    await this.#barrier();
    this.#frontEnd.reset();
    this.#readings.reset();
    this.#updateProsody.reset();
    this.#framesInUpdate = 0;
  }

  async end(): Promise<LegTotals> {
    this.#closeSegment();
    await this.#barrier();
    this.#close();
    const audioMs = this.#frontEnd.positionSamples / SAMPLES_PER_MS;
    return { audioMs, gapMs: this.#gapMs, ...this.#readings.totals() };
  }

  abort(): void {
    this.#close();
    for (const item of this.#items.splice(0)) if (item.kind === 'barrier') item.reached();
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
    else if (this.#segmentStartMs >= 0) this.#closeSegment();
    if (++this.#framesInUpdate >= this.#framesPerUpdate) this.#queueUpdate(frame.speaking);
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
      const features = frame.speechFrames.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT);
      this.#step.set(features, this.#stepFill * FEATURE_COUNT);
      this.#stepFill += 1;
      if (this.#stepFill === this.#options.stepFrames) this.#queueStep(endMs);
    }
  }

  #queueStep(endMs: number): void {
    const frames = this.#step.slice(0, this.#stepFill * FEATURE_COUNT);
    const span = { startMs: this.#stepStartMs, endMs };
    this.#items.push({ kind: 'step', frames, frameCount: this.#stepFill, span });
    this.#stepFill = 0;
    this.#pendingSteps += 1;
    if (this.#pendingSteps > this.#options.maxPendingSteps) this.#dropOldestStep();
  }

  /**
   * The model is behind: the oldest step that is not already with it is lost, and the updates that
   * waited before it are out of date. So the queue is bounded by its steps.
   */
  #dropOldestStep(): void {
    const first = this.#stepRunning ? 1 : 0;
    const oldest = this.#items.findIndex((item, i) => i >= first && item.kind === 'step');
    for (const item of this.#items.splice(first, oldest - first + 1).reverse()) {
      if (item.kind === 'step') this.#lose(item.span);
      else if (item.kind === 'gap' || item.kind === 'barrier') this.#items.splice(first, 0, item);
    }
  }

  #lose(span: Span): void {
    this.#lost = { startMs: this.#lost?.startMs ?? span.startMs, endMs: span.endMs };
    this.#gapMs += span.endMs - span.startMs;
    this.#pendingSteps -= 1;
  }

  #reportLoss(): void {
    if (this.#lost === null) return;
    const span = this.#lost;
    this.#lost = null;
    this.#emit({ type: 'audio.gap', data: { span, cause: 'overload', filledMs: 0 } });
  }

  #queueUpdate(speaking: boolean): void {
    const span = { startMs: this.#updateStartMs, endMs: this.#nowMs };
    this.#updateStartMs = this.#nowMs;
    this.#framesInUpdate = 0;
    this.#items.push({ kind: 'update', span, speaking, prosody: this.#updateProsody.take() });
  }

  #closeSegment(): void {
    if (this.#segmentStartMs < 0) return;
    if (this.#stepFill > 0) this.#queueStep(this.#nowMs);
    const span = { startMs: this.#segmentStartMs, endMs: this.#nowMs };
    this.#items.push({ kind: 'segment', span, prosody: this.#segmentProsody.take() });
    this.#segmentStartMs = -1;
  }

  #barrier(): Promise<void> {
    return new Promise((reached) => {
      if (this.#closed) {
        reached();
      } else {
        this.#items.push({ kind: 'barrier', reached });
        this.#advance();
      }
    });
  }

  /** Answers what stands at the head of the queue, up to the next step, which goes to the model. */
  #advance(): void {
    while (!this.#stepRunning && !this.#closed) {
      this.#reportLoss();
      const item = this.#items[0];
      if (item === undefined) return;
      if (item.kind === 'step') {
        this.#requestStep(item);
      } else {
        this.#items.shift();
        this.#answer(item);
      }
    }
  }

  #answer(item: Exclude<Item, { kind: 'step' }>): void {
    switch (item.kind) {
      case 'update':
        this.#emitAll(this.#readings.update(item.span, item.speaking, item.prosody));
        break;
      case 'segment':
        this.#emitAll(this.#readings.segmentEnded(item.span, item.prosody));
        break;
      case 'gap': {
        const { span, cause, filledMs } = item;
        this.#emit({ type: 'audio.gap', data: { span, cause, filledMs } });
        break;
      }
      case 'barrier':
        item.reached();
    }
  }

  #requestStep(step: Extract<Item, { kind: 'step' }>): void {
    this.#stepRunning = true;
    this.#scheduler.request({
      frames: step.frames,
      frameCount: step.frameCount,
      state: this.#readings.state,
      done: (logits, scores, logNormaliser) => {
        if (this.#closed) return;
        this.#items.shift();
        this.#pendingSteps -= 1;
        const outputs = this.#readings.read(step.span, logits, scores, logNormaliser);
        this.#stepRunning = false;
        this.#emitAll(outputs);
        this.#advance();
      },
      failed: () => {
        if (this.#closed) return;
        this.#items.shift();
        this.#lose(step.span);
        this.#stepRunning = false;
        this.#advance();
      },
    });
  }

  #emitAll(outputs: readonly LegOutput[]): void {
    for (const output of outputs) this.#emit(output);
  }
}
