import assert from 'node:assert/strict';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { AdapterHost } from '../../src/adapters/adapter-host.ts';
import { DeliveryError } from '../../src/adapters/delivery-error.ts';
import { EventBus } from '../../src/adapters/event-bus.ts';
import type { RetryTiming } from '../../src/adapters/live-queue.ts';
import { createLogger, silentLogger } from '../../src/log/logger.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { countingCounters, gate, stoppedClock } from '../helpers/adapter-doubles.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const PLENTY_MS = 10_000;
const HARDLY_MS = 20;

function hosted(adapters: Adapter[], timing?: RetryTiming) {
  const lines: string[] = [];
  const bus = new EventBus(silentLogger);
  const counts = countingCounters();
  const logger = createLogger('debug', { write: (line) => lines.push(line) }, stoppedClock);
  const { counters } = counts;
  const clock = stoppedClock;
  const lent = { bus, logger, clock, counters, maxCalls: 10, ...(timing && { timing }) };
  const host = new AdapterHost({ adapters, ...lent });
  const publish = (count: number) => {
    for (let index = 0; index < count; index += 1) bus.publish(sampleEvent('audio.gap', index));
  };
  return { host, bus, counts, lines, publish };
}

describe('AdapterHost', () => {
  it('delivers in order, outside publish, and only the types asked for', async () => {
    const seen: number[] = [];
    const adapter: Adapter = {
      name: 'a',
      events: ['audio.gap'],
      event: (event) => void seen.push(event.sequence),
    };
    const { host, bus, publish } = hosted([adapter]);
    host.start();
    publish(5);
    bus.publish(sampleEvent('call.ended', 9));
    assert.deepEqual(seen, []);
    await host.stop(PLENTY_MS);
    assert.deepEqual(seen, [0, 1, 2, 3, 4]);
  });

  it('keeps events back until the adapter has started', async () => {
    const steps: string[] = [];
    const started = gate();
    const adapter: Adapter = {
      name: 'a',
      start: async () => {
        await started.opened;
        steps.push('start');
      },
      event: () => void steps.push('event'),
      stop: () => void steps.push('stop'),
    };
    const { host, publish } = hosted([adapter]);
    host.start();
    publish(1);
    const stopped = host.stop(PLENTY_MS);
    started.open();
    await stopped;
    assert.deepEqual(steps, ['start', 'event', 'stop']);
  });

  it('drops the oldest event when a queue is full, and counts it', async () => {
    const seen: number[] = [];
    const first = gate();
    const adapter: Adapter = {
      name: 'slow',
      queue: { maxEvents: 3, maxInFlight: 1 },
      event: async (event) => {
        await first.opened;
        seen.push(event.sequence);
      },
    };
    const { host, counts, publish } = hosted([adapter]);
    host.start();
    publish(10);
    const stopped = host.stop(PLENTY_MS);
    first.open();
    await stopped;
    assert.deepEqual(seen, [7, 8, 9]);
    assert.deepEqual(counts.of('slow'), { delivered: 3, dropped: 7, failed: 0 });
  });

  it('lets a slow adapter delay nobody', async () => {
    const never = gate();
    const all = gate();
    let seen = 0;
    const slow: Adapter = { name: 'slow', event: () => never.opened };
    const quick: Adapter = {
      name: 'quick',
      event: () => {
        seen += 1;
        if (seen === 3) all.open();
      },
    };
    const { host, publish } = hosted([slow, quick]);
    host.start();
    publish(3);
    await all.opened;
    never.open();
    await host.stop(PLENTY_MS);
  });

  it('hands over up to maxInFlight events at once, also those that come one by one', async () => {
    const release = gate();
    const full = gate();
    let running = 0;
    let most = 0;
    const adapter: Adapter = {
      name: 'wide',
      queue: { maxEvents: 100, maxInFlight: 3 },
      event: async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === 3) full.open();
        else if (running < 3) bus.publish(sampleEvent('audio.gap'));
        await release.opened;
        running -= 1;
      },
    };
    const { host, bus, publish } = hosted([adapter]);
    host.start();
    publish(1);
    await full.opened;
    publish(5);
    release.open();
    await host.stop(PLENTY_MS);
    assert.equal(most, 3);
  });

  it('counts and logs a failure by code, never the event, and goes on', async () => {
    let calls = 0;
    const adapter: Adapter = {
      name: 'shaky',
      event: (event) => {
        calls += 1;
        if (calls === 1) throw new RangeError(JSON.stringify(event));
        if (calls === 2) return Promise.reject(new TonewireError('TW_ADAPTER_FAILED'));
      },
    };
    const { host, bus, counts, lines } = hosted([adapter]);
    host.start();
    for (let index = 0; index < 3; index += 1) {
      bus.publish(sampleEvent('emotion.updated', index));
    }
    await host.stop(PLENTY_MS);
    assert.deepEqual(counts.of('shaky'), { delivered: 1, dropped: 0, failed: 2 });
    assert.match(lines.join(''), /"adapter":"shaky".*TW_INTERNAL.*TW_ADAPTER_FAILED/s);
    assert.doesNotMatch(lines.join(''), /probabilities|anger|pitchHz/);
  });

  it('leaves an adapter off that does not start, and the others on', async () => {
    const seen: string[] = [];
    const dead: Adapter = {
      name: 'dead',
      start: () => {
        throw new TonewireError('TW_ADAPTER_FAILED');
      },
      event: () => void seen.push('dead'),
    };
    const { host, counts, publish } = hosted([
      dead,
      { name: 'live', event: () => void seen.push('live') },
    ]);
    host.start();
    publish(1);
    await host.stop(PLENTY_MS);
    assert.deepEqual(seen, ['live']);
    assert.deepEqual(counts.of('dead'), { delivered: 0, dropped: 1, failed: 1 });
  });

  it('stops an adapter that switches itself off, and counts what it misses', async () => {
    let disable: (reason: string) => void = () => undefined;
    let seen = 0;
    const adapter: Adapter = {
      name: 'gone',
      start: (context) => {
        disable = context.disable;
      },
      event: () => {
        seen += 1;
        disable('target is gone');
      },
    };
    const { host, counts, lines, publish } = hosted([adapter]);
    host.start();
    publish(4);
    await host.stop(PLENTY_MS);
    assert.equal(seen, 1);
    assert.equal(counts.of('gone').dropped, 3);
    assert.match(lines.join(''), /target is gone/);
  });

  describe('with an event that fails', () => {
    const tried = async (adapter: Partial<Adapter>, events = 1) => {
      const waitsMs: number[] = [];
      const wait = async (delayMs: number) => void waitsMs.push(delayMs);
      const subject = hosted([{ name: 'a', ...adapter }], { wait, random: () => 0.5 });
      subject.host.start();
      subject.publish(events);
      await subject.host.stop(PLENTY_MS);
      const { counts, lines } = subject;
      return { waitsMs, ...counts.of('a'), retried: counts.retriedOf('a'), log: lines.join('') };
    };

    it('tries it as often as the adapter wants, on the schedule, with jitter', async () => {
      let calls = 0;
      const event = () => {
        calls += 1;
        throw new DeliveryError('busy', { retryAfterMs: calls === 1 ? 60_000 : 0 });
      };
      const { waitsMs, failed, retried } = await tried({ maxAttempts: 3, event });
      assert.deepEqual([calls, failed, retried], [3, 1, 2]);
      assert.deepEqual(waitsMs, [66_000, 330_000]);
    });

    it('tries it once where the adapter says nothing, and once where it cannot heal', async () => {
      const once = await tried({ event: () => Promise.reject(new DeliveryError('busy')) });
      assert.deepEqual([once.failed, once.retried], [1, 0]);
      const permanent = () => Promise.reject(new DeliveryError('no', { prospect: 'permanent' }));
      const never = await tried({ maxAttempts: 5, event: permanent });
      assert.deepEqual([never.failed, never.retried], [1, 0]);
    });

    it('switches the adapter off when its target is gone', async () => {
      const gone = () => Promise.reject(new DeliveryError('it is gone', { prospect: 'gone' }));
      const { failed, dropped, log } = await tried({ maxAttempts: 5, event: gone }, 3);
      assert.deepEqual([failed, dropped], [1, 2]);
      assert.match(log, /it is gone.*adapter is switched off/);
    });

    it('leaves at once when the process does, in a pause that would take seconds', async () => {
      const refused = gate();
      const { host, counts, publish } = hosted([
        {
          name: 'a',
          maxAttempts: 2,
          event: () => {
            refused.open();
            throw new DeliveryError('busy');
          },
        },
      ]);
      host.start();
      publish(1);
      await refused.opened;
      await host.stop(HARDLY_MS);
      await new Promise(setImmediate);
      assert.equal(counts.of('a').failed, 1);
    });
  });

  it('says how each adapter is doing', async () => {
    const { host, publish } = hosted([
      { name: 'a', event: () => new Promise<void>(() => undefined) },
    ]);
    publish(0);
    host.start();
    publish(3);
    const [status] = host.status;
    const { name, delivery, state, events, deadLetters, circuitOpen } = status!;
    assert.deepEqual([name, delivery, state, events], ['a', 'live', 'starting', 3]);
    assert.deepEqual([deadLetters, circuitOpen], [0, false]);
    await host.stop(HARDLY_MS);
    assert.equal(host.status[0]?.state, 'off');
  });

  it('refuses a durable adapter without an outbox', () => {
    assertThrowsCode('TW_CONFIG_INVALID', () => hosted([{ name: 'a', delivery: 'durable' }]));
  });

  it('gives up on a hanging adapter after the drain, tells it so, and stops', async () => {
    const aborted = gate();
    const never = new Promise<void>(() => undefined);
    const deaf: Adapter = {
      name: 'deaf',
      event: (_event, signal) => {
        signal.addEventListener('abort', aborted.open);
        return never;
      },
      stop: () => never,
    };
    const stuck: Adapter = { name: 'stuck', start: () => never, event: () => undefined };
    const { host, counts, publish } = hosted([deaf, stuck]);
    host.start();
    publish(3);
    await host.stop(HARDLY_MS);
    await aborted.opened;
    assert.equal(counts.of('deaf').dropped, 2);
    assert.equal(counts.of('stuck').dropped, 3);
  });

  it('takes nothing after stop', async () => {
    const seen: string[] = [];
    const { host, publish } = hosted([{ name: 'a', event: ({ id }) => void seen.push(id) }]);
    host.start();
    await host.stop(PLENTY_MS);
    publish(1);
    await host.stop(PLENTY_MS);
    assert.deepEqual(seen, []);
  });
});
