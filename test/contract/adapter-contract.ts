import assert from 'node:assert/strict';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { AdapterHost } from '../../src/adapters/adapter-host.ts';
import { EventBus } from '../../src/adapters/event-bus.ts';
import { wantedTypes } from '../../src/adapters/event-filter.ts';
import type { Outbox } from '../../src/adapters/outbox/outbox.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { type AnyEvent, EVENT_TYPES, type EventType } from '../../src/protocol/events.ts';
import {
  countingCounters,
  lentContext,
  NO_PAUSES,
  stoppedClock,
} from '../helpers/adapter-doubles.ts';
import { memoryOutbox } from '../helpers/memory-outbox.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

/** One adapter set up for one test. */
export interface AdapterUnderTest {
  readonly adapter: Adapter;
  /** The types its target has got so far, in order. */
  received(): readonly EventType[];
  close?(): Promise<void> | void;
}

/**
 * What every adapter owes, whatever it delivers to. `broken` sets one up whose target refuses
 * everything; leave it out where a target cannot refuse.
 */
export function adapterContract(
  name: string,
  working: () => Promise<AdapterUnderTest>,
  broken?: () => Promise<AdapterUnderTest>,
): void {
  describe(`the adapter contract: ${name}`, () => {
    async function using(
      set: () => Promise<AdapterUnderTest>,
      check: (subject: AdapterUnderTest) => Promise<void>,
    ) {
      const subject = await set();
      try {
        await check(subject);
      } finally {
        await subject.close?.();
      }
    }

    it('has a name and a bounded queue', () =>
      using(working, async ({ adapter }) => {
        assert.match(adapter.name, /^[A-Za-z0-9:._-]+$/);
        if (adapter.queue) assert.ok(Number.isFinite(adapter.queue.maxEvents));
      }));

    it('delivers every type it declares, through the host, and stops', () =>
      using(working, async ({ adapter, received }) => {
        const { host, bus, counts } = hostOf(adapter);
        host.start();
        EVENT_TYPES.forEach((type, index) => {
          bus.publish(sampleEvent(type, index));
        });
        await host.stop(5000);
        const wanted = wantedTypes(adapter);
        assert.deepEqual([...received()].sort(), [...wanted].sort());
        assert.deepEqual(counts.of(adapter.name), {
          delivered: wanted.length,
          dropped: 0,
          failed: 0,
        });
      }));

    it('delivers as much when it is durable, and nothing is left in the outbox', () =>
      using(working, async ({ adapter, received }) => {
        const { host, bus, counts, close } = await durableHostOf(adapter);
        host.start();
        EVENT_TYPES.forEach((type, index) => {
          bus.publish(sampleEvent(type, index));
        });
        await host.stop(5000);
        const wanted = wantedTypes(adapter);
        assert.deepEqual([...received()].sort(), [...wanted].sort());
        assert.equal(counts.of(adapter.name).delivered, wanted.length);
        assert.equal(host.status[0]?.events, 0);
        close();
      }));

    it('delivers what an earlier process left in the outbox', () =>
      using(working, async ({ adapter, received }) => {
        const type = wantedTypes(adapter)[0] ?? 'emotion.updated';
        const { host, close } = await durableHostOf(adapter, sampleEvent(type, 1));
        host.start();
        await host.stop(5000);
        assert.deepEqual(received(), [type]);
        close();
      }));

    it('leaves the event as it was', () =>
      using(working, async ({ adapter }) => {
        await adapter.start?.(lentContext().context);
        const event = sampleEvent(wantedTypes(adapter)[0] ?? 'emotion.updated');
        const before = structuredClone(event);
        await adapter.event?.(event, new AbortController().signal);
        assert.deepEqual(event, before);
        await adapter.stop?.();
      }));

    it('stops though it was never started', () =>
      using(working, async ({ adapter }) => {
        await adapter.stop?.();
      }));

    if (!broken) return;

    it('reports a target that refuses, and the host survives it', () =>
      using(broken, async ({ adapter }) => {
        const { host, bus, counts } = hostOf(adapter);
        host.start();
        const type = wantedTypes(adapter)[0] ?? 'emotion.updated';
        bus.publish(sampleEvent(type, 1));
        await host.stop(5000);
        assert.equal(counts.of(adapter.name).failed, 1);
        assert.equal(counts.of(adapter.name).delivered, 0);
      }));

    it('loses nothing to a target that refuses, when it is durable', () =>
      using(broken, async ({ adapter }) => {
        const { host, bus, counts, close } = await durableHostOf(adapter);
        host.start();
        bus.publish(sampleEvent(wantedTypes(adapter)[0] ?? 'emotion.updated', 1));
        await host.stop(5000);
        const [status] = host.status;
        assert.equal((status?.events ?? 0) + (status?.deadLetters ?? 0), 1);
        const { delivered, dropped } = counts.of(adapter.name);
        assert.deepEqual([delivered, dropped], [0, 0]);
        close();
      }));

    it('gives up at once when the process is leaving', () =>
      using(broken, async ({ adapter }) => {
        await adapter.start?.(lentContext().context);
        const event = sampleEvent(wantedTypes(adapter)[0] ?? 'emotion.updated');
        await assert.rejects(async () => adapter.event?.(event, AbortSignal.abort()));
        await adapter.stop?.();
      }));
  });
}

function hostOf(adapter: Adapter, outbox?: Outbox) {
  const bus = new EventBus(silentLogger);
  const counts = countingCounters();
  const host = new AdapterHost({
    adapters: [adapter],
    bus,
    logger: silentLogger,
    clock: stoppedClock,
    counters: counts.counters,
    maxCalls: 10,
    outbox,
    timing: NO_PAUSES,
  });
  return { host, bus, counts };
}

/** The same adapter, durable, over an outbox in which `left` waits already. */
async function durableHostOf(adapter: Adapter, ...left: AnyEvent[]) {
  const { outbox, close } = await memoryOutbox();
  for (const event of left) {
    const json = JSON.stringify(event);
    outbox.accept(adapter.name, event, { json, bytes: json.length, hold: false });
  }
  outbox.flush();
  return { ...hostOf(asDurable(adapter), outbox), close };
}

function asDurable(adapter: Adapter): Adapter {
  const { name, events, filter, queue } = adapter;
  return {
    name,
    delivery: 'durable',
    ...(events && { events }),
    ...(filter && { filter }),
    ...(queue && { queue }),
    start: (context) => adapter.start?.(context),
    event: (event, signal) => adapter.event?.(event, signal),
    stop: () => adapter.stop?.(),
  };
}
