import { type Signal, signal } from '@preact/signals';
import type { CallSummary, DaySummary, HistoryQuery } from '../../protocol/dashboard.ts';
import { type TonewireError, toTonewireError } from '../../protocol/errors.ts';
import type { DeskClient } from '../desk/desk-client.ts';
import { Questions } from '../desk/questions.ts';

export type HistoryFilterValues = Omit<HistoryQuery, 'limit' | 'cursor'>;

const PAGE = 50;

/** The finished calls that are asked for, as far as they were fetched. */
export class HistoryModel {
  readonly filter: Signal<HistoryFilterValues> = signal({});
  readonly calls: Signal<readonly CallSummary[] | null> = signal(null);
  readonly days: Signal<readonly DaySummary[] | null> = signal(null);
  readonly nextCursor: Signal<string | null> = signal(null);
  readonly error: Signal<TonewireError | null> = signal(null);
  readonly #client: DeskClient;
  readonly #ofCalls = new Questions();
  readonly #ofDays = new Questions();

  constructor(client: DeskClient) {
    this.#client = client;
  }

  /** From the first page on. */
  async search(): Promise<void> {
    await this.#ask(undefined);
  }

  async more(): Promise<void> {
    if (this.nextCursor.value !== null) await this.#ask(this.nextCursor.value);
  }

  async askForDays(): Promise<void> {
    const { fromDay, toDay } = this.filter.value;
    const isNewest = this.#ofDays.ask();
    try {
      const query = { ...(fromDay && { fromDay }), ...(toDay && { toDay }) };
      const { days } = await this.#client.days(query);
      if (!isNewest()) return;
      this.days.value = days;
      this.error.value = null;
    } catch (cause) {
      if (isNewest()) this.error.value = toTonewireError(cause);
    }
  }

  async #ask(cursor: string | undefined): Promise<void> {
    const isNewest = this.#ofCalls.ask();
    const before = cursor === undefined ? [] : (this.calls.value ?? []);
    try {
      const query = { ...this.filter.value, limit: PAGE, ...(cursor !== undefined && { cursor }) };
      const { calls, nextCursor } = await this.#client.history(query);
      if (!isNewest()) return;
      this.calls.value = [...before, ...calls];
      this.nextCursor.value = nextCursor;
      this.error.value = null;
    } catch (cause) {
      if (isNewest()) this.error.value = toTonewireError(cause);
    }
  }
}
