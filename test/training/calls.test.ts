import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelFolder } from '../../src/pipeline/model-folder.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { TrainingClip } from '../../src/training/batches.ts';
import { type TrainModelOptions, trainModel } from '../../src/training/train-model.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';
import { logitsOf, madeRecordings } from '../helpers/made-recordings.ts';

const CALLS = [
  'training.calls.concatenation.probability=0.9',
  'training.calls.concatenation.maxClips=2',
];

describe('trainModel with clips that follow one another', function () {
  this.timeout(120_000);
  const { sides, features } = madeRecordings();
  const options = (out: string, plan: TrainingPlan) => {
    return { plan, fold: 1, sides, features, out, clock: systemClock };
  };
  const folder = () => mkdtemp(join(tmpdir(), 'tonewire-calls-'));
  const planOf = (...more: string[]) =>
    readTrainingPlan('models/recipes/ravdess-alone.json', [
      'training.network.convChannels=16',
      'training.network.hiddenUnits=16',
      'training.network.statisticsUnits=0',
      ...CALLS,
      ...more,
    ]);

  /** The share of unheard clips that are heard after one of another label, as its own. */
  async function rightAfterAnother(model: ModelFolder): Promise<number> {
    const unheard = [...features.values()].filter(({ speaker }) => speaker === 'ravdess-2');
    let right = 0;
    let heard = 0;
    for (const first of unheard) {
      for (const second of unheard) {
        if (first.label === second.label) continue;
        const logits = await logitsOf(model, joined(first, second));
        if (logits.indexOf(Math.max(...logits)) === second.label) right += 1;
        heard += 1;
      }
    }
    return right / heard;
  }

  it('goes on with each member after all are trained, before the statistics, and keeps their logs', async () => {
    const out = await folder();
    const order: string[] = [];
    const plan = await planOf(
      'training.epochs=2',
      'training.calls.epochs=3',
      'training.network.members=2',
      'training.network.statisticsUnits=12',
      'training.statistics.epochs=1',
    );
    const model = await trainModel({
      ...options(out, plan),
      onMember: (number, count) => order.push(`member ${number} of ${count}`),
      onCalls: (number, count) => order.push(`calls ${number} of ${count}`),
      onStatistics: () => order.push('statistics'),
    });
    assert.deepEqual(order, [
      'member 1 of 2',
      'member 2 of 2',
      'calls 1 of 2',
      'calls 2 of 2',
      'statistics',
    ]);
    assert.ok(!(await readdir(out)).some((name) => /member|calls|statistics/.test(name)));
    const lines = (await readFile(join(out, 'training.jsonl'), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 2 + 2 + 3 + 3 + 1);
    assert.equal(model.manifest.shape.members, 2);
    assert.equal(model.manifest.shape.halfLifeMs, 500);
  });

  it('goes on from copies of their own where there are any, as the single clips normalise frames', async () => {
    const plan = await planOf(
      'training.epochs=1',
      'training.calls.epochs=1',
      'training.network.members=1',
    );
    const others = new Map(
      [...features].map(([path, clip]) => {
        const variants = clip.variants.map((frames) => frames.map((value) => 1 - 0.5 * value));
        return [path, { ...clip, variants }];
      }),
    );
    const weightsOf = async (later: Partial<TrainModelOptions>) =>
      (await trainModel({ ...options(await folder(), plan), ...later })).weights;
    const one = await weightsOf({});
    assert.deepEqual(await weightsOf({ laterFeatures: features }), one);
    const other = await weightsOf({ laterFeatures: others });
    assert.notDeepEqual(other['lstm.kernel'], one['lstm.kernel']);
    assert.deepEqual(other['input.mean'], one['input.mean']);
  });

  it('makes a network that hears an expression as it follows another one', async () => {
    const schedule = ['training.network.members=1', 'training.epochs=40', 'training.batchSize=4'];
    const single = await trainModel(options(await folder(), await planOf(...schedule)));
    const plan = await planOf(...schedule, 'training.calls.epochs=40');
    const follower = await trainModel(options(await folder(), plan));
    assert.deepEqual(follower.weights['input.mean'], single.weights['input.mean']);
    const before = await rightAfterAnother(single);
    const after = await rightAfterAnother(follower);
    assert.ok(after > before, `${after} after ${before}`);
  });
});

function joined(first: TrainingClip, second: TrainingClip): Float32Array {
  return Float32Array.from([...first.variants[0]!, ...second.variants[0]!]);
}
