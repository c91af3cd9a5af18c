import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadConfig } from '../../src/config/load-config.ts';
import type { CallRecord } from '../../src/desk/call-record.ts';
import { Recorder } from '../../src/desk/recorder.ts';
import { CallDetailSchema, LiveCallSchema, type Suggestion } from '../../src/protocol/dashboard.ts';
import type { AnyEvent, EventData, EventType } from '../../src/protocol/events.ts';
import { assertMatches } from '../helpers/assert-desk.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const NOW = '2026-01-02T03:04:06.000Z';
const STEP_MS = 512;

function record(flags: Readonly<Record<string, unknown>> = {}) {
  const ended: CallRecord[] = [];
  const suggestions: Suggestion[] = [];
  const counts = { merged: 0, dropped: 0 };
  const recorder = new Recorder({
    config: loadConfig({ flags }),
    counters: {
      merged: counterOf(counts, 'merged'),
      dropped: counterOf(counts, 'dropped'),
    },
    onSuggestion: (_callId, suggestion) => void suggestions.push(suggestion),
    onEnded: (call) => void ended.push(call),
  });
  return { recorder, ended, suggestions, counts };
}

function counterOf<K extends string>(counts: Record<K, number>, key: K) {
  return {
    inc(by: number): void {
      counts[key] += by;
    },
  };
}

/** An update as the analysis says it: two new stretches of speech each time, sixteen listed. */
function update(index: number, data: Partial<EventData<'emotion.updated'>> = {}): AnyEvent {
  const stretches = Array.from({ length: 16 }, (_, i) => index * 2 - 14 + i)
    .filter((stretch) => stretch >= 0)
    .map((stretch) => ({ startMs: stretch * 256, endMs: (stretch + 1) * 256 }));
  return sampleEvent('emotion.updated', index + 1, {
    span: { startMs: index * STEP_MS, endMs: (index + 1) * STEP_MS },
    attention: stretches.map((span) => ({ ...span, weight: 0.1 })),
    contributions: {
      emotion: 'anger',
      stretches: stretches.map((span) => ({ ...span, nats: 0.2 })),
    },
    ...data,
  });
}

const DISCRETE: readonly EventType[] = [
  'emotion.changed',
  'segment.ended',
  'alert.raised',
  'audio.gap',
];

