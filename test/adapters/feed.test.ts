import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  Feed,
  type FeedMessage,
  type FeedSubscriber,
  parseFeedFilter,
} from '../../src/adapters/feed.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import type { EventType } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { gate } from '../helpers/adapter-doubles.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const options = { maxQueuedEvents: 3, maxSubscribers: 2, flushTimeoutMs: 10 };

function subscriber(send: () => Promise<void> = async () => undefined) {
  const messages: FeedMessage[] = [];
  const closed: TonewireError[] = [];
  const self: FeedSubscriber = {
    send: (message) => {
      messages.push(message);
      return send();
    },
    close: (error) => void closed.push(error),
  };
  return { self, messages, closed, types: (): EventType[] => messages.map(({ type }) => type) };
}

/** Lets everything that waits only on settled promises run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

adapterContract('feed', async () => {
  const feed = new Feed({ maxQueuedEvents: 100, maxSubscribers: 1, flushTimeoutMs: 1000 });
  const { self, types } = subscriber();
  feed.subscribe(self);
  return { adapter: feed, received: types };
});

describe('Feed', () => {
  it('sends each subscriber the whole event, from the moment it subscribes', async () => {
    const feed = new Feed(options);
    const one = subscriber();
    feed.event(sampleEvent('call.started'));
    feed.subscribe(one.self);
    const event = sampleEvent('audio.gap', 7);
    feed.event(event);
    await settled();
    assert.equal(one.messages.length, 1);
    assert.deepEqual(JSON.parse(one.messages[0]?.json ?? ''), event);
    assert.equal(one.messages[0]?.id, 'event-7');
  });

  it('filters by call, by leg and by type; call events pass a leg filter', async () => {
    const feed = new Feed({ maxQueuedEvents: 10, maxSubscribers: 10, flushTimeoutMs: 10 });
    const byCall = subscriber();
    const byLeg = subscriber();
    const byType = subscriber();
    feed.subscribe(byCall.self, { callId: 'other' });
    feed.subscribe(byLeg.self, { leg: 'agent' });
    feed.subscribe(byType.self, { types: ['call.ended', 'audio.gap'] });
    feed.event(sampleEvent('call.started'));
    feed.event(sampleEvent('audio.gap', 1, { leg: 'agent', callId: 'other' }));
    feed.event(sampleEvent('segment.ended'));
    feed.event(sampleEvent('call.ended'));
    await settled();
    assert.deepEqual(byCall.types(), ['audio.gap']);
    assert.deepEqual(byLeg.types(), ['call.started', 'audio.gap', 'call.ended']);
    assert.deepEqual(byType.types(), ['audio.gap', 'call.ended']);
  });

  it('keeps order and sends one message at a time', async () => {
    const feed = new Feed(options);
    const gates = [gate(), gate()];
    let sent = 0;
    const one = subscriber(async () => gates[sent++]?.opened);
    feed.subscribe(one.self);
    feed.event(sampleEvent('call.started'));
    feed.event(sampleEvent('call.ended'));
    await settled();
    assert.deepEqual(one.types(), ['call.started']);
    gates[0]?.open();
    await settled();
    assert.deepEqual(one.types(), ['call.started', 'call.ended']);
  });

  it('cuts off a slow subscriber with TW_SLOW_CONSUMER and serves the others on', async () => {
    const feed = new Feed(options);
    const slow = subscriber(() => new Promise(() => undefined));
    const quick = subscriber();
    feed.subscribe(slow.self);
    feed.subscribe(quick.self);
    for (let index = 0; index < 6; index += 1) {
      feed.event(sampleEvent('audio.gap', index));
      await settled();
    }
    assert.equal(slow.messages.length, 1);
    assert.deepEqual(
      slow.closed.map(({ code }) => code),
      ['TW_SLOW_CONSUMER'],
    );
    assert.equal(quick.messages.length, 6);
    assert.equal(feed.subscriberCount, 1);
  });

  it('lets go of a subscriber that fails or throws, and serves the others on', async () => {
    const feed = new Feed(options);
    const gone = subscriber(() => Promise.reject(new TonewireError('TW_CONNECT_FAILED')));
    const other = subscriber();
    feed.subscribe(gone.self);
    feed.subscribe(other.self);
    feed.event(sampleEvent('audio.gap'));
    await settled();
    feed.event(sampleEvent('audio.gap'));
    await settled();
    assert.equal(gone.messages.length, 1);
    assert.equal(other.messages.length, 2);
  });

  it('sends nothing after the subscription ended', async () => {
    const feed = new Feed(options);
    const one = subscriber();
    const end = feed.subscribe(one.self);
    end();
    end();
    feed.event(sampleEvent('audio.gap'));
    await settled();
    assert.deepEqual(one.messages, []);
  });

  it('refuses one subscriber too many, and any while it stops', async () => {
    const feed = new Feed(options);
    const one = subscriber();
    feed.subscribe(one.self);
    feed.subscribe({
      ...subscriber().self,
      close: () => {
        throw new TonewireError('TW_INTERNAL');
      },
    });
    assertThrowsCode('TW_TOO_MANY_CONNECTIONS', () => feed.subscribe(one.self));
    const stopped = feed.stop();
    assertThrowsCode('TW_DRAINING', () => feed.subscribe(one.self));
    await stopped;
    assert.deepEqual(
      one.closed.map(({ code }) => code),
      ['TW_DRAINING'],
    );
  });

  it('lets subscribers read their queue when it stops, but waits for none for ever', async () => {
    const feed = new Feed(options);
    const quick = subscriber(() => new Promise((resolve) => setImmediate(resolve)));
    const stuck = subscriber(() => new Promise(() => undefined));
    feed.subscribe(quick.self);
    feed.subscribe(stuck.self);
    for (let index = 0; index < 3; index += 1) feed.event(sampleEvent('call.ended', index));
    await feed.stop();
    assert.equal(quick.messages.length, 3);
    assert.equal(quick.closed.length, 1);
    assert.equal(stuck.closed.length, 1);
  });
});

describe('parseFeedFilter', () => {
  const parse = (query: string) => parseFeedFilter(new URLSearchParams(query));

  it('reads what is there and filters nothing else', () => {
    assert.deepEqual(parse(''), {});
    assert.deepEqual(parse('callId=a&leg=agent&types=call.ended,%20audio.gap'), {
      callId: 'a',
      leg: 'agent',
      types: ['call.ended', 'audio.gap'],
    });
  });

  it('refuses a leg or type that does not exist, naming what it takes', () => {
    assert.match(
      assertThrowsCode('TW_BAD_REQUEST', () => parse('leg=boss')).message,
      /leg takes customer, agent, mixed/,
    );
    assertThrowsCode('TW_BAD_REQUEST', () => parse('types='));
  });

  it('returns a filter or TW_BAD_REQUEST, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (leg, types) => {
        try {
          parseFeedFilter(new URLSearchParams({ leg, types }));
        } catch (error) {
          assert.ok(error instanceof TonewireError && error.code === 'TW_BAD_REQUEST');
        }
      }),
    );
  });
});
