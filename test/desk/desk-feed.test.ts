import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { DeskFeed, type DeskSubscriber } from '../../src/desk/desk-feed.ts';
import { Recorder } from '../../src/desk/recorder.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import {
  type DeskBatch,
  DeskBatchSchema,
  type DeskMessage,
  type DeskSnapshot,
  DeskSnapshotSchema,
} from '../../src/protocol/dashboard.ts';
import type { TonewireError } from '../../src/protocol/errors.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { assertMatches } from '../helpers/assert-desk.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

/** Remembers what it was sent, each message checked against the contract. */
class Page implements DeskSubscriber {
  queuedBytes = 0;
  readonly texts: string[] = [];
  readonly messages: DeskMessage[] = [];
  closed: TonewireError | undefined;
  #waiting: (() => void)[] = [];

  send(json: string): void {
    const message: DeskMessage = JSON.parse(json);
    assertMatches(message.type === 'desk.batch' ? DeskBatchSchema : DeskSnapshotSchema, message);
    this.texts.push(json);
    this.messages.push(message);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  close(error: TonewireError): void {
    this.closed = error;
  }

  async message(index: number): Promise<DeskMessage> {
    while (this.messages.length <= index) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.messages[index]!;
  }

  async batch(index: number): Promise<DeskBatch> {
    const message = await this.message(index);
    assert.equal(message.type, 'desk.batch');
    return message as DeskBatch;
  }
}

describe('the feed of the desk', () => {
  let feed: DeskFeed;
  let publish: (...events: AnyEvent[]) => void;
  let slow = 0;

  function start(flags: Readonly<Record<string, unknown>> = {}) {
    const config = loadConfig({ flags: { 'desk.updateIntervalMs': 50, ...flags } });
    const counter = { inc: () => undefined };
    const recorder = new Recorder({
      config,
      counters: { merged: counter, dropped: counter },
      onSuggestion: (callId, suggestion) =>
        feed.act({ type: 'suggestion.made', callId, suggestion }),
      onEnded: () => undefined,
    });
    slow = 0;
    const onSlow = () => {
      slow += 1;
    };
    feed = new DeskFeed({ desk: config.desk, recorder, clock: systemClock, onSlow });
    publish = (...events) => {
      for (const event of events) {
        recorder.hear(event);
        feed.hear(event);
      }
    };
  }

  beforeEach(() => start());

  afterEach(() => feed.stop());

  const update = (sequence: number, callId = 'call-1') =>
    sampleEvent('emotion.updated', sequence, {
      callId,
      span: { startMs: (sequence - 1) * 500, endMs: sequence * 500 },
    });

  it('begins with a snapshot of the live calls, and says nothing of them again', async () => {
    publish(sampleEvent('call.started'), update(1));
    const page = new Page();
    feed.subscribe(page);
    const snapshot = (await page.message(0)) as DeskSnapshot;
    assert.equal(snapshot.type, 'desk.snapshot');
    assert.deepEqual([snapshot.total, snapshot.calls[0]?.callId], [1, 'call-1']);
    publish(sampleEvent('alert.raised', 2));
    const batch = await page.batch(1);
    assert.deepEqual([batch.calls, batch.updates], [[], []]);
    assert.deepEqual(
      batch.events.map(({ type }) => type),
      ['alert.raised'],
    );
  });

  it('sends the newest reading of each leg, and every other event, in one message', async () => {
    const page = new Page();
    feed.subscribe(page);
    await page.message(0);
    publish(sampleEvent('call.started'));
    for (let sequence = 1; sequence <= 9; sequence += 1) publish(update(sequence));
    publish(sampleEvent('emotion.changed', 10), sampleEvent('audio.gap', 11));
    const { calls, updates, events, actions } = await page.batch(1);
    assert.deepEqual(
      calls.map(({ callId }) => callId),
      ['call-1'],
    );
    assert.deepEqual(
      updates.map(({ reading }) => reading.atMs),
      [4500],
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ['call.started', 'emotion.changed', 'audio.gap'],
    );
    assert.deepEqual(
      actions.map(({ type }) => type),
      ['suggestion.made'],
    );
  });

  it('sends every reading of the call that is watched, in order, and to nobody else', async () => {
    const [watcher, other] = [new Page(), new Page()];
    const subscription = feed.subscribe(watcher);
    feed.subscribe(other);
    await Promise.all([watcher.message(0), other.message(0)]);
    subscription.watch('call-1');
    publish(sampleEvent('call.started', 0), sampleEvent('call.started', 0, { callId: 'call-2' }));
    publish(update(1), update(1, 'call-2'), sampleEvent('segment.ended', 2), update(3));
    const sequences = ({ events }: DeskBatch) =>
      events.map(({ data, sequence }) => `${data.callId}/${sequence}`);
    assert.deepEqual(sequences(await watcher.batch(1)), [
      'call-1/0',
      'call-2/0',
      'call-1/1',
      'call-1/2',
      'call-1/3',
    ]);
    assert.deepEqual(sequences(await other.batch(1)), ['call-1/0', 'call-2/0', 'call-1/2']);
    subscription.watch(null);
    publish(update(4));
    assert.deepEqual((await watcher.batch(2)).events, []);
  });

  it('writes a message once for all who get the same', async () => {
    const pages = [new Page(), new Page(), new Page()];
    for (const page of pages) feed.subscribe(page);
    await Promise.all(pages.map((page) => page.message(0)));
    publish(sampleEvent('call.started'), update(1));
    await Promise.all(pages.map((page) => page.message(1)));
    assert.equal(new Set(pages.map(({ texts }) => texts[1])).size, 1);
  });

  it('sends a thousand events at once rather than let them wait', async () => {
    start({ 'desk.updateIntervalMs': 10_000 });
    const page = new Page();
    feed.subscribe(page);
    await page.message(0);
    for (let sequence = 0; sequence < 1000; sequence += 1) {
      publish(sampleEvent('audio.gap', sequence));
    }
    assert.equal((await page.batch(1)).events.length, 1000);
  });

  it('cuts off a page that does not read, and serves the others', async () => {
    const [slowPage, page] = [new Page(), new Page()];
    feed.subscribe(slowPage);
    feed.subscribe(page);
    await Promise.all([slowPage.message(0), page.message(0)]);
    slowPage.queuedBytes = 5_000_000;
    publish(sampleEvent('call.started'));
    await page.batch(1);
    assert.equal(slowPage.closed?.code, 'TW_SLOW_CONSUMER');
    assert.deepEqual([slow, feed.subscriberCount], [1, 1]);
  });

  it('takes no more pages than desk.maxSubscribers', () => {
    start({ 'desk.maxSubscribers': 1 });
    feed.subscribe(new Page()).end();
    feed.subscribe(new Page());
    assert.throws(() => feed.subscribe(new Page()), { code: 'TW_TOO_MANY_CONNECTIONS' });
  });

  it('sends what waits when it stops, and says why it closes', async () => {
    start({ 'desk.updateIntervalMs': 10_000 });
    const page = new Page();
    feed.subscribe(page);
    await page.message(0);
    publish(sampleEvent('call.started'));
    feed.stop();
    assert.equal((await page.batch(1)).events.length, 1);
    assert.equal(page.closed?.code, 'TW_DRAINING');
    assert.throws(() => feed.subscribe(new Page()), { code: 'TW_DRAINING' });
  });
});
