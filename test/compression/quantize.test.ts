import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dequantize, LARGEST_LEVEL, quantize } from '../../src/compression/quantize.ts';

/** Matrices of one to five columns, their columns' sizes far apart. */
const matrices = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    values: fc
      .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
      .map((list) => {
        const whole = list.slice(0, Math.max(1, Math.floor(list.length / columns)) * columns);
        while (whole.length % columns !== 0) whole.push(0);
        return Float32Array.from(whole, (value, i) => value * 10 ** ((i % columns) - 2));
      }),
  }),
);

describe('quantize', () => {
  it('moves no weight by more than half its scale', () => {
    let compared = 0;
    fc.assert(
      fc.property(matrices, ({ columns, values }) => {
        const quantized = quantize(values, columns);
        const back = dequantize(quantized);
        values.forEach((value, i) => {
          const scale = quantized.scales[i % columns]!;
          // Half a scale, and what a 32-bit float cannot say.
          assert.ok(Math.abs(value - back[i]!) <= scale * (0.5 + 1e-4), `${value} → ${back[i]}`);
          compared += 1;
        });
      }),
    );
    assert.ok(compared > 300);
  });

  it('uses every column to its full range and never more', () => {
    const { levels, scales } = quantize(Float32Array.of(63.5, -1, -127, 1, 1, 4), 2);
    assert.deepEqual([...levels], [64, -32, -127, 32, 1, 127]);
    assert.deepEqual([...scales], [1, Math.fround(4 / LARGEST_LEVEL)]);
  });

  it('keeps a column of zeros', () => {
    const back = dequantize(quantize(Float32Array.of(0, 1, 0, -1), 2));
    assert.deepEqual([...back], [0, 1, 0, -1]);
  });
});
