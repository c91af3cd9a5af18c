import assert from 'node:assert/strict';
import { SessionEvents } from '../../src/gateway/session-events.ts';
import { EventOutlet } from '../../src/workers/event-outlet.ts';

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

function outletOf(maxEvents: number) {
  const events = new SessionEvents(clock);
  const batches: number[][] = [];
  let taken: () => void = () => undefined;
  let dropped = 0;
  const outlet = new EventOutlet({
    maxEvents,
    send: (texts) => {
      batches.push(texts.map((text) => JSON.parse(text).sequence));
      return new Promise((resolve) => {
        taken = resolve;
      });
    },
    onDropped: () => {
      dropped += 1;
    },
  });
  const ended = { callId: 'a', reason: 'stopped', durationMs: 0, legs: [] };
  const say = (count: number) => {
    for (let i = 0; i < count; i++) outlet.publish(events.make('call.ended', ended));
  };
  return { outlet, say, batches, take: () => taken(), dropped: () => dropped };
}

const turn = () => new Promise(setImmediate);

describe('EventOutlet', () => {
  it('sends what one turn of the event loop makes together, and in order what comes while it waits', async () => {
    const { outlet, say, batches, take } = outletOf(100);
    say(3);
    await turn();
    say(2);
    await turn();
    assert.deepEqual(batches, [[0, 1, 2]]);
    take();
    await turn();
    assert.deepEqual(batches, [
      [0, 1, 2],
      [3, 4],
    ]);
    take();
    await outlet.flushed();
  });

  it('drops the oldest and counts it when too many wait', async () => {
    const { say, batches, take, dropped } = outletOf(2);
    say(1);
    await turn();
    say(5);
    take();
    await turn();
    assert.deepEqual(batches, [[0], [4, 5]]);
    assert.equal(dropped(), 3);
  });
});
