import assert from 'node:assert/strict';
import { distribution } from '../../../src/cli/bench/distribution.ts';

describe('distribution', () => {
  it('gives nearest-rank percentiles in any order of the values', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    assert.deepEqual(distribution(values), { count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it('gives the one value there is, and null for none', () => {
    assert.deepEqual(distribution([7]), { count: 1, p50: 7, p95: 7, p99: 7, max: 7 });
    assert.equal(distribution([]), null);
  });
});
