import assert from 'node:assert/strict';
import { Pacer, UNPACED } from '../../../src/cli/callers/pacer.ts';
import type { Clock } from '../../../src/protocol/clock.ts';

/** A clock that only sleeping moves, and every sleep oversleeps by a bit. */
function sleepyClock(oversleepMs: number) {
  let nowMs = 1000;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const sleep = async (ms: number) => {
    nowMs += ms + oversleepMs;
  };
  return { clock, sleep, advance: (ms: number) => (nowMs += ms), elapsed: () => nowMs - 1000 };
}

describe('Pacer', () => {
  it('does not drift: late timers do not add up', async () => {
    const time = sleepyClock(3);
    const pacer = new Pacer(time.clock, 1, time.sleep);
    await pacer.until(0);
    for (let chunk = 1; chunk <= 500; chunk++) await pacer.until(chunk * 20);
    assert.equal(time.elapsed(), 500 * 20 + 3);
  });

  it('catches up at once after it was held up', async () => {
    const time = sleepyClock(0);
    const pacer = new Pacer(time.clock, 1, time.sleep);
    await pacer.until(0);
    time.advance(200);
    for (let chunk = 1; chunk <= 10; chunk++) await pacer.until(chunk * 20);
    assert.equal(time.elapsed(), 200);
    await pacer.until(220);
    assert.equal(time.elapsed(), 220);
  });

  it('divides time by the speed', async () => {
    const time = sleepyClock(0);
    const pacer = new Pacer(time.clock, 4, time.sleep);
    await pacer.until(0);
    await pacer.until(10_000);
    assert.equal(time.elapsed(), 2500);
  });

  it('never waits when unpaced', async () => {
    const time = sleepyClock(0);
    const pacer = new Pacer(time.clock, UNPACED, time.sleep);
    await pacer.until(0);
    await pacer.until(3_600_000);
    assert.equal(time.elapsed(), 0);
  });
});
