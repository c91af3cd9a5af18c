import assert from 'node:assert/strict';
import { createRandom } from '../../src/training/random.ts';

function draws<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw);
}

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const numbers = (seed: number) => draws(100, createRandom(seed).next);
    assert.deepEqual(numbers(7), numbers(7));
    assert.equal(numbers(7).filter((value, i) => value === numbers(8)[i]).length, 0);
  });

  it('keeps its numbers from one version of the project to the next', () => {
    const random = createRandom(1);
    assert.deepEqual(
      draws(3, () => random.integer(1_000_000)),
      [184526, 748632, 37306],
    );
  });

  it('spreads evenly over 0 to 1', () => {
    const random = createRandom(3);
    const bins = new Array<number>(10).fill(0);
    for (const value of draws(100_000, random.next)) bins[Math.floor(value * 10)]! += 1;
    // Five standard deviations of a count of 10,000.
    for (const count of bins) assert.ok(Math.abs(count - 10_000) < 5 * Math.sqrt(9000));
  });

  it('draws normal numbers with the mean and deviation asked for', () => {
    const random = createRandom(4);
    const values = draws(100_000, () => random.normal(3, 2));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - 3) < 0.03);
    assert.ok(Math.abs(Math.sqrt(variance) - 2) < 0.03);
  });

  it('stays within the bounds of uniform and integer', () => {
    const random = createRandom(5);
    for (const value of draws(1000, () => random.uniform(-2, 3)))
      assert.ok(value >= -2 && value < 3);
    assert.deepEqual([...new Set(draws(1000, () => random.integer(4)))].sort(), [0, 1, 2, 3]);
  });

  it('shuffles a copy that holds the same items', () => {
    const items = draws(50, createRandom(6).next);
    const held = [...items];
    const shuffled = createRandom(9).shuffle(items);
    assert.deepEqual(items, held);
    assert.notDeepEqual(shuffled, items);
    assert.deepEqual([...shuffled].sort(), [...items].sort());
  });

  it('forks a stream that later draws do not move', () => {
    const one = createRandom(2);
    const other = createRandom(2);
    const forkOfOne = one.fork();
    const forkOfOther = other.fork();
    draws(10, one.next);
    assert.deepEqual(draws(5, forkOfOne.next), draws(5, forkOfOther.next));
  });
});
