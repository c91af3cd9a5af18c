import assert from 'node:assert/strict';
import { CallRecord } from '../../src/dashboard/call/call-record.ts';
import { STACK_ORDER, stackedShares } from '../../src/dashboard/call/series.ts';
import { pointAt, pointsWithin, windowOf } from '../../src/dashboard/call/time-window.ts';
import { hashOf, parseRoute } from '../../src/dashboard/desk/route.ts';
import { formatClock, formatSpan } from '../../src/dashboard/format.ts';
import type { DeskBatch } from '../../src/protocol/dashboard.ts';
import { DESK_BOUNDS } from '../../src/protocol/desk-endpoints.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { deskCallDetail, deskTimeline } from '../helpers/desk-samples.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const at = '2026-11-27T10:00:00.000Z';
const batch: DeskBatch = {
  type: 'desk.batch',
  at,
  calls: [],
  updates: [],
  events: [],
  actions: [],
};
const span = (endMs: number) => ({ startMs: endMs - 512, endMs });

describe('The record of a call', () => {
  it('grows by what the feed brings, every column alike', () => {
    const record = new CallRecord(deskCallDetail());
    const event = sampleEvent('emotion.updated', 141, { span: span(61_952) });
    record.take({ ...batch, events: [event] });
    const { timeline } = record.leg('customer')!;
    const { probabilities, ...columns } = timeline;
    for (const column of [...Object.values(columns), ...Object.values(probabilities)]) {
      assert.equal(column.length, 121);
    }
    assert.equal(record.detail.durationMs, 61_952);
    assert.equal(record.version.value, 1);
  });

  it('skips what it was told already, and what is of another call', () => {
    const record = new CallRecord(deskCallDetail());
    record.take({
      ...batch,
      events: [
        sampleEvent('emotion.updated', 140, { span: span(61_952) }),
        sampleEvent('emotion.updated', 141, { callId: 'call-2', span: span(61_952) }),
      ],
    });
    assert.equal(record.leg('customer')?.timeline.endMs.length, 120);
    assert.equal(record.version.value, 0);
  });

  it('takes a note and a suggestion once, though they have no sequence', () => {
    const record = new CallRecord(deskCallDetail());
    const note = { noteId: 'n1', by: 'ada', at, atMs: null, text: 'Called twice before.' };
    const suggestion = { ...record.detail.suggestions[0]!, suggestionId: 's2' };
    const actions: DeskBatch['actions'] = [
      { type: 'note.added', callId: 'call-1', note },
      { type: 'suggestion.made', callId: 'call-1', suggestion },
    ];
    record.take({ ...batch, actions });
    record.take({ ...batch, actions });
    assert.deepEqual(record.detail.notes, [note]);
    assert.deepEqual(
      record.detail.suggestions.map(({ suggestionId }) => suggestionId),
      ['s1', 's2'],
    );
  });

  it('takes each stretch once, as the first reading that rested on it saw it', () => {
    const record = new CallRecord(deskCallDetail());
    const stretches = (...startsMs: number[]) => ({
      attention: startsMs.map((startMs) => ({ startMs, endMs: startMs + 256, weight: 0.1 })),
      contributions: {
        emotion: 'fear' as const,
        stretches: startsMs.map((startMs) => ({ startMs, endMs: startMs + 256, nats: 0.2 })),
      },
    });
    const before = record.leg('customer')!.stretches.length;
    record.take({
      ...batch,
      events: [
        sampleEvent('emotion.updated', 141, stretches(61_440, 61_696)),
        sampleEvent('emotion.updated', 142, stretches(61_696, 61_952)),
      ],
    });
    const added = record.leg('customer')!.stretches.slice(before);
    assert.deepEqual(
      added.map(({ startMs, emotion }) => [startMs, emotion]),
      [
        [61_440, 'fear'],
        [61_696, 'fear'],
        [61_952, 'fear'],
      ],
    );
  });

  it('holds no more points than the gateway would tell of', () => {
    const record = new CallRecord(deskCallDetail());
    const events = Array.from({ length: DESK_BOUNDS.maxTimelinePoints }, (_, i) =>
      sampleEvent('emotion.updated', 141 + i, { span: span(61_952 + i * 512) }),
    );
    record.take({ ...batch, events });
    const { endMs } = record.leg('customer')!.timeline;
    assert.equal(endMs.length, DESK_BOUNDS.maxTimelinePoints);
    assert.equal(endMs[0], 61_952);
  });
});

describe('The window on a call', () => {
  it('follows the end, and never reaches before the beginning', () => {
    const choice = { spanMs: 60_000, endMs: null };
    assert.deepEqual(windowOf(choice, 90_000), { fromMs: 30_000, toMs: 90_000 });
    assert.deepEqual(windowOf(choice, 5000), { fromMs: 0, toMs: 60_000 });
    assert.deepEqual(windowOf({ spanMs: 0, endMs: null }, 5000), { fromMs: 0, toMs: 5000 });
    const scrubbed = windowOf({ spanMs: 30_000, endMs: 40_000 }, 90_000);
    assert.deepEqual(scrubbed, { fromMs: 10_000, toMs: 40_000 });
  });

  it('has the points that it shows, and one more on either side', () => {
    const ends = [512, 1024, 1536, 2048, 2560];
    assert.deepEqual(pointsWithin(ends, { fromMs: 1100, toMs: 2100 }), [1, 5]);
    assert.deepEqual(pointsWithin([], { fromMs: 0, toMs: 1000 }), [0, 0]);
  });

  it('finds the point that covers a position', () => {
    const ends = [512, 1024, 1536];
    assert.deepEqual(
      [0, 512, 513, 1536, 9000].map((ms) => pointAt(ends, ms)),
      [0, 0, 1, 2, 2],
    );
    assert.equal(pointAt([], 100), -1);
  });

  it('stacks the eight shares up to one', () => {
    const [x, ...stack] = stackedShares(deskTimeline(), { fromMs: 0, toMs: 61_440 });
    assert.equal(x.length, 120);
    assert.deepEqual([...STACK_ORDER].sort(), [...EMOTIONS].sort());
    for (const top of stack[0]!) assert.ok(Math.abs(top! - 1) < 1e-9);
  });
});

describe('The address of a view', () => {
  it('leads back to the view, whatever the id of a call holds', () => {
    for (const callId of ['CA1', 'a/b', 'ü %', '#']) {
      const route = { view: 'call', callId } as const;
      assert.deepEqual(parseRoute(hashOf(route)), route);
    }
    assert.deepEqual(parseRoute('#/calls/%'), { view: 'call', callId: '%' });
    assert.deepEqual(parseRoute('#/nowhere'), { view: 'wall' });
  });
});

describe('Times', () => {
  it('read as on a clock, and as a length', () => {
    assert.deepEqual([0, 7400, 750_000, 3_723_000].map(formatClock), [
      '0:00',
      '0:07',
      '12:30',
      '1:02:03',
    ]);
    assert.deepEqual([40_000, 720_000, 12_600_000].map(formatSpan), ['40 s', '12 min', '3.5 h']);
  });
});
