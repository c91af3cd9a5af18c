import assert from 'node:assert/strict';
import { SessionEvents } from '../../src/gateway/session-events.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { LiveCalls } from '../../src/workers/live-calls.ts';

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

const started = (events: SessionEvents, callId: string): AnyEvent =>
  events.make('call.started', {
    callId,
    source: 'twilio',
    legs: [{ leg: 'customer', analysed: true }],
    consent: 'unknown',
    metadata: {},
    model: 'm',
  });

const gap = (events: SessionEvents, callId: string): AnyEvent =>
  events.make('audio.gap', {
    callId,
    leg: 'customer',
    span: { startMs: 500, endMs: 800 },
    cause: 'missing',
    filledMs: 300,
  });

describe('LiveCalls', () => {
  it('publishes what a call says in its order, and refuses a second call of its id with all that it says', () => {
    const live = new LiveCalls(clock);
    const first = new SessionEvents(clock);
    const second = new SessionEvents(clock);
    assert.equal(live.follow(started(first, 'a'), '1'), 'publish');
    assert.equal(live.follow(started(second, 'a'), '2'), 'duplicate');
    assert.equal(live.follow(gap(second, 'a'), '2'), 'stray');
    assert.equal(live.follow(gap(first, 'a'), '1'), 'publish');
    assert.equal(live.count, 1);
    assert.equal(live.workerOf('a', 'twilio'), '1');
    assert.equal(live.workerOf('a', 'app'), undefined);
    const ended = { callId: 'a', reason: 'stopped', durationMs: 0, legs: [] };
    assert.equal(live.follow(second.make('call.ended', ended), '2'), 'stray');
    assert.equal(live.follow(first.make('call.ended', ended), '1'), 'publish');
    assert.equal(live.count, 0);
  });

  it('says of the calls of a lost worker that they have ended, with what is known of them', () => {
    const live = new LiveCalls(clock);
    const lost = new SessionEvents(clock);
    const other = new SessionEvents(clock);
    live.follow(started(lost, 'a'), '1');
    live.follow(gap(lost, 'a'), '1');
    live.follow(started(other, 'b'), '2');
    const [ended, ...more] = live.lost('1');
    assert.equal(more.length, 0);
    assert.ok(ended);
    assertEvent(ended);
    assert.equal(ended.id, `${lost.sessionId}-2`);
    assert.deepEqual(ended.data, {
      callId: 'a',
      reason: 'TW_WORKER_LOST',
      durationMs: 800,
      legs: [
        {
          leg: 'customer',
          analysed: true,
          audioMs: 500,
          speechMs: 0,
          updates: 0,
          gapMs: 300,
          dominant: 'listening',
          meanProbabilities: null,
        },
      ],
    });
    assert.equal(live.count, 1);
    assert.deepEqual(live.lost('1'), []);
  });
});
