import type { OutboxEntry } from './outbox-entry.ts';

interface Call {
  readonly id: string;
  /** In order of acceptance; the first is the only one that may be sent. */
  readonly entries: OutboxEntry[];
}

/**
 * Which event may be sent next, when a later one of a call must never overtake an earlier one:
 * the first of each call, calls in the order in which they became ready.
 */
export class CallOrder {
  readonly #calls = new Map<string, Call>();
  /** `head` is where it begins: taking from the front of a long list would move the rest. */
  #ready: Call[] = [];
  #head = 0;
  readonly #waiting = new Set<Call>();

  get ready(): number {
    return this.#ready.length - this.#head;
  }

  /** Entries come in order of acceptance. One that is on its way already is the first of its call. */
  add(entry: OutboxEntry, nowMs: number, onItsWay = false): void {
    const call = this.#calls.get(entry.callId);
    if (call) {
      call.entries.push(entry);
      return;
    }
    const fresh: Call = { id: entry.callId, entries: [entry] };
    this.#calls.set(fresh.id, fresh);
    if (!onItsWay) this.#place(fresh, nowMs);
  }

  /** Takes the next entry; its call is busy until it was settled. */
  take(): OutboxEntry | undefined {
    const call = this.#ready[this.#head];
    if (!call) return undefined;
    this.#head += 1;
    if (this.#head > this.#ready.length / 2) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    return call.entries[0];
  }

  /** The entry, which was taken, leaves; its call goes on. */
  done(entry: OutboxEntry, nowMs: number): void {
    const call = this.#calls.get(entry.callId);
    if (call?.entries[0] !== entry) return;
    call.entries.shift();
    if (call.entries.length === 0) this.#calls.delete(call.id);
    else this.#place(call, nowMs);
  }

  /** The entry, which was taken, goes back to its place and waits until it is due. */
  putBack(entry: OutboxEntry, nowMs: number): void {
    const call = this.#calls.get(entry.callId);
    if (call?.entries[0] === entry) this.#place(call, nowMs);
  }

  /** Makes ready whatever is due; returns when the next one will be, if one waits. */
  wake(nowMs: number): number | undefined {
    let nextMs: number | undefined;
    for (const call of this.#waiting) {
      const { dueMs } = call.entries[0]!;
      if (dueMs <= nowMs) {
        this.#waiting.delete(call);
        this.#place(call, nowMs);
      } else nextMs = Math.min(dueMs, nextMs ?? dueMs);
    }
    return nextMs;
  }

  /** Since when the oldest entry waits. */
  get oldestMs(): number | undefined {
    let oldestMs: number | undefined;
    for (const { entries } of this.#calls.values()) {
      const { sinceMs } = entries[0]!;
      oldestMs = Math.min(sinceMs, oldestMs ?? sinceMs);
    }
    return oldestMs;
  }

  #place(call: Call, nowMs: number): void {
    if (call.entries[0]!.dueMs > nowMs) this.#waiting.add(call);
    else this.#ready.push(call);
  }
}
