import { type TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Prosody, Span } from '../protocol/events.ts';
import type { GapCause, LegOutput } from './analysis.ts';
import type { LegReadings } from './leg-readings.ts';
import type { Scheduler } from './scheduler.ts';

/** What waits to be answered. Only steps wait for the model. */
export type LegItem =
  | {
      readonly kind: 'step';
      /** `[frameCount, FEATURE_COUNT]` */
      readonly frames: Float32Array;
      readonly frameCount: number;
      readonly span: Span;
    }
  | {
      readonly kind: 'update';
      readonly span: Span;
      readonly speaking: boolean;
      readonly prosody: Prosody;
    }
  | { readonly kind: 'segment'; readonly span: Span; readonly prosody: Prosody }
  | {
      readonly kind: 'gap';
      readonly span: Span;
      readonly cause: GapCause;
      readonly filledMs: number;
    }
  | { readonly kind: 'barrier'; readonly reached: () => void };

type Step = Extract<LegItem, { kind: 'step' }>;

/** Items that may wait for each step that may: updates, segment ends, gaps. */
const ITEMS_PER_STEP = 4;

/**
 * Answers a leg's items in the order they were heard: a step by the model, the others from the
 * readings so far. So what a leg says depends on its audio alone, not on how busy the model is.
 */
export class LegQueue {
  readonly #maxPendingSteps: number;
  readonly #scheduler: Scheduler;
  readonly #readings: LegReadings;
  readonly #emit: (output: LegOutput) => void;
  #items: LegItem[] = [];
  #pendingSteps = 0;
  #pendingFrames = 0;
  #stepRunning = false;
  #closed = false;
  /** Speech that never reached the model and is not reported yet. */
  #lost: Span | null = null;
  #lostMs = 0;
  #failure: TonewireError | null = null;

  constructor(
    maxPendingSteps: number,
    scheduler: Scheduler,
    readings: LegReadings,
    emit: (output: LegOutput) => void,
  ) {
    this.#maxPendingSteps = maxPendingSteps;
    this.#scheduler = scheduler;
    this.#readings = readings;
    this.#emit = emit;
  }

  get pendingSteps(): number {
    return this.#pendingSteps;
  }

  /** Frames of the steps that wait. */
  get pendingFrames(): number {
    return this.#pendingFrames;
  }

  /** Items that wait, steps among them. Bounded. */
  get length(): number {
    return this.#items.length;
  }

  /** Speech lost to overload or a failing engine so far. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** Queues without answering: call `advance` once the chunk is taken. */
  add(item: LegItem): void {
    this.#items.push(item);
    if (item.kind === 'step') {
      this.#pendingSteps += 1;
      this.#pendingFrames += item.frameCount;
    }
    if (this.#pendingSteps > this.#maxPendingSteps) this.#dropOldestStep();
    if (this.#items.length > ITEMS_PER_STEP * (this.#maxPendingSteps + 1)) this.#dropOldestUpdate();
  }

  /**
   * Resolves once everything before it is answered, or the queue is closed. Rejects when whoever
   * listens to the leg has failed.
   */
  async barrier(): Promise<void> {
    if (!this.#closed) {
      await new Promise<void>((reached) => {
        this.add({ kind: 'barrier', reached });
        this.advance();
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Answers what stands at the head of the queue, up to the next step, which goes to the model. */
  advance(): void {
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

  /** Lets go of what waits. */
  close(): void {
    this.#closed = true;
    for (const item of this.#items.splice(0)) if (item.kind === 'barrier') item.reached();
  }

  #answer(item: Exclude<LegItem, Step>): void {
    switch (item.kind) {
      case 'update':
        this.#say(this.#readings.update(item.span, item.speaking, item.prosody));
        break;
      case 'segment':
        this.#say(this.#readings.segmentEnded(item.span, item.prosody));
        break;
      case 'gap': {
        const { span, cause, filledMs } = item;
        this.#say([{ type: 'audio.gap', data: { span, cause, filledMs } }]);
        break;
      }
      case 'barrier':
        item.reached();
    }
  }

  #requestStep(step: Step): void {
    this.#stepRunning = true;
    this.#scheduler.request({
      frames: step.frames,
      frameCount: step.frameCount,
      state: this.#readings.state,
      done: (logits) => {
        if (this.#closed) return;
        this.#items.shift();
        this.#settle(step);
        this.#stepRunning = false;
        this.#say(this.#readings.read(step.span, logits, step.frameCount));
        this.advance();
      },
      failed: () => {
        if (this.#closed) return;
        this.#items.shift();
        this.#stepRunning = false;
        this.#lose(step);
        this.advance();
      },
    });
  }

  /**
   * The model is behind: the oldest step that is not already with it is lost, and the updates that
   * waited before it are out of date.
   */
  #dropOldestStep(): void {
    const first = this.#stepRunning ? 1 : 0;
    const oldest = this.#items.findIndex((item, i) => i >= first && item.kind === 'step');
    const stale = this.#items.splice(first, oldest - first + 1);
    const kept = stale.filter(({ kind }) => kind !== 'step' && kind !== 'update');
    this.#items.splice(first, 0, ...kept);
    for (const item of stale) if (item.kind === 'step') this.#lose(item);
  }

  /** The model stands still: what is said later replaces what was to be said now. */
  #dropOldestUpdate(): void {
    const oldest = this.#items.findIndex(({ kind }) => kind !== 'step' && kind !== 'barrier');
    if (oldest >= 0) this.#items.splice(oldest, 1);
  }

  #lose(step: Step): void {
    const { span } = step;
    this.#lost = { startMs: this.#lost?.startMs ?? span.startMs, endMs: span.endMs };
    this.#lostMs += span.endMs - span.startMs;
    this.#settle(step);
  }

  /** A step no longer waits. */
  #settle({ frameCount }: Step): void {
    this.#pendingSteps -= 1;
    this.#pendingFrames -= frameCount;
  }

  #reportLoss(): void {
    if (this.#lost === null) return;
    const span = this.#lost;
    this.#lost = null;
    this.#say([{ type: 'audio.gap', data: { span, cause: 'overload', filledMs: 0 } }]);
  }

  /** Whoever listens may fail; then this leg ends, and no other leg of the batch notices. */
  #say(outputs: readonly LegOutput[]): void {
    try {
      for (const output of outputs) this.#emit(output);
    } catch (cause) {
      this.#failure ??= toTonewireError(cause);
      this.close();
    }
  }
}
