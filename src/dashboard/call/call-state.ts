import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { DeskBatch } from '../../protocol/dashboard.ts';
import { TonewireError, toTonewireError } from '../../protocol/errors.ts';
import type { Leg } from '../../protocol/labels.ts';
import type { Desk } from '../desk/desk.ts';
import { CallRecord } from './call-record.ts';
import { type TimeWindow, type WindowChoice, windowOf } from './time-window.ts';

/** Messages kept while an answer is under way, a minute of them; after that the call is asked for anew. */
const MAX_MISSED = 256;

/** One call on the screen: what is known of it, and what of it is looked at. */
export class CallState {
  readonly record: Signal<CallRecord | null> = signal(null);
  readonly error: Signal<TonewireError | null> = signal(null);
  readonly choice: Signal<WindowChoice> = signal({ spanMs: 60_000, endMs: null });
  /** The position pointed at; null: the end of the window. */
  readonly cursorMs: Signal<number | null> = signal(null);
  readonly chosenLeg: Signal<Leg | null> = signal(null);
  readonly window: ReadonlySignal<TimeWindow> = computed(() => {
    const record = this.record.value;
    record?.version.value;
    return windowOf(this.choice.value, record?.detail.durationMs ?? 0);
  });
  /** What the numbers beside the charts speak of. */
  readonly positionMs: ReadonlySignal<number> = computed(
    () => this.cursorMs.value ?? this.window.value.toMs,
  );
  readonly #callId: string;
  /** What the feed brought since the newest question, whose answer may not know of it. */
  #missed: DeskBatch[] | null = null;

  constructor(callId: string) {
    this.#callId = callId;
  }

  /** Follows the call until the function that comes back is called. */
  follow(desk: Desk): () => void {
    desk.feed.watch(this.#callId);
    const stop = desk.listen((message) => {
      // After a lost connection there is a hole: the gateway knows what was in it.
      if (message.type === 'desk.snapshot') void this.#load(desk);
      else this.#take(message, desk);
    });
    void this.#load(desk);
    return () => {
      stop();
      desk.feed.watch(null);
    };
  }

  #take(message: DeskBatch, desk: Desk): void {
    this.#missed?.push(message);
    if (this.#missed && this.#missed.length > MAX_MISSED) void this.#load(desk);
    if (this.record.value) this.record.value.take(message);
    // Asked for before it had started, as a call that this page itself starts may be.
    else if (message.calls.some(({ callId }) => callId === this.#callId)) void this.#load(desk);
  }

  async #load(desk: Desk): Promise<void> {
    const missed: DeskBatch[] = [];
    this.#missed = missed;
    try {
      const record = new CallRecord(await desk.client.call(this.#callId));
      if (record.detail.callId !== this.#callId) throw new TonewireError('TW_NOT_FOUND');
      // Asked again meanwhile: that answer will know more.
      if (this.#missed !== missed) return;
      for (const message of missed) record.take(message);
      this.record.value = record;
      this.error.value = null;
      if (record.detail.state === 'finished' && this.choice.value.endMs === null) {
        this.choice.value = { ...this.choice.value, spanMs: 0 };
      }
    } catch (cause) {
      if (this.#missed === missed) this.error.value = toTonewireError(cause);
    } finally {
      if (this.#missed === missed) this.#missed = null;
    }
  }
}