describe('the recorder', () => {
  it('keeps a live call as the wall shows it', () => {
    const { recorder } = record();
    recorder.hear(sampleEvent('call.started', 0, { metadata: { from: ' +1 555 0100 ' } }));
    for (let index = 0; index < 10; index += 1) recorder.hear(update(index));
    recorder.hear(sampleEvent('alert.raised', 11));
    const live = recorder.calls.get('call-1')?.toLive();
    assertMatches(LiveCallSchema, live);
    assert.equal(live?.caller, '+1 555 0100');
    const [customer, agent] = live.legs;
    assert.equal(customer?.reading?.label, 'anger');
    assert.equal(customer.reading.atMs, 10 * STEP_MS);
    assert.equal(customer.reading.sinceMs, STEP_MS);
    assert.equal(customer.sparkline?.labels.length, 6, 'one a second, and the last');
    assert.deepEqual(agent, {
      leg: 'agent',
      analysed: false,
      reason: 'analysis.legs.agent',
      reading: null,
      sparkline: null,
    });
    assert.equal(live.alerts[0]?.alertId, 'event-11');
  });

  it('keeps every reading, stretch, segment, gap and change of a call', () => {
    const { recorder, ended } = record();
    recorder.hear(sampleEvent('call.started'));
    for (let index = 0; index < 20; index += 1) recorder.hear(update(index));
    for (const [index, type] of DISCRETE.entries()) recorder.hear(sampleEvent(type, 21 + index));
    const live = recorder.calls.get('call-1')!.toDetail(NOW);
    assertMatches(CallDetailSchema, live);
    assert.equal(live.state, 'live');
    assert.equal(live.durationMs, 20 * STEP_MS);
    recorder.hear(sampleEvent('call.ended', 30));
    const detail = ended[0]!.toDetail(NOW);
    assertMatches(CallDetailSchema, detail);
    const [customer] = detail.legs;
    assert.equal(customer?.timeline.endMs.length, 20);
    assert.deepEqual(
      customer.stretches.map(({ startMs }) => startMs),
      Array.from({ length: 40 }, (_, stretch) => stretch * 256),
      'each stretch once',
    );
    assert.deepEqual(
      [customer.segments, customer.gaps, customer.changes].map((list) => list.length),
      [1, 1, 1],
    );
    assert.equal(customer.totals?.updates, 17);
    assert.deepEqual(
      [detail.state, detail.sequence, detail.reason, detail.durationMs],
      ['finished', 30, 'stopped', 9000],
    );
    assert.equal(recorder.calls.size, 0);
  });

  it('shows what the rules suggest, with the next best action', () => {
    const { recorder, suggestions } = record();
    recorder.hear(sampleEvent('call.started'));
    recorder.hear(sampleEvent('emotion.changed', 1));
    assert.deepEqual(
      suggestions.map(({ rule, action }) => [rule, action]),
      [['sounds-angry', 'Acknowledge, then name the next step']],
    );
    assert.deepEqual(recorder.calls.get('call-1')?.suggestions, suggestions);
  });

  it('keeps the first acknowledgement of an alert, and knows no other alert', () => {
    const { recorder } = record();
    recorder.hear(sampleEvent('call.started'));
    recorder.hear(sampleEvent('alert.raised', 1));
    const call = recorder.calls.get('call-1')!;
    const first = call.acknowledge('event-1', { by: 'kim', at: NOW });
    assert.deepEqual(first, { by: 'kim', at: NOW });
    assert.deepEqual(call.acknowledge('event-1', { by: 'lee', at: NOW }), first);
    assert.throws(() => call.acknowledge('event-2', first), { code: 'TW_NOT_FOUND' });
  });

  it('refuses a note beyond its bound rather than lose another', () => {
    const { recorder } = record({ 'desk.maxEntries': 8 });
    recorder.hear(sampleEvent('call.started'));
    const call = recorder.calls.get('call-1')!;
    const note = (index: number) => ({
      noteId: `n${index}`,
      by: 'kim',
      at: NOW,
      atMs: null,
      text: 'x',
    });
    for (let index = 0; index < 8; index += 1) call.addNote(note(index));
    assert.throws(() => call.addNote(note(8)), { code: 'TW_RATE_LIMITED' });
    assert.equal(call.notes.length, 8);
  });

  it('holds every bound and accounts for whatever it let go of, on any run of events', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 64 }),
        fc.integer({ min: 8, max: 20 }),
        fc.array(fc.nat(DISCRETE.length), { maxLength: 400 }),
        (timelineRows, maxEntries, kinds) => {
          const flags = {
            'desk.timelineRows': timelineRows,
            'desk.maxEntries': maxEntries,
            'desk.suggestions': [],
          };
          const { recorder, ended, counts } = record(flags);
          recorder.hear(sampleEvent('call.started'));
          let updates = 0;
          const heard = DISCRETE.map(() => 0);
          for (const [index, kind] of kinds.entries()) {
            if (kind === DISCRETE.length) {
              recorder.hear(update(updates, {}));
              updates += 1;
            } else {
              recorder.hear(sampleEvent(DISCRETE[kind]!, index));
              heard[kind]! += 1;
            }
          }
          recorder.hear(sampleEvent('call.ended', kinds.length));
          const { legs, alerts } = ended[0]!.toDetail(NOW);
          const { timeline, stretches, changes, segments, gaps } = legs[0]!;
          assert.ok(timeline.endMs.length <= timelineRows);
          assert.ok(stretches.length <= 2 * timelineRows);
          const lists = [changes, segments, alerts, gaps];
          for (const list of lists) assert.ok(list.length <= maxEntries);
          assert.equal(timeline.endMs.length + counts.merged, updates);
          const kept = lists.reduce((sum, list) => sum + list.length, stretches.length);
          const said = heard.reduce((sum, count) => sum + count, updates * 2);
          assert.equal(kept + counts.dropped, said);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets the oldest call go when ends were never heard of', () => {
    const { recorder, counts } = record({ 'limits.maxCalls': 2 });
    for (const callId of ['a', 'b', 'c']) recorder.hear(sampleEvent('call.started', 0, { callId }));
    assert.deepEqual([...recorder.calls.keys()], ['b', 'c']);
    assert.equal(counts.dropped, 1);
  });

  it('takes no notice of a call whose start it did not hear', () => {
    const { recorder } = record();
    recorder.hear(update(0));
    assert.equal(recorder.calls.size, 0);
  });
});
