import assert from 'node:assert/strict';
import { contributions, contributionsAlong } from '../../src/evaluation/deletion/contributions.ts';
import {
  HiddenFrameReader,
  type HiddenFrames,
} from '../../src/evaluation/deletion/hidden-frames.ts';
import { argmax, calibrate } from '../../src/pipeline/calibration.ts';
import { type EngineModel, loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { createHeads, logProbabilityDirection } from '../../src/pipeline/network/linear-head.ts';
import {
  decayPerFrame,
  initialState,
  stateLayout,
  stateSize,
} from '../../src/pipeline/network/shape.ts';
import { ReadingAccount } from '../../src/pipeline/reading-account.ts';
import { Scheduler } from '../../src/pipeline/scheduler.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { createRandom } from '../../src/training/random.ts';
import { madeFeatures, randomNetwork } from '../helpers/random-network.ts';

const TEMPERATURE = 1.3;
const KEPT = 16;

interface Heard {
  readonly account: ReadingAccount;
  readonly state: Float32Array;
  logits: Float32Array;
}

function newLeg({ manifest: { shape }, weights }: EngineModel): Heard {
  const state = initialState(shape);
  const heads = createHeads(shape, weights);
  const account = new ReadingAccount({ shape, heads, temperature: TEMPERATURE }, state);
  return { account, state, logits: new Float32Array(shape.labelCount) };
}

/** Sends features `[frames, F]` through the scheduler in steps of these sizes, the sizes in turn. */
async function hear(
  scheduler: Scheduler,
  heard: Heard,
  features: Float32Array,
  featureCount: number,
  sizes: readonly number[],
): Promise<number[]> {
  const steps: number[] = [];
  for (let at = 0; at < features.length; ) {
    const frames = features.slice(at, at + sizes[steps.length % sizes.length]! * featureCount);
    const frameCount = frames.length / featureCount;
    const span = { startMs: at, endMs: at + frames.length };
    await new Promise<void>((done, failed) => {
      const { state } = heard;
      const answered = (logits: Float32Array) => {
        heard.logits = logits.slice();
        heard.account.add(span, frameCount);
        done();
      };
      scheduler.request({ frames, frameCount, state, done: answered, failed });
    });
    steps.push(frameCount);
    at += frames.length;
  }
  return steps;
}

function schedulerFor(engine: Awaited<ReturnType<typeof loadEngine>>, { manifest }: EngineModel) {
  const { featureCount, labelCount } = manifest.shape;
  return new Scheduler(
    engine,
    {
      featureCount,
      stateSize: stateSize(manifest.shape),
      labelCount,
      maxFrameCount: 8,
      maxBatchLegs: 16,
    },
    systemClock,
  );
}

/** What the whole speech divides into at once: parts of the kept steps, of those before, constant. */
function divide(
  model: EngineModel,
  frames: readonly HiddenFrames[],
  steps: number[],
  direction: Float64Array,
) {
  const { values, bias } = contributions(model.manifest.shape, model.weights, frames);
  const ofFrames = contributionsAlong(values, direction);
  let at = 0;
  const ofSteps = steps.map((count) => {
    const own = ofFrames.subarray(at, at + count);
    at += count;
    return own.reduce((sum, value) => sum + value, 0);
  });
  const older = ofSteps.slice(0, -KEPT).reduce((sum, value) => sum + value, 0);
  return { kept: ofSteps.slice(-KEPT), older, constant: contributionsAlong(bias, direction)[0]! };
}

/** The share of the attention that each of the kept steps holds, of the whole speech at once. */
function attentionOf(model: EngineModel, frames: readonly HiddenFrames[], steps: number[]) {
  const { attention } = contributions(model.manifest.shape, model.weights, frames);
  let at = 0;
  const ofSteps = steps.map((count) => {
    const own = attention.subarray(at, at + count);
    at += count;
    return own.reduce((sum, value) => sum + value, 0);
  });
  return ofSteps.slice(-KEPT);
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const difference = Math.abs(value - expected[i]!);
    assert.ok(difference <= tolerance, `${i}: ${value} is not ${expected[i]}`);
  });
}

