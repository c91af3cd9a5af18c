import assert from 'node:assert/strict';
import { type Sender, SendWheel } from '../../../../src/cli/bench/load/send-wheel.ts';
import { systemClock } from '../../../../src/protocol/clock.ts';

const PERIOD_MS = 5;

describe('SendWheel', () => {
  it('lets each sender send when it is due, never before, and says how late it was', async () => {
    const wheel = new SendWheel(systemClock);
    const startMs = systemClock.monotonicMs();
    const sent: number[] = [];
    await new Promise<void>((resolve) => {
      const senders = [0, 1, 200].map((laterMs): Sender => {
        let left = 4;
        return {
          dueMs: startMs + laterMs,
          send(nowMs) {
            assert.ok(nowMs >= this.dueMs);
            sent.push(laterMs);
            this.dueMs += PERIOD_MS;
            left -= 1;
            if (sent.length === 12) resolve();
            return left > 0;
          },
        };
      });
      wheel.start(senders);
    });
    wheel.stop();
    assert.ok(systemClock.monotonicMs() - startMs >= 200 + 3 * PERIOD_MS);
    assert.deepEqual(sent.slice(8), [200, 200, 200, 200]);
    assert.equal(wheel.lateNs.count, 12);
  });
});
