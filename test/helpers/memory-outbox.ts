import { Outbox, type OutboxOptions } from '../../src/adapters/outbox/outbox.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { openStore } from '../../src/store/open-store.ts';
import { stoppedClock } from './adapter-doubles.ts';

/** An outbox in memory, or in the file of `path`, roomy unless told otherwise. */
export async function memoryOutbox(
  options: Partial<OutboxOptions> = {},
  path = ':memory:',
): Promise<{ readonly outbox: Outbox; close(): void }> {
  const clock = options.clock ?? stoppedClock;
  const store =
    options.store ?? (await openStore({ path, synchronous: 'normal', clock, alone: true }));
  const outbox = new Outbox({
    store,
    clock,
    logger: silentLogger,
    maxRows: 1000,
    maxBytes: 1_000_000,
    circuitMs: 10_000,
    ...options,
  });
  const close = () => {
    outbox.close();
    store.close();
  };
  return { outbox, close };
}
