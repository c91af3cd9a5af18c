import assert from 'node:assert/strict';
import { DeliveryError } from '../../src/adapters/delivery-error.ts';
import {
  MAX_ATTEMPTS,
  MAX_RETRY_AFTER_MS,
  pauseMs,
  RETRY_DELAYS_MS,
} from '../../src/adapters/retry-schedule.ts';

const passing = new DeliveryError('busy');

describe('the retry schedule', () => {
  it('is that of Standard Webhooks: ten attempts in a little over three days', () => {
    const attempts = Array.from({ length: MAX_ATTEMPTS }, (_, index) => index + 1);
    const pauses = attempts.map((count) => pauseMs(passing, count, MAX_ATTEMPTS, 0));
    assert.deepEqual(pauses, [...RETRY_DELAYS_MS, undefined]);
    const minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440];
    assert.deepEqual(
      RETRY_DELAYS_MS,
      minutes.map((count) => count * 60_000),
    );
  });

  it('spreads attempts over a fifth of the pause', () => {
    assert.deepEqual(
      [0, 0.5, 1].map((random) => pauseMs(passing, 1, 3, random)),
      [5000, 5500, 6000],
    );
  });

  it('waits as long as it was asked to, within a day, and no less than the schedule', () => {
    const asked = (retryAfterMs: number) =>
      pauseMs(new DeliveryError('busy', { retryAfterMs }), 1, 3, 0);
    assert.deepEqual([120_000, 1, 1e12].map(asked), [120_000, 5000, MAX_RETRY_AFTER_MS]);
  });

  it('ends with what cannot heal, and goes on with what nobody knows', () => {
    for (const prospect of ['permanent', 'gone'] as const) {
      assert.equal(pauseMs(new DeliveryError('no', { prospect }), 1, 3, 0), undefined);
    }
    assert.equal(pauseMs(new RangeError('?'), 1, 3, 0), 5000);
  });
});
