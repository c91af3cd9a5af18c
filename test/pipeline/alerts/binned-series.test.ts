import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BinnedSeries } from '../../../src/pipeline/alerts/binned-series.ts';

function series(values: readonly number[], everyMs = 500, binMs = 500, bins = 24): BinnedSeries {
  const made = new BinnedSeries(binMs, bins);
  values.forEach((value, i) => {
    made.add((i + 1) * everyMs, value);
  });
  return made;
}

describe('a binned series', () => {
  it('gives the change of a straight line exactly, whatever its slope', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (perSecond, start) => {
          const line = Array.from({ length: 20 }, (_, i) => start + (i * perSecond) / 2);
          const change = series(line).change(10_000, 10_000)!;
          assert.ok(Math.abs(change - perSecond * 10) < 1e-6, `${change}`);
        },
      ),
    );
  });

  it('keeps that change when a quarter of the values go astray', () => {
    const line = Array.from({ length: 20 }, (_, i) => (i % 4 === 1 ? 1000 : i / 10));
    const change = series(line).change(10_000, 10_000)!;
    assert.ok(Math.abs(change - 2) < 0.7, `${change}`);
  });

  it('knows no change before five bins reach over half of the time', () => {
    assert.equal(series([1, 2, 3, 4]).change(4000, 2000), undefined);
    assert.notEqual(series([1, 2, 3, 4, 5]).change(4000, 2500), undefined);
    assert.equal(series([1, 2, 3, 4, 5]).change(10_000, 2500), undefined);
  });

  it('looks back no further than it was asked to', () => {
    const risen = [...Array.from({ length: 10 }, (_, i) => i), ...Array(14).fill(9)];
    assert.equal(series(risen).change(5000, 12_000), 0);
    assert.ok(series(risen).change(12_000, 12_000)! > 0);
  });

  it('has a median of all bins but the newest, and none of too few', () => {
    assert.equal(series([1, 2, 9, 100]).medianBefore(3), 2);
    assert.equal(series([1, 2, 9, 9, 100]).medianBefore(3), 5.5);
    assert.equal(series([1, 2, 100]).medianBefore(3), undefined);
  });

  it('forgets all but its newest bins', () => {
    const long = series(
      Array.from({ length: 1000 }, (_, i) => i),
      500,
      500,
      4,
    );
    assert.equal(long.medianBefore(3), 997);
    assert.equal(long.medianBefore(4), undefined);
  });
});
