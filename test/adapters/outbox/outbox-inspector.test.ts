import assert from 'node:assert/strict';
import { join } from 'node:path';
import { AdapterHost } from '../../../src/adapters/adapter-host.ts';
import { DeliveryError } from '../../../src/adapters/delivery-error.ts';
import { EventBus } from '../../../src/adapters/event-bus.ts';
import {
  OutboxInspector,
  type OutboxSelection,
} from '../../../src/adapters/outbox/outbox-inspector.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { runCli } from '../../cli/run-cli.ts';
import { countingCounters, gate, NO_PAUSES, stoppedClock } from '../../helpers/adapter-doubles.ts';
import { memoryOutbox } from '../../helpers/memory-outbox.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folder.ts';

const gap = (callId: string, sequence: number) => sampleEvent('audio.gap', sequence, { callId });

/** Of call "dead" every event is refused for good, of call "busy" for now. */
const refusing = (got: string[], open = () => true) => ({
  name: 'a',
  delivery: 'durable' as const,
  event: async ({ id, data }: { id: string; data: { callId: string } }) => {
    if (!open()) got.push(id);
    else if (data.callId === 'dead') throw new DeliveryError('refused', { prospect: 'permanent' });
    else if (data.callId === 'busy') throw new DeliveryError('busy');
  },
});

describe('the outbox inspector', () => {
  const stores: Store[] = [];
  const closing: (() => Promise<void>)[] = [];

  /** A gateway that has dead-1, dead-2 among its dead letters, and busy-3, busy-4 waiting. */
  async function gateway(path: string, adapter = refusing([])) {
    const { outbox, close } = await memoryOutbox({}, path);
    const bus = new EventBus(silentLogger);
    const { counters } = countingCounters();
    const lent = { bus, logger: silentLogger, clock: stoppedClock, counters, maxCalls: 10, outbox };
    const host = new AdapterHost({ adapters: [adapter], timing: NO_PAUSES, ...lent });
    host.start();
    for (const event of [gap('dead', 1), gap('dead', 2), gap('busy', 3), gap('busy', 4)]) {
      bus.publish(event);
    }
    const stop = async () => {
      await host.stop(1000);
      close();
    };
    return { host, stop };
  }

  async function beside(path: string): Promise<OutboxInspector> {
    const parts = { synchronous: 'normal', clock: stoppedClock, alone: false } as const;
    const store = await openStore({ path, ...parts });
    stores.push(store);
    return new OutboxInspector(store, stoppedClock);
  }

  async function stopped() {
    const path = join(temporaryFolder(), 'store.db');
    await (await gateway(path)).stop();
    return { path, inspector: await beside(path) };
  }

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    for (const store of stores.splice(0)) store.close();
    removeTemporaryFolders();
  });

  it('lists by adapter, call, state, age and id, in order of acceptance', async () => {
    const { inspector } = await stopped();
    const ids = (selection: OutboxSelection) =>
      inspector.list(selection).map(({ state, eventId }) => `${state} ${eventId}`);
    const dead = ['dead event-1', 'dead event-2'];
    const waiting = ['waiting event-3', 'waiting event-4'];
    assert.deepEqual(ids({}), [...dead, ...waiting]);
    assert.deepEqual(ids({ state: 'dead' }), dead);
    assert.deepEqual(ids({ callId: 'busy' }), waiting);
    assert.deepEqual(ids({ ids: ['event-2', 'event-4'] }), [dead[1], waiting[1]]);
    assert.deepEqual(ids({ adapter: 'b' }), []);
    assert.deepEqual(ids({ olderThanMs: 1000 }), []);
    const [, , first] = inspector.list({});
    assert.deepEqual(
      [first?.adapter, first?.type, first?.attempts, first?.dueMs, first?.reason],
      ['a', 'audio.gap', 1, stoppedClock.nowMs() + 5000, 'busy'],
    );
    assert.deepEqual(inspector.event(first!), gap('busy', 3));
  });

  it('drops what is selected, and nothing else', async () => {
    const { inspector } = await stopped();
    assert.equal(inspector.drop({ ids: ['event-1', 'event-3'] }), 2);
    assert.deepEqual(
      inspector.list({}).map(({ eventId }) => eventId),
      ['event-2', 'event-4'],
    );
  });

  it('lets a running gateway try again what was dead or waits, and forget what was dropped', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const got: string[] = [];
    const all = gate();
    let refuses = true;
    const adapter = refusing(got, () => refuses);
    const { host, stop } = await gateway(path, adapter);
    closing.push(stop);
    while (host.status[0]?.deadLetters !== 2) await new Promise(setImmediate);
    await new Promise(setImmediate);
    refuses = false;
    const inspector = await beside(path);
    inspector.drop({ ids: ['event-2'] });
    assert.equal(inspector.replay({ ids: ['event-1', 'event-2', 'event-3'] }), 2);
    while (got.length < 3) await new Promise(setImmediate);
    all.open();
    assert.deepEqual(got.toSorted(), ['event-1', 'event-3', 'event-4']);
    assert.deepEqual([host.status[0]?.events, host.status[0]?.deadLetters], [0, 0]);
  });

  it('is `tonewire outbox` on the command line', async () => {
    const { path } = await stopped();
    const cli = (...words: string[]) => runCli(['outbox', ...words, '--store', path]);
    const listed = JSON.parse((await cli('list', '--json', '--state', 'dead')).stdout);
    assert.equal(listed.letters.length, 2);
    const { stdout } = await cli('list');
    assert.match(stdout, /^dead {2}a {2}audio\.gap {2}event-1 {2}call dead {2}.*refused$/m);
    assert.match(stdout, /^2 waiting, 2 dead\.$/m);
    assert.match((await cli('show', 'event-1')).stdout, /"event": \{\n/);
    const nothing = await cli('drop');
    assert.deepEqual([nothing.code, nothing.stdout], [2, '']);
    assert.match(nothing.stderr, /TW_USAGE: Say which letters to drop, or --all/);
    assert.match((await cli('drop', '--state', 'dead')).stdout, /^2 dropped\.$/m);
    assert.match((await cli('replay', '--all')).stdout, /^2 will be tried again\.$/m);
    const missing = await runCli(['outbox', 'list', '--store', join(path, 'no.db')]);
    assert.match(missing.stderr, /TW_USAGE: There is no store at/);
  }).timeout(120_000);
});
