import { writeSync } from 'node:fs';
import { AdapterHost } from '../../../src/adapters/adapter-host.ts';
import { EventBus } from '../../../src/adapters/event-bus.ts';
import { Outbox } from '../../../src/adapters/outbox/outbox.ts';
import { createWebhookAdapter } from '../../../src/adapters/webhook.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import { systemClock } from '../../../src/protocol/clock.ts';
import type { AnyEvent } from '../../../src/protocol/events.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { countingCounters } from '../adapter-doubles.ts';
import { sampleEvent } from '../sample-events.ts';

/**
 * A process that is killed in the middle of its work. It emits events to a durable webhook, as
 * calls do, and says on standard output which the outbox has accepted; told to `drain` it only
 * delivers what earlier ones left, and ends.
 */
const [, , path = '', url = '', secret = '', run = '', what = ''] = process.argv;
const CALLS = 20;
/** About a thousand events a second. */
const TURN_EVERY_MS = 5;
const EVENTS_A_TURN = 5;
const EVERY_ONE = { minIntervalMs: 0, everyNth: 1 };
const STANDARD_OUTPUT = 1;
let next = 0;

const clock = systemClock;
const store = await openStore({ path, synchronous: 'normal', clock, alone: true });
const outbox = new Outbox({
  store,
  clock,
  logger: silentLogger,
  maxRows: 1_000_000,
  maxBytes: 2 ** 31,
  circuitMs: 100,
});
const bus = new EventBus(silentLogger);
const webhook = createWebhookAdapter({
  name: 'receiver',
  url,
  secret,
  previousSecrets: [],
  filter: { events: ['emotion.updated'], minConfidence: 0, metadata: [], sampling: EVERY_ONE },
  delivery: 'durable',
  maxQueue: 1000,
  timeoutMs: 15_000,
  maxInFlight: 4,
  maxAttempts: 1,
});
const host = new AdapterHost({
  adapters: [webhook],
  bus,
  logger: silentLogger,
  clock,
  counters: countingCounters().counters,
  maxCalls: CALLS,
  outbox,
});
host.start();
if (what === 'drain') await drain();
else setInterval(turn, TURN_EVERY_MS);

/** Several calls say something at once, as after a step of the model. */
function turn(): void {
  const events: AnyEvent[] = [];
  for (let count = 0; count < EVENTS_A_TURN; count += 1) {
    const callId = `call-${next % CALLS}`;
    const event = sampleEvent('emotion.updated', next, { callId });
    events.push({ ...event, id: `${run}-${next}` });
    next += 1;
  }
  for (const event of events) bus.publish(event);
  // Queued after the outbox's own: by then it has committed.
  process.nextTick(() => {
    writeSync(STANDARD_OUTPUT, events.map(({ id }) => `${id}\n`).join(''));
  });
}

async function drain(): Promise<void> {
  while ((host.status[0]?.events ?? 0) > 0) await new Promise((go) => setTimeout(go, 20));
  await host.stop(5000);
  outbox.close();
  store.close();
}
