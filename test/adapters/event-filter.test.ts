import assert from 'node:assert/strict';
import {
  EventFilter,
  type EventFilterOptions,
  type UpdateSampling,
} from '../../src/adapters/event-filter.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type AnyEvent, EVENT_TYPES, type EventType } from '../../src/protocol/events.ts';
import type { Leg } from '../../src/protocol/labels.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const filterOf = (filter?: EventFilterOptions, maxCalls = 10) =>
  new EventFilter({ ...(filter && { filter }) }, maxCalls);

const passing = (filter: EventFilter) =>
  EVENT_TYPES.filter((type) => filter.passes(sampleEvent(type)));

const without = (...types: EventType[]) => EVENT_TYPES.filter((type) => !types.includes(type));

const updateAt = (endMs: number, leg: Leg = 'customer', callId = 'call-1') =>
  sampleEvent('emotion.updated', 0, { callId, leg, span: { startMs: 0, endMs } });

const changed = (from: 'listening' | 'anger', to: 'anger' | 'uncertain', confidence: number) =>
  sampleEvent('emotion.changed', 0, { from, to, confidence });

const sampled = (sampling: Partial<UpdateSampling>) =>
  filterOf({ sampling: { minIntervalMs: 0, everyNth: 1, ...sampling } });

describe('EventFilter', () => {
  it('lets everything pass that nothing is said about', () => {
    assert.deepEqual(passing(filterOf()), EVENT_TYPES);
    assert.deepEqual(passing(filterOf(loadConfig().adapters.console.filter)), EVENT_TYPES);
  });

  it('takes the types that the adapter can use and the configuration wants', () => {
    const filter = new EventFilter(
      { events: ['call.started', 'call.ended'], filter: { events: ['call.ended', 'audio.gap'] } },
      10,
    );
    assert.deepEqual(passing(filter), ['call.ended']);
  });

  it('takes events of the legs asked for, and of the whole call', () => {
    assert.deepEqual(passing(filterOf({ legs: ['customer'] })), EVENT_TYPES);
    assert.deepEqual(passing(filterOf({ legs: ['agent'] })), ['call.started', 'call.ended']);
  });

  it('takes the labels asked for, and what names no emotion', () => {
    assert.deepEqual(passing(filterOf({ labels: ['anger'] })), EVENT_TYPES);
    assert.deepEqual(
      passing(filterOf({ labels: ['fear'] })),
      without('emotion.updated', 'emotion.changed', 'segment.ended', 'alert.raised'),
    );
  });

  it('takes a change that leaves a label asked for, so that nobody waits for its end', () => {
    const filter = filterOf({ labels: ['anger'], minConfidence: 0.9 });
    assert.ok(filter.passes(changed('listening', 'anger', 0.95)));
    assert.ok(!filter.passes(changed('listening', 'anger', 0.85)));
    assert.ok(filter.passes(changed('anger', 'uncertain', 0.2)));
  });

  it('takes readings of the least confidence, and alerts by their own rule', () => {
    assert.deepEqual(passing(filterOf({ minConfidence: 0.6 })), EVENT_TYPES);
    assert.deepEqual(
      passing(filterOf({ minConfidence: 0.61 })),
      without('emotion.updated', 'emotion.changed', 'segment.ended'),
    );
  });

  it('takes at most one update of a leg in so much audio', () => {
    const filter = sampled({ minIntervalMs: 2000 });
    const ends = [500, 1000, 2499, 2500, 3000, 4500];
    assert.deepEqual(
      ends.filter((endMs) => filter.passes(updateAt(endMs))),
      [500, 2500, 4500],
    );
    assert.ok(filter.passes(updateAt(4600, 'agent')), 'each leg by itself');
    assert.ok(filter.passes(updateAt(4600, 'customer', 'call-2')), 'each call by itself');
    assert.ok(filter.passes(sampleEvent('segment.ended')), 'only updates are thinned out');
  });

  it('takes one update in so many', () => {
    const filter = sampled({ everyNth: 3 });
    const ends = [500, 1000, 1500, 2000, 2500, 3000, 3500];
    assert.deepEqual(
      ends.filter((endMs) => filter.passes(updateAt(endMs))),
      [500, 2000, 3500],
    );
  });

  it('samples what is left after everything else', () => {
    const filter = filterOf({
      minConfidence: 0.6,
      sampling: { minIntervalMs: 0, everyNth: 2 },
    });
    const confidences = [0.1, 0.7, 0.2, 0.8, 0.9];
    assert.deepEqual(
      confidences.filter((confidence) =>
        filter.passes(sampleEvent('emotion.updated', 0, { confidence })),
      ),
      [0.7, 0.9],
    );
  });

  it('goes on when a leg starts afresh', () => {
    const filter = sampled({ minIntervalMs: 2000 });
    assert.ok(filter.passes(updateAt(60_000)));
    assert.ok(filter.passes(updateAt(500)));
  });
});