describe('the account of a reading', () => {
  for (const [residual, peakSharpness, members = 1, statistics = 0] of [
    [true, 0],
    [false, 0],
    [true, 4],
    [true, 4, 3],
    [true, 0, 2, 10],
    [true, 0, 0, 10],
  ] as const) {
    it(`gives every step what its frames add, ${residual ? 'with' : 'without'} the residual, peak ${peakSharpness}, members ${members}, statistics ${statistics}`, async () => {
      const model = randomNetwork(residual, peakSharpness, members, statistics);
      const { shape } = model.manifest;
      const engine = await loadEngine('onnxruntime', model);
      const reader = await HiddenFrameReader.open(shape, model.weights);
      let compared = 0;
      for (const [frameCount, sizes] of [
        [3, [8]],
        [61, [8]],
        [61, [1, 7, 3]],
        [203, [8]],
        [203, [5, 8, 2]],
      ] as const) {
        const heard = newLeg(model);
        const features = madeFeatures(model, frameCount);
        const scheduler = schedulerFor(engine, model);
        const steps = await hear(scheduler, heard, features, shape.featureCount, sizes);
        const probabilities = new Float32Array(shape.labelCount);
        calibrate(heard.logits, TEMPERATURE, probabilities);
        const label = argmax(probabilities);
        const direction = logProbabilityDirection(probabilities, label, TEMPERATURE);
        const { kept, older, constant } = divide(model, reader.read(features), steps, direction);
        const parts = heard.account.contributions(probabilities, label).map(({ nats }) => nats);
        assertClose(parts, kept, 1e-5);
        const whole = parts.reduce((sum, part) => sum + part, older + constant);
        const logs = Array.from(probabilities, Math.log);
        const mean = logs.reduce((sum, log, i) => sum + probabilities[i]! * log, 0);
        assertClose([whole], [logs[label]! - mean], 1e-5);
        const shares = heard.account.attention().map(({ weight }) => weight);
        assertClose(shares, attentionOf(model, reader.read(features), steps), 1e-4);
        compared += parts.length;
      }
      assert.equal(compared, 1 + 8 + 16 + 16 + 16);
      reader.close();
      await engine.close();
    });
  }

  it('says the same of a leg alone as among others in one batch, and after a reset', async () => {
    const model = randomNetwork(true);
    const { featureCount, labelCount } = model.manifest.shape;
    const engine = await loadEngine('onnxruntime', model);
    const scheduler = schedulerFor(engine, model);
    const uniform = new Float32Array(labelCount).fill(1 / labelCount);
    const calls = [1, 2, 3, 4].map((seed) => madeFeatures(model, 100, seed));
    const parts = ({ account }: Heard) => account.contributions(uniform, 4).map(({ nats }) => nats);
    const used = newLeg(model);
    const alone: number[][] = [];
    for (const features of calls) {
      await hear(scheduler, used, features, featureCount, [8]);
      alone.push(parts(used));
      used.state.set(initialState(model.manifest.shape));
      used.account.reset();
      assert.deepEqual(used.account.contributions(uniform, 4), []);
      assert.deepEqual(used.account.attention(), []);
    }
    const { batches } = scheduler.counts;
    const legs = calls.map(() => newLeg(model));
    await Promise.all(calls.map((f, i) => hear(scheduler, legs[i]!, f, featureCount, [8])));
    assert.equal(scheduler.counts.batches - batches, 13);
    legs.forEach((leg, i) => {
      assertClose(parts(leg), alone[i]!, 1e-5);
    });
    assert.ok(alone.every((one, i) => i === 0 || Math.abs(one[0]! - alone[0]![0]!) > 1e-3));
    await engine.close();
  });

  it('stays exact over a long call whose attention keeps rising or falling', () => {
    for (const drift of [-20, 0, 20]) {
      const model = randomNetwork(true);
      const call = madeCall(model, 20_000, drift);
      const probabilities = Float32Array.of(0.1, 0.05, 0.05, 0.05, 0.6, 0.05, 0.05, 0.05);
      const direction = logProbabilityDirection(probabilities, 4, TEMPERATURE);
      const { kept } = divide(model, call.frames, call.steps, direction);
      const parts = call.leg.account.contributions(probabilities, 4).map(({ nats }) => nats);
      assertClose(parts, kept, 1e-5);
      assert.ok(Math.max(...kept.map(Math.abs)) > 1e-3);
    }
  });

  it('allocates nothing at a step', () => {
    const { account } = newLeg(randomNetwork(true, 4, 3));
    const span = { startMs: 0, endMs: 256 };
    const heapGrowth = (steps: number) => {
      const { heapUsed } = process.memoryUsage();
      for (let i = 0; i < steps; i++) account.add(span, 8);
      return process.memoryUsage().heapUsed - heapUsed;
    };
    heapGrowth(20_000); // compiles
    // An object a step would be 24 bytes or more; what remains is the compiler's and the measuring.
    const perStep = heapGrowth(20_000) / 20_000;
    assert.ok(perStep < 12, `${perStep} bytes a step`);
  });

  it('keeps the newest stretches, oldest first', () => {
    const model = randomNetwork(true);
    const { account } = madeCall(model, 8 * 20, 0).leg;
    const uniform = new Float32Array(8).fill(1 / 8);
    const spans = account.contributions(uniform, 0).map(({ startMs, endMs }) => [startMs, endMs]);
    assert.deepEqual(
      spans,
      Array.from({ length: KEPT }, (_, i) => [i + 4, i + 5]),
    );
  });
});

