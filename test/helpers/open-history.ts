import { loadConfig } from '../../src/config/load-config.ts';
import { IN_MEMORY } from '../../src/config/schema-store.ts';
import { History } from '../../src/desk/history/history.ts';
import { HISTORY_MIGRATIONS, HISTORY_OWNER } from '../../src/desk/history/history-tables.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { type Clock, systemClock } from '../../src/protocol/clock.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

export interface TestHistory {
  readonly store: Store;
  readonly history: History;
  /** Calls that were displaced, and calls that were not kept whole. */
  readonly counts: { displaced: number; failed: number };
}

/** A history over a real SQLite, in memory unless a file is named. */
export async function openHistory(
  path: string = IN_MEMORY,
  flags: Readonly<Record<string, unknown>> = {},
  clock: Clock = systemClock,
): Promise<TestHistory> {
  const store = await openStore({ path, synchronous: 'normal', clock, alone: false });
  store.migrate(HISTORY_OWNER, HISTORY_MIGRATIONS);
  const counts = { displaced: 0, failed: 0 };
  const counters = {
    displaced: {
      inc: (by: number) => {
        counts.displaced += by;
      },
    },
    failed: {
      inc: (by: number) => {
        counts.failed += by;
      },
    },
  };
  const config = loadConfig({ flags });
  const history = new History({ store, config, clock, logger: silentLogger, counters });
  return { store, history, counts };
}
