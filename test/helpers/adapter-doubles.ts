import type { AdapterContext } from '../../src/adapters/adapter.ts';
import type { AdapterCounters } from '../../src/adapters/adapter-counters.ts';
import type { RetryTiming } from '../../src/adapters/live-queue.ts';
import { silentLogger } from '../../src/log/logger.ts';

/** Counts per adapter, readable: `counts.delivered.get('console')`. */
export function countingCounters() {
  const one = () => {
    const counts = new Map<string, number>();
    return {
      counts,
      inc: ({ adapter }: { adapter: string }, by: number) =>
        void counts.set(adapter, (counts.get(adapter) ?? 0) + by),
    };
  };
  const [delivered, dropped, failed, retried] = [one(), one(), one(), one()];
  const counters: AdapterCounters = { delivered, dropped, failed, retried };
  const of = (adapter: string) => ({
    delivered: delivered.counts.get(adapter) ?? 0,
    dropped: dropped.counts.get(adapter) ?? 0,
    failed: failed.counts.get(adapter) ?? 0,
  });
  const retriedOf = (adapter: string) => retried.counts.get(adapter) ?? 0;
  return { counters, of, retriedOf };
}

/** 2026-01-02T03:04:05Z and stands still. */
export const stoppedClock = { nowMs: () => 1_767_323_045_000, monotonicMs: () => 0 };

/** Pauses are over at once. */
export const NO_PAUSES: RetryTiming = { wait: async () => undefined, random: () => 0 };

/** What the host lends, recording why an adapter switched itself off. */
export function lentContext(nowMs = stoppedClock.nowMs) {
  const disabled: string[] = [];
  const context: AdapterContext = {
    logger: silentLogger,
    clock: { ...stoppedClock, nowMs },
    disable: (reason) => void disabled.push(reason),
  };
  return { context, disabled };
}

/** A promise and the function that settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
