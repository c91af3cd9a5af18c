import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mock } from 'node:test';
import type { Adapter } from '../../../src/adapters/adapter.ts';
import { AdapterHost } from '../../../src/adapters/adapter-host.ts';
import { DeliveryError } from '../../../src/adapters/delivery-error.ts';
import { EventBus } from '../../../src/adapters/event-bus.ts';
import type { OutboxOptions } from '../../../src/adapters/outbox/outbox.ts';
import { createLogger, silentLogger } from '../../../src/log/logger.ts';
import type { AnyEvent } from '../../../src/protocol/events.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { countingCounters, gate, NO_PAUSES, stoppedClock } from '../../helpers/adapter-doubles.ts';
import { memoryOutbox } from '../../helpers/memory-outbox.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folder.ts';

const PLENTY_MS = 10_000;
const HOUR_MS = 3_600_000;

const gap = (callId: string, sequence: number) => sampleEvent('audio.gap', sequence, { callId });
const nameOf = ({ data, sequence }: AnyEvent) => `${data.callId}/${sequence}`;
const passing = () => Promise.reject(new DeliveryError('busy'));

describe('a durable adapter', () => {
  const closing: (() => Promise<void>)[] = [];

  /** A gateway's part in it, from one start to one stop. */
  async function hosted(
    adapter: Partial<Adapter>,
    options: Partial<OutboxOptions> = {},
    path?: string,
  ) {
    const { outbox, close } = await memoryOutbox(options, path);
    const bus = new EventBus(silentLogger);
    const counts = countingCounters();
    const lines: string[] = [];
    const host = new AdapterHost({
      adapters: [{ name: 'a', delivery: 'durable', ...adapter }],
      bus,
      logger: createLogger('info', { write: (line) => lines.push(line) }, stoppedClock),
      clock: options.clock ?? stoppedClock,
      counters: counts.counters,
      maxCalls: 10,
      outbox,
      timing: NO_PAUSES,
    });
    host.start();
    let stopped: Promise<void> | undefined;
    const stop = (drainMs = PLENTY_MS) => {
      stopped ??= host.stop(drainMs).then(close);
      return stopped;
    };
    closing.push(() => stop(0));
    const publish = (...events: AnyEvent[]) => {
      for (const event of events) bus.publish(event);
    };
    return { publish, stop, counts, lines, status: () => host.status[0]! };
  }

  const inFile = () => join(temporaryFolder(), 'store.db');

  afterEach(async () => {
    mock.timers.reset();
    await Promise.all(closing.splice(0).map((close) => close()));
    removeTemporaryFolders();
  });

  it('sees an event after everybody who must not lose it: at the end of the turn it is in the file', async () => {
    const path = inFile();
    const beside = async () => {
      const other = await openStore({
        path,
        synchronous: 'normal',
        clock: stoppedClock,
        alone: false,
      });
      const rows = other.prepare('SELECT event_id, call_id, type FROM outbox_waiting').all();
      other.close();
      return rows;
    };
    const never = new Promise<void>(() => undefined);
    const { publish } = await hosted({ event: () => never }, {}, path);
    publish(gap('one', 1), gap('two', 2));
    await new Promise(process.nextTick);
    assert.deepEqual(await beside(), [
      { event_id: 'event-1', call_id: 'one', type: 'audio.gap' },
      { event_id: 'event-2', call_id: 'two', type: 'audio.gap' },
    ]);
  });

  it('gets them again from the next process, until it has taken them', async () => {
    const path = inFile();
    const got: string[] = [];
    const never = new Promise<void>(() => undefined);
    const first = await hosted({ event: () => never }, {}, path);
    first.publish(gap('one', 1), gap('one', 2));
    await first.stop(0);
    const second = await hosted({ event: (event) => void got.push(nameOf(event)) }, {}, path);
    await second.stop();
    const third = await hosted({ event: (event) => void got.push(nameOf(event)) }, {}, path);
    await third.stop();
    assert.deepEqual(got, ['one/1', 'one/2']);
  });

  it('gets the events of a call in order though it takes several at once', async () => {
    const running = new Map<string, number>();
    const got: string[] = [];
    const event = async (one: AnyEvent) => {
      const { callId } = one.data;
      assert.equal(running.get(callId) ?? 0, 0, 'two of one call at once');
      running.set(callId, 1);
      await new Promise(setImmediate);
      got.push(nameOf(one));
      running.set(callId, 0);
    };
    const { publish, stop } = await hosted({ queue: { maxEvents: 1, maxInFlight: 8 }, event });
    for (let index = 0; index < 30; index += 1) publish(gap(`call-${index % 3}`, index));
    await stop();
    assert.equal(got.length, 30);
    for (const call of ['call-0', 'call-1', 'call-2']) {
      const own = got.filter((name) => name.startsWith(call)).map((name) => Number(name.slice(7)));
      assert.deepEqual(
        own,
        own.toSorted((one, two) => one - two),
      );
    }
  });

  it('holds up the later events of a call for one that failed, and no other call', async () => {
    const got: string[] = [];
    const event = async (one: AnyEvent) => {
      if (one.data.callId === 'bad') throw new DeliveryError('busy');
      got.push(nameOf(one));
    };
    const { publish, stop, counts, status } = await hosted({ event });
    publish(gap('bad', 1), gap('bad', 2), gap('good', 3), gap('good', 4));
    await stop();
    assert.deepEqual(got, ['good/3', 'good/4']);
    assert.deepEqual([counts.retriedOf('a'), status().events], [1, 2]);
  });

  it('tries again when the schedule says, also across restarts, and then keeps a dead letter', async () => {
    const path = inFile();
    let nowMs = stoppedClock.nowMs();
    const clock = { ...stoppedClock, nowMs: () => nowMs };
    let tries = 0;
    const event = () => {
      tries += 1;
      return passing();
    };
    const restart = async (afterMs: number) => {
      nowMs += afterMs;
      const process = await hosted({ event }, { clock }, path);
      await process.stop();
      return process;
    };
    const { publish, stop } = await hosted({ event }, { clock }, path);
    publish(gap('one', 1));
    await stop();
    assert.equal(tries, 1);
    await restart(4000);
    assert.equal(tries, 1);
    await restart(1000);
    assert.equal(tries, 2);
    for (let count = 3; count < 10; count += 1) await restart(24 * HOUR_MS);
    assert.equal(tries, 9);
    const { counts, status } = await restart(24 * HOUR_MS);
    assert.equal(tries, 10);
    assert.deepEqual([counts.of('a').failed, status().events, status().deadLetters], [1, 0, 1]);
    await restart(24 * HOUR_MS);
    assert.equal(tries, 10);
  });

  it('is tried again without a restart once the pause is over', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    let nowMs = stoppedClock.nowMs();
    const clock = { ...stoppedClock, nowMs: () => nowMs };
    const [first, second] = [gate(), gate()];
    let tries = 0;
    const event = async () => {
      tries += 1;
      if (tries === 2) return second.open();
      first.open();
      throw new DeliveryError('busy', { retryAfterMs: 60_000 });
    };
    const { publish } = await hosted({ event }, { clock });
    publish(gap('one', 1));
    await first.opened;
    await new Promise(setImmediate);
    nowMs += 60_000;
    mock.timers.tick(60_000);
    await second.opened;
  });

  it('parks at once what cannot heal, and goes on with the call', async () => {
    const got: string[] = [];
    const event = async (one: AnyEvent) => {
      if (one.sequence === 1) throw new DeliveryError('no', { prospect: 'permanent' });
      got.push(nameOf(one));
    };
    const { publish, stop, counts, status } = await hosted({ event });
    publish(gap('one', 1), gap('one', 2));
    await stop();
    assert.deepEqual(got, ['one/2']);
    assert.deepEqual([counts.of('a').failed, status().deadLetters], [1, 1]);
  });

  it('keeps what comes for a target that is gone', async () => {
    const path = inFile();
    const gone = () => Promise.reject(new DeliveryError('it is gone', { prospect: 'gone' }));
    const { publish, stop, status } = await hosted({ event: gone }, {}, path);
    publish(gap('one', 1), gap('one', 2));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    publish(gap('one', 3));
    await stop();
    assert.deepEqual([status().state, status().events, status().deadLetters], ['off', 2, 1]);
    const got: string[] = [];
    const next = await hosted({ event: (event) => void got.push(nameOf(event)) }, {}, path);
    await next.stop();
    assert.deepEqual(got, ['one/2', 'one/3']);
  });

  it('leaves a target alone that keeps failing, then tries with one event', async () => {
    let works = false;
    let running = 0;
    let tries = 0;
    const [all, broken] = [gate(), gate()];
    const event = async () => {
      tries += 1;
      running += 1;
      assert.ok(tries <= 5 || works || running === 1, 'more than one tried its luck');
      await new Promise(setImmediate);
      running -= 1;
      if (tries === 5) broken.open();
      if (tries === 5 + 20) all.open();
      if (!works) throw new DeliveryError('busy');
    };
    const { publish, lines, status } = await hosted(
      { queue: { maxEvents: 1, maxInFlight: 1 }, event },
      { circuitMs: 50 },
    );
    for (let call = 0; call < 25; call += 1) publish(gap(`call-${call}`, call));
    await broken.opened;
    await new Promise(setImmediate);
    assert.equal(status().circuitOpen, true);
    assert.equal(tries, 5);
    works = true;
    await all.opened;
    assert.equal(status().circuitOpen, false);
    assert.match(lines.join(''), /left alone for a while.*works again/s);
  });

  it('sheds new events when it is full, rolling readings first, and says so once', async () => {
    const never = new Promise<void>(() => undefined);
    const { publish, counts, lines, status } = await hosted(
      { event: () => never },
      { maxRows: 10 },
    );
    const reading = (sequence: number) => sampleEvent('emotion.updated', sequence);
    for (let index = 0; index < 9; index += 1) publish(gap('one', index));
    publish(reading(9));
    assert.equal(counts.of('a').dropped, 1);
    publish(gap('one', 10), gap('one', 11), gap('one', 12));
    assert.equal(counts.of('a').dropped, 3);
    assert.equal(status().events, 10);
    assert.equal(lines.filter((line) => line.includes('outbox is full')).length, 1);
  });

  it('is bounded in bytes, and has room again when events have left', async () => {
    const bytes = Buffer.byteLength(JSON.stringify(gap('one', 1)));
    const first = gate();
    const event = () => first.opened;
    const { publish, counts, lines, status } = await hosted({ event }, { maxBytes: 10 * bytes });
    for (let index = 0; index < 20; index += 1) publish(gap('one', index % 10));
    assert.deepEqual([status().events, status().bytes], [10, 10 * bytes]);
    first.open();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(status().events, 0);
    publish(gap('one', 1));
    assert.equal(counts.of('a').dropped, 10);
    assert.match(lines.join(''), /has room again/);
  });

  it('forgets its oldest dead letters before it loses anything new', async () => {
    const permanent = () => Promise.reject(new DeliveryError('no', { prospect: 'permanent' }));
    const { publish, counts, status } = await hosted({ event: permanent }, { maxRows: 10 });
    for (let index = 0; index < 10; index += 1) publish(gap('one', index));
    for (let turn = 0; turn < 15; turn += 1) await new Promise(setImmediate);
    assert.equal(status().deadLetters, 10);
    publish(gap('one', 10));
    assert.deepEqual([counts.of('a').dropped, status().deadLetters], [0, 9]);
  });

  it('waits in memory while the file cannot be written, and is written after all', async () => {
    const path = inFile();
    const got: string[] = [];
    const { publish, status } = await hosted(
      { event: (event) => void got.push(nameOf(event)) },
      {},
      path,
    );
    const other = await openStore({
      path,
      synchronous: 'normal',
      clock: stoppedClock,
      alone: false,
    });
    other.exec('BEGIN IMMEDIATE');
    publish(gap('one', 1));
    await new Promise(setImmediate);
    assert.deepEqual([got, status().events], [[], 1]);
    other.exec('COMMIT');
    other.close();
    while (got.length === 0) await new Promise(setImmediate);
    assert.deepEqual(got, ['one/1']);
  });
});
