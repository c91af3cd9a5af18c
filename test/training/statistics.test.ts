import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import {
  DEFAULT_SHAPE,
  pooledSize,
  readerShares,
  statisticsShape,
} from '../../src/pipeline/network/shape.ts';
import { membersOf, statisticsOf } from '../../src/pipeline/network/weights.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { measureStatistics, statisticsOfSpeech } from '../../src/training/measure-statistics.ts';
import { type TrainModelOptions, trainModel } from '../../src/training/train-model.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';
import { logitsOf, madeRecordings } from '../helpers/made-recordings.ts';

const SHAPE = { ...DEFAULT_SHAPE, statisticsUnits: 12, statisticsReferences: [105] };
const PLAIN = {
  mean: new Float32Array(FEATURE_COUNT),
  scale: new Float32Array(FEATURE_COUNT).fill(1),
};

describe('statistics of speech', () => {
  it('say how every feature goes with a reference', () => {
    // The level goes up and down; feature 0 with it, 1 against it, 2 at twice its pace, 3 not at all.
    const angle = (frame: number) => (2 * Math.PI * frame) / 20;
    const frames = new Float32Array(40 * FEATURE_COUNT);
    for (let t = 0; t < 40; t++) {
      const level = 3 + 10 * Math.sin(angle(t));
      frames.set([2 * level, -level, 10 * Math.sin(angle(2 * t)), 4], t * FEATURE_COUNT);
      frames[t * FEATURE_COUNT + 105] = level;
    }
    const pooled = statisticsOfSpeech({ ...SHAPE, statisticsHalfLifeMs: 1e9 }, PLAIN, frames);
    const correlations = pooled.subarray(2 * FEATURE_COUNT, 3 * FEATURE_COUNT);
    [1, -1, 0, 0].forEach((expected, feature) => {
      const value = correlations[feature]!;
      assert.ok(Math.abs(value - expected) < 1e-3, `feature ${feature}: ${value}`);
    });
  });

  it('are mean, deviation and peak of every feature', () => {
    // Half of the frames 1, half −1, too short to fade: mean 0, deviation 1, the peak near 1.
    const frames = Float32Array.from({ length: 40 * FEATURE_COUNT }, (_, i) =>
      Math.floor(i / FEATURE_COUNT) % 2 === 0 ? 1 : -1,
    );
    const still = { ...SHAPE, statisticsReferences: [], statisticsHalfLifeMs: 1e9 };
    const pooled = statisticsOfSpeech(still, PLAIN, frames);
    assert.equal(pooled.length, pooledSize(statisticsShape(still)));
    const of = (part: number) => pooled[part * FEATURE_COUNT + 5]!;
    assert.ok(Math.abs(of(0)) < 1e-6, `mean ${of(0)}`);
    assert.ok(Math.abs(of(1) - 1) < 1e-4, `deviation ${of(1)}`);
    const peak = Math.log((Math.exp(4) + Math.exp(-4)) / 2) / 4;
    assert.ok(Math.abs(of(2) - peak) < 1e-6, `peak ${of(2)}`);
  });

  it('are standardised by what they are over all variants', () => {
    const { features } = madeRecordings();
    const clips = [...features.values()];
    const { mean, scale } = measureStatistics(SHAPE, PLAIN, clips);
    const column = FEATURE_COUNT + 3;
    const values = clips.map(({ variants }) => {
      const statistic = statisticsOfSpeech(SHAPE, PLAIN, variants[0]!)[column]!;
      return (statistic - mean[column]!) * scale[column]!;
    });
    const sum = values.reduce((total, value) => total + value, 0);
    const squares = values.reduce((total, value) => total + value * value, 0);
    assert.ok(Math.abs(sum / values.length) < 1e-4);
    assert.ok(Math.abs(squares / values.length - 1) < 1e-3);
  });

  it('that are the same in every recording do not reach the head', () => {
    const variants = [Float32Array.from({ length: 9 * FEATURE_COUNT }, () => 2)];
    const clip = { variants, label: 0, speaker: 'one', path: 'one' };
    assert.ok(measureStatistics(SHAPE, PLAIN, [clip, clip]).scale.every((value) => value === 0));
  });
});