describe('EventFilter on metadata', () => {
  const billing: EventFilterOptions = {
    metadata: [
      { name: 'queue', oneOf: ['billing', 'sales'] },
      { name: 'country', oneOf: ['AT'] },
    ],
  };
  const started = (callId: string, metadata: Record<string, string>) =>
    sampleEvent('call.started', 0, { callId, metadata });
  const gap = (callId: string): AnyEvent => sampleEvent('audio.gap', 1, { callId });
  const ended = (callId: string) => sampleEvent('call.ended', 2, { callId });

  it('takes all events of calls that match every condition, and none of the others', () => {
    const filter = filterOf(billing);
    const events = [
      started('yes', { queue: 'sales', country: 'AT', more: 'x' }),
      started('half', { queue: 'billing' }),
      started('no', { queue: 'support', country: 'AT' }),
      ...['yes', 'half', 'no', 'never-started'].flatMap((callId) => [gap(callId), ended(callId)]),
    ];
    const passed = events.filter((event) => filter.passes(event));
    assert.deepEqual(
      passed.map(({ type, data }) => `${data.callId} ${type}`),
      ['yes call.started', 'yes audio.gap', 'yes call.ended'],
    );
  });

  it('takes no missing entry for an empty one', () => {
    const filter = filterOf({ metadata: [{ name: 'queue', oneOf: [''] }] });
    assert.ok(!filter.passes(started('call-1', {})));
    assert.ok(filter.passes(started('call-2', { queue: '' })));
  });

  it('forgets a call when it ends', () => {
    const filter = filterOf({ ...billing, sampling: { minIntervalMs: 1, everyNth: 1 } });
    filter.passes(started('a', { queue: 'sales', country: 'AT' }));
    filter.passes(started('b', {}));
    assert.equal(filter.size, 2);
    for (const callId of ['a', 'b', 'c']) filter.passes(ended(callId));
    assert.equal(filter.size, 0);
    const thinned = sampled({ everyNth: 2 });
    thinned.passes(updateAt(500));
    assert.equal(thinned.size, 1);
    thinned.passes(ended('call-1'));
    assert.equal(thinned.size, 0);
  });

  it('remembers a bounded number of calls, the oldest least', () => {
    const filter = filterOf(billing, 2);
    for (const callId of ['a', 'b', 'b', 'c']) {
      filter.passes(started(callId, { queue: 'sales', country: 'AT' }));
    }
    assert.equal(filter.size, 2);
    assert.deepEqual(
      ['a', 'b', 'c'].filter((callId) => filter.passes(gap(callId))),
      ['b', 'c'],
    );
  });

  it('remembers nothing when there is nothing to remember for', () => {
    const filter = filterOf(loadConfig().adapters.console.filter);
    filter.passes(started('a', {}));
    filter.passes(updateAt(500));
    assert.equal(filter.size, 0);
  });
});
