import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, StepInput, StepOutput } from '../../src/pipeline/engines/engine.ts';
import { Scheduler } from '../../src/pipeline/scheduler.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { TonewireError } from '../../src/protocol/errors.ts';

const SIZES = { featureCount: 1, stateSize: 1, labelCount: 1, maxFrameCount: 2, maxBatchLegs: 4 };

/** Answers a leg with the sum of its frames, and adds that to its state; keeps each batch's size. */
class SummingEngine implements Engine {
  readonly name = 'summing';
  readonly batchSizes: number[] = [];
  fails = false;
  /** The step waits for this. */
  held: Promise<void> = Promise.resolve();

  async step({ batchSize, frameCount, frames, state }: StepInput): Promise<StepOutput> {
    this.batchSizes.push(batchSize);
    await this.held;
    if (this.fails) throw new TonewireError('TW_ENGINE_FAILED');
    const logits = Float32Array.from({ length: batchSize }, (_, row) =>
      frames.subarray(row * frameCount, (row + 1) * frameCount).reduce((a, b) => a + b, 0),
    );
    return { logits, state: logits.map((sum, row) => sum + state[row]!) };
  }

  async close(): Promise<void> {}
}

describe('Scheduler', () => {
  let engine: SummingEngine;
  beforeEach(() => {
    engine = new SummingEngine();
  });
  const scheduler = () => new Scheduler(engine, SIZES, systemClock);
  const ask = (to: Scheduler, value: number, frameCount = 1) =>
    new Promise<number>((resolve, reject) => {
      to.request({
        frames: new Float32Array(2).fill(value),
        frameCount,
        state: Float32Array.of(value),
        done: ([logit]) => resolve(logit!),
        failed: reject,
      });
    });
  it('steps all legs of one turn of the event loop together, each with its own answer', async () => {
    const one = scheduler();
    assert.deepEqual(await Promise.all([1, 2, 3].map((value) => ask(one, value))), [1, 2, 3]);
    assert.deepEqual(engine.batchSizes, [3]);
  });

  it('serves who came first first, and fills the next batch while one runs', async () => {
    const one = scheduler();
    let release = () => {};
    engine.held = new Promise((resolve) => {
      release = resolve;
    });
    const order: number[] = [];
    const answers = [1, 2, 3, 4, 5, 6].map((value) => ask(one, value).then((v) => order.push(v)));
    await delay(5);
    answers.push(...[7, 8, 9].map((value) => ask(one, value).then((v) => order.push(v))));
    assert.equal(one.waitingLegs, 5);
    release();
    await Promise.all(answers);
    assert.deepEqual(order, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(engine.batchSizes, [4, 4, 1]);
  });

  it('batches only steps of one length', async () => {
    const one = scheduler();
    const answers = [ask(one, 1), ask(one, 2, 2), ask(one, 3)];
    assert.deepEqual(await Promise.all(answers), [1, 4, 3]);
    assert.deepEqual(engine.batchSizes, [2, 1]);
  });

  it('tells every leg of a failed batch, and goes on with the next', async () => {
    const one = scheduler();
    engine.fails = true;
    const failed = await Promise.allSettled([ask(one, 1), ask(one, 2)]);
    assert.deepEqual(
      failed.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    engine.fails = false;
    assert.equal(await ask(one, 3), 3);
    assert.equal(one.counts.failures, 2);
  });
});
