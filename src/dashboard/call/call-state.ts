import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { TonewireError, toTonewireError } from '../../protocol/errors.ts';
import type { Leg } from '../../protocol/labels.ts';
import type { Desk } from '../desk/desk.ts';
import { CallRecord } from './call-record.ts';
import { type TimeWindow, type WindowChoice, windowOf } from './time-window.ts';

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

  constructor(callId: string) {
    this.#callId = callId;
  }

  /** Follows the call until the function that comes back is called. */
  follow(desk: Desk): () => void {
    desk.feed.watch(this.#callId);
    const stop = desk.listen((message) => {
      // After a lost connection there is a hole: the gateway knows what was in it.
      if (message.type === 'desk.snapshot') void this.#load(desk);
      else if (this.record.value) this.record.value.take(message);
      // Asked for before it had started, as a call that this page itself starts may be.
      else if (message.calls.some(({ callId }) => callId === this.#callId)) void this.#load(desk);
    });
    void this.#load(desk);
    return () => {
      stop();
      desk.feed.watch(null);
    };
  }

  async #load(desk: Desk): Promise<void> {
    try {
      const record = new CallRecord(await desk.client.call(this.#callId));
      if (record.detail.callId !== this.#callId) throw new TonewireError('TW_NOT_FOUND');
      this.record.value = record;
      this.error.value = null;
      if (record.detail.state === 'finished' && this.choice.value.endMs === null) {
        this.choice.value = { ...this.choice.value, spanMs: 0 };
      }
    } catch (cause) {
      this.error.value = toTonewireError(cause);
    }
  }
}
