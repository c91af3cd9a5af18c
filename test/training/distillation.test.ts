import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { TrainingClip } from '../../src/training/batches.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { mixInTeacher } from '../../src/training/distillation.ts';
import type { Targets } from '../../src/training/loss.ts';
import { createRandom } from '../../src/training/random.ts';
import { trainModel } from '../../src/training/train-model.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';

describe('mixInTeacher', () => {
  const targets = (): Targets => ({
    wanted: Float32Array.of(1, 0, 0, 0, 1, 0),
    excluded: Float32Array.of(0, 0, 0, 0, 0, -1e4),
    weights: Float32Array.of(0.5, 0.5),
    rows: 2,
  });
  const logits = Float32Array.of(Math.log(1), Math.log(2), Math.log(5), 0, 0, 9);

  it('makes the share of every target the probabilities of the teacher', () => {
    const mixed = targets();
    mixInTeacher(mixed, logits, 0.5);
    const expected = [0.5 + 0.5 / 8, 0.5 * (2 / 8), 0.5 * (5 / 8)];
    expected.forEach((value, i) => {
      assert.ok(Math.abs(mixed.wanted[i]! - value) < 1e-6);
    });
  });

  it('leaves a label out that does not take part, however sure the teacher is of it', () => {
    const mixed = targets();
    mixInTeacher(mixed, logits, 0.5);
    assert.deepEqual([...mixed.wanted.subarray(3)], [0.25, 0.75, 0]);
  });
});

describe('trainModel with teachers', function () {
  this.timeout(60_000);
  const { sides, features } = madeRecordings();
  let plan: TrainingPlan;
  before(async () => {
    plan = await readTrainingPlan('models/recipes/ravdess-alone.json', [
      'training.epochs=2',
      'training.distillation={"teachers":2,"epochs":1,"share":0.7}',
      'training.network.convChannels=16',
      'training.network.hiddenUnits=16',
    ]);
  });
  const folder = () => mkdtemp(join(tmpdir(), 'tonewire-teachers-'));
  const options = (out: string) => ({ plan, fold: 1, sides, features, out, clock: systemClock });

  it('trains them first, learns from them, and leaves the last network alone', async () => {
    const out = await folder();
    const order: string[] = [];
    const model = await trainModel({
      ...options(out),
      onTeacher: (number) => order.push(`teacher ${number}`),
      onEpoch: ({ epoch, epochs }) => order.push(`${epoch}/${epochs}`),
    });
    assert.deepEqual(order, ['teacher 1', '1/1', 'teacher 2', '1/1', '1/2', '2/2']);
    assert.ok(!existsSync(join(out, 'teacher-1')) && !existsSync(join(out, 'teacher-2')));
    assert.notEqual(model.manifest.temperature, 1);
    const none = { ...plan.training.distillation, teachers: 0 };
    const alone = { ...plan, training: { ...plan.training, distillation: none } };
    const other = await trainModel({ ...options(await folder()), plan: alone });
    assert.notDeepEqual(model.weights['output.kernel'], other.weights['output.kernel']);
  });

  it('keeps finished teachers when it goes on after an interruption', async () => {
    const whole = await trainModel(options(await folder()));
    const out = await folder();
    const interrupted = trainModel({
      ...options(out),
      onEpoch: ({ epochs }) => {
        if (epochs === 2) throw new Error('interrupted');
      },
    });
    await assert.rejects(interrupted, /interrupted/);
    const trained: number[] = [];
    const resumed = await trainModel({
      ...options(out),
      resume: true,
      onTeacher: (number) => trained.push(number),
    });
    assert.deepEqual(trained, []);
    assert.deepEqual(resumed.weights, whole.weights);
  });
});

/** Recordings whose label shows as a raised band, and the sides they stand on. */
function madeRecordings() {
  const random = createRandom(4);
  const features = new Map<string, TrainingClip>();
  const clips = Array.from({ length: 24 }, (_, i): CorpusClip => {
    const label = i % 4;
    const path = `clip-${i}`;
    const length = 12 + random.integer(12);
    const frames = Float32Array.from(
      { length: length * FEATURE_COUNT },
      (_, k) => random.normal() + ((k % FEATURE_COUNT) >> 3 === label ? 1 : 0),
    );
    const speaker = `ravdess-${i % 3}`;
    features.set(path, { variants: [frames], label, speaker, corpus: 'ravdess', path });
    return { path, corpus: 'ravdess', speaker, label: 'neutral' };
  });
  const of = (speaker: string) => clips.filter((clip) => clip.speaker === speaker);
  const sides = {
    train: [...of('ravdess-0'), ...of('ravdess-1')],
    validation: of('ravdess-2'),
    test: [],
  };
  return { sides, features };
}
