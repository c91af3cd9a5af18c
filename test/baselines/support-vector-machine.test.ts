import assert from 'node:assert/strict';
import { rbfKernel, scaledGamma } from '../../src/baselines/rbf-kernel.ts';
import { withSvm } from '../../src/baselines/support-vector-machine.ts';
import { createRandom } from '../../src/training/random.ts';

/** Predicts `test` from training rows and classes. */
function classify(
  rows: readonly Float64Array[],
  classes: readonly number[],
  test: readonly Float64Array[],
  cost = 10,
) {
  const gamma = scaledGamma(rows);
  const testKernel = rbfKernel(test, rows, gamma);
  return withSvm({ kernel: rbfKernel(rows, rows, gamma), classes }, cost, (decide) =>
    testKernel.map(decide),
  );
}

describe('scaledGamma', () => {
  it('is one over columns times the variance of all values', () => {
    assert.equal(scaledGamma([Float64Array.of(1, 3), Float64Array.of(1, 3)]), 0.5);
    assert.equal(scaledGamma([Float64Array.of(2, 2)]), 1);
  });
});

describe('withSvm', () => {
  const random = createRandom(1);
  const rows = Array.from({ length: 120 }, () =>
    Float64Array.of(random.uniform(-1, 1), random.uniform(-1, 1)),
  );

  it('learns what no straight line parts', async () => {
    const classes = rows.map(([x, y]) => (x! * y! > 0 ? 1 : 0));
    const test = [
      [0.5, 0.5],
      [-0.5, 0.5],
      [-0.5, -0.5],
      [0.5, -0.5],
    ].map((row) => Float64Array.from(row));
    assert.deepEqual(await classify(rows, classes, test), [1, 0, 1, 0]);
  });

  it('parts more than two classes, under the numbers they were given', async () => {
    const classes = rows.map(([x]) => (x! < -0.33 ? 2 : x! < 0.33 ? 5 : 7));
    const test = [-0.8, 0, 0.8].map((x) => Float64Array.of(x, 0));
    assert.deepEqual(await classify(rows, classes, test), [2, 5, 7]);
  });

  it('answers the same every time', async () => {
    const classes = rows.map((_row, i) => i % 3);
    assert.deepEqual(await classify(rows, classes, rows), await classify(rows, classes, rows));
  });

  it('does not let a common class drown a rare one', async () => {
    const mixed = Array.from({ length: 200 }, (_, i) =>
      Float64Array.of(random.normal(i % 10 === 0 ? 0.7 : -0.7)),
    );
    const classes = mixed.map((_row, i) => (i % 10 === 0 ? 1 : 0));
    const border = await classify(mixed, classes, [Float64Array.of(0.3)], 1);
    assert.deepEqual(border, [1]);
  });

  it('leaves the handling of unhandled rejections to Node', async () => {
    await classify(
      rows,
      rows.map((_row, i) => i % 2),
      rows.slice(0, 1),
    );
    const own = process.listeners('unhandledRejection').map(String);
    assert.deepEqual(
      own.filter((text) => /process\["exit"\]/.test(text)),
      [],
    );
  });
});
