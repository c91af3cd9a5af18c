import { batch, effect, type Signal, signal } from '@preact/signals';
import { keepPlaces, sameOrder } from '../live/held-order.ts';
import type { LiveCalls } from '../live/live-calls.ts';
import { orderCalls, type WallQuery } from '../live/wall-order.ts';

/** Often enough to bring up a call that turns, seldom enough to read by. */
const REORDER_MS = 2000;

/** Which calls the wall shows, in which order. The order rests while somebody points at it. */
export class WallModel {
  readonly query: Signal<WallQuery> = signal({ sort: 'attention', filter: 'all', search: '' });
  readonly ids: Signal<readonly string[]> = signal([]);
  /** The row that the keyboard stands on. */
  readonly focused: Signal<string | null> = signal(null);
  readonly held = signal(false);
  readonly #live: LiveCalls;
  #answered: WallQuery | undefined;

  constructor(live: LiveCalls) {
    this.#live = live;
  }

  /** Follows the live calls until the function that comes back is called. */
  follow(): () => void {
    const stop = effect(() => {
      this.#live.newestAlert.value;
      this.#live.calls.value;
      this.query.value;
      if (!this.held.value) this.#answered = undefined;
      this.#order();
    });
    const timer = setInterval(() => this.#order(), REORDER_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  ask(change: Partial<WallQuery>): void {
    batch(() => {
      this.query.value = { ...this.query.value, ...change };
    });
  }

  #order(): void {
    const query = this.query.peek();
    const calls = [...this.#live.calls.peek().values()].map((call) => call.peek());
    const ordered = orderCalls(calls, query).map(({ callId }) => callId);
    const hold = this.held.peek() && this.#answered === query;
    const ids = hold ? keepPlaces(this.ids.peek(), ordered) : ordered;
    this.#answered = query;
    if (!sameOrder(ids, this.ids.peek())) this.ids.value = ids;
  }
}
