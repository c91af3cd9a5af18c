import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StrainTrend, strainOf } from '../../../src/adapters/context/strain-trend.ts';

const ANGRY = strainOf(-0.51, 0.59);

function trendAfter(...stretches: readonly (readonly [strain: number, updates: number])[]) {
  const trend = new StrainTrend();
  const seen: string[] = [];
  for (const [strain, updates] of stretches) {
    for (let i = 0; i < updates; i++) trend.read(strain, 512);
    seen.push(trend.trend);
  }
  return seen;
}

describe('the trend of the strain in a voice', () => {
  it('is rising within two seconds of an outburst and steady again once that is usual', () => {
    assert.deepEqual(trendAfter([0, 10], [ANGRY, 4], [ANGRY, 60]), ['steady', 'rising', 'steady']);
  });

  it('is easing when a strained voice calms down', () => {
    assert.deepEqual(trendAfter([ANGRY, 30], [0, 4]), ['steady', 'easing']);
  });

  it('knows no strain in a pleasant voice, however lively', () => {
    assert.equal(strainOf(0.81, 0.51), 0);
    assert.ok(strainOf(-0.63, -0.27) < ANGRY, 'a sad voice is less strained than an angry one');
  });

  it('stays steady for any voice that stays as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (strain) => {
        assert.deepEqual(trendAfter([strain, 40]), ['steady']);
      }),
    );
  });

  it('does not flicker: small changes of strain never make a trend', () => {
    const small = fc.double({ min: 0.3, max: 0.37, noNaN: true });
    fc.assert(
      fc.property(fc.array(small, { maxLength: 60 }), (strains) => {
        for (const seen of trendAfter(...strains.map((strain) => [strain, 1] as const))) {
          assert.equal(seen, 'steady');
        }
      }),
    );
  });
});