/**
 * A leg that heard random hidden frames whose scores drift by so much over the call: the running
 * attention as the engines compute it, in single precision (pooling.ts).
 */
function madeCall(model: EngineModel, frameCount: number, drift: number) {
  const { shape } = model.manifest;
  const { hiddenUnits } = shape;
  const random = createRandom(5);
  const hidden = Float32Array.from({ length: frameCount * hiddenUnits }, () =>
    random.normal(0.3, 0.4),
  );
  const scores = Float32Array.from(
    { length: frameCount },
    (_, t) => random.normal(0, 1.5) + (drift * t) / frameCount,
  );
  const leg = newLeg(model);
  const { offset } = stateLayout(shape).find(({ name }) => name === 'maximum')!;
  const sums = leg.state.subarray(offset);
  const decay = decayPerFrame(shape);
  const frames = 8;
  for (let at = 0; at < frameCount; at += frames) {
    const logs = scores.slice(at, at + frames).map((score, t) => score - decay * (frames - 1 - t));
    const faded = Math.fround(sums[0]! - Math.fround(decay * frames));
    sums[0] = Math.max(faded, ...logs);
    const keep = Math.fround(Math.exp(Math.fround(faded - sums[0]!)));
    const weights = logs.map((log) => Math.exp(log - sums[0]!));
    const add = (place: number, value: (t: number) => number) => {
      const total = weights.reduce((sum, w, t) => Math.fround(sum + Math.fround(w * value(t))), 0);
      sums[place] = Math.fround(sums[place]! * keep) + total;
    };
    add(1, () => 1);
    for (let u = 0; u < hiddenUnits; u++) {
      const h = (t: number) => hidden[(at + t) * hiddenUnits + u]!;
      add(2 + u, h);
      add(2 + hiddenUnits + u, (t) => Math.fround(h(t) ** 2));
    }
    leg.account.add({ startMs: at / frames, endMs: at / frames + 1 }, frames);
  }
  const steps = Array.from({ length: frameCount / frames }, () => frames);
  return { leg, steps, frames: [{ frameCount, hidden, scores }] };
}