describe('trainModel of members and statistics', function () {
  this.timeout(60_000);
  const { sides, features } = madeRecordings();
  const options = (out: string, plan: TrainingPlan) => {
    return { plan, fold: 1, sides, features, out, clock: systemClock };
  };
  const folder = () => mkdtemp(join(tmpdir(), 'tonewire-statistics-'));
  const planOf = (...more: string[]) =>
    readTrainingPlan('models/recipes/ravdess-alone.json', [
      'training.epochs=2',
      'training.statistics.epochs=3',
      'training.network.members=2',
      'training.network.convChannels=16',
      'training.network.hiddenUnits=16',
      'training.network.statisticsUnits=12',
      ...more,
    ]);

  it('trains the statistics last, and gives them the share of the answer that the recipe says', async () => {
    const out = await folder();
    const order: string[] = [];
    const model = await trainModel({
      ...options(out, await planOf('training.network.statisticsShare=0.2')),
      onMember: (number) => order.push(`member ${number}`),
      onStatistics: () => order.push('statistics'),
      onEpoch: ({ epoch, epochs }) => order.push(`${epoch}/${epochs}`),
    });
    const each = (number: number) => [`member ${number}`, '1/2', '2/2'];
    assert.deepEqual(order, [...each(1), ...each(2), 'statistics', '1/3', '2/3', '3/3']);
    assert.ok(!(await readdir(out)).some((name) => /member|statistics/.test(name)));
    const { shape } = model.manifest;
    assert.equal(shape.members, 2);
    assert.equal(shape.statisticsUnits, 12);
    const memberShapeOf = { ...shape, members: 1, statisticsUnits: 0 };
    const answer = (own: typeof shape, weights: typeof model.weights) =>
      logitsOf({ ...model, manifest: { ...model.manifest, shape: own }, weights });
    const [one, two] = membersOf(shape, model.weights);
    const ofOne = await answer(memberShapeOf, one!);
    const ofTwo = await answer(memberShapeOf, two!);
    const statistics = await answer({ ...shape, members: 0 }, statisticsOf(model.weights));
    assert.deepEqual(readerShares(shape), [0.4, 0.4, 0.2]);
    (await logitsOf(model)).forEach((logit, i) => {
      const expected = 0.4 * (ofOne[i]! + ofTwo[i]!) + 0.2 * statistics[i]!;
      assert.ok(Math.abs(logit - expected) < 1e-4, `${logit} is not ${expected}`);
    });
  });

  it('trains the statistics on copies of their own, and the members on theirs', async () => {
    const plan = await planOf('training.network.members=1');
    const others = new Map(
      [...features].map(([path, clip]) => {
        const variants = clip.variants.map((frames) => frames.map((value) => 1 - 0.5 * value));
        return [path, { ...clip, variants }];
      }),
    );
    const train = async (heard: Pick<TrainModelOptions, 'features' | 'laterFeatures'>) => {
      const { manifest, weights } = await trainModel({
        ...options(await folder(), plan),
        ...heard,
      });
      return {
        shape: manifest.shape,
        members: membersOf(manifest.shape, weights),
        statistics: statisticsOf(weights),
      };
    };
    const one = await train({ features });
    const both = await train({ features, laterFeatures: others });
    assert.deepEqual(both.members, one.members);
    for (const name of ['statistics.mean', 'statistics.output.kernel'] as const) {
      assert.notDeepEqual(both.statistics[name], one.statistics[name]);
    }
    // Standardised over their own copies, by the frames that the member hears.
    const { mean, scale } = {
      mean: one.statistics['input.mean'],
      scale: one.statistics['input.scale'],
    };
    const clips = sides.train.map(({ path }) => others.get(path)!);
    const expected = measureStatistics(both.shape, { mean, scale }, clips);
    assert.deepEqual(both.statistics['statistics.mean'], expected.mean);
  });

  it('hears by statistics alone what raises a band', async () => {
    const plan = await planOf('training.statistics.epochs=60', 'training.batchSize=4');
    const model = await trainModel(options(await folder(), plan));
    const alone = { ...model.manifest.shape, members: 0 };
    const weights = statisticsOf(model.weights);
    const manifest = { ...model.manifest, shape: alone };
    const unheard = [...features.values()].filter(({ speaker }) => speaker === 'ravdess-2');
    let right = 0;
    for (const { label, variants } of unheard) {
      const logits = await logitsOf({ ...model, manifest, weights }, variants[0]!);
      if (logits.indexOf(Math.max(...logits)) === label) right += 1;
    }
    assert.ok(right >= 6, `${right} of ${unheard.length}`);
  });

  it('makes a network of statistics alone, but none of nothing', async () => {
    const plan = await planOf('training.network.members=0');
    const model = await trainModel(options(await folder(), plan));
    assert.equal(model.manifest.shape.members, 0);
    assert.equal(model.weights['conv1.kernel'].length, 0);
    const nothing = await planOf(
      'training.network.members=0',
      'training.network.statisticsUnits=0',
    );
    await assert.rejects(trainModel(options(await folder(), nothing)), { code: 'TW_TRAINING' });
  });

  it('serves members with another half-life than they were trained with', async () => {
    const half = 'training.servedHalfLifeMs=700';
    const both = await trainModel(options(await folder(), await planOf(half)));
    assert.equal(both.manifest.shape.halfLifeMs, 700);
    assert.equal(both.manifest.shape.statisticsHalfLifeMs, 1000);
    const one = ['training.network.members=1', 'training.network.statisticsUnits=0'];
    const served = await trainModel(options(await folder(), await planOf(half, ...one)));
    assert.equal(served.manifest.shape.halfLifeMs, 700);
    const trained = await planOf('training.servedHalfLifeMs=8000', ...one);
    const plain = await trainModel(options(await folder(), trained));
    assert.equal(plain.manifest.shape.halfLifeMs, 8000);
    assert.deepEqual(served.weights, plain.weights);
    const tuned = await trainModel({ ...options(await folder(), trained), from: served });
    assert.equal(tuned.manifest.shape.halfLifeMs, 700);
  });

  it('fits the statistics of a model that it begins with, and keeps what standardises them', async () => {
    const plan = await planOf();
    const from = await trainModel(options(await folder(), plan));
    const without = await planOf('training.network.statisticsUnits=0');
    const model = await trainModel({ ...options(await folder(), without), from });
    assert.equal(model.manifest.shape.statisticsUnits, 12);
    const moved = 'statistics.dense.kernel';
    assert.notDeepEqual(model.weights[moved], from.weights[moved]);
    assert.deepEqual(model.weights['statistics.mean'], from.weights['statistics.mean']);
    const training = { ...plan.training, frozen: ['statistics' as const] };
    const still = await trainModel({
      ...options(await folder(), { ...plan, training }),
      from,
    });
    assert.deepEqual(still.weights[moved], from.weights[moved]);
  });
});
