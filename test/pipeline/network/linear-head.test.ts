import assert from 'node:assert/strict';
import { createHeads, linearHead, openUnits } from '../../../src/pipeline/network/linear-head.ts';
import { DEFAULT_SHAPE } from '../../../src/pipeline/network/shape.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { createRandom } from '../../../src/training/random.ts';

describe('the head where it stands', () => {
  // The kernel takes four numbers at a time, and eight where it can: 2H of 2, 10, 12 and 256.
  for (const [hiddenUnits, denseUnits] of [
    [1, 3],
    [5, 7],
    [6, 9],
    [128, 128],
  ] as const) {
    it(`of ${hiddenUnits} hidden and ${denseUnits} dense units is what the layers make of the vector`, () => {
      const shape = { ...DEFAULT_SHAPE, hiddenUnits, denseUnits };
      const random = createRandom(hiddenUnits);
      const weights = initialWeights(shape, random);
      for (const name of ['dense.bias', 'output.bias'] as const) {
        weights[name].forEach((_, i) => {
          weights[name][i] = random.normal(0, 0.5);
        });
      }
      const head = createHeads(shape, weights)[0]!;
      const pooled = Float64Array.from({ length: 2 * hiddenUnits }, () => random.normal(0, 1));
      const sums = Array.from(weights['dense.bias'], (bias, unit) =>
        pooled.reduce(
          (sum, x, i) => sum + x * weights['dense.kernel'][i * denseUnits + unit]!,
          bias,
        ),
      );
      const open = openUnits(head, pooled);
      assert.deepEqual(
        open,
        sums.flatMap((sum, unit) => (sum > 0 ? [unit] : [])),
      );
      for (let label = 0; label < shape.labelCount; label++) {
        const direction = new Float64Array(shape.labelCount);
        direction[label] = 1;
        const { map, constant } = linearHead(head, open, direction);
        assert.equal(map.length, pooled.length);
        const said = map.reduce((sum, slope, i) => sum + slope * pooled[i]!, constant);
        const logit = sums.reduce(
          (sum, x, unit) =>
            sum + Math.max(0, x) * weights['output.kernel'][unit * shape.labelCount + label]!,
          weights['output.bias'][label]!,
        );
        assert.ok(Math.abs(said - logit) < 1e-4, `${label}: ${said} is not ${logit}`);
      }
    });
  }
});
