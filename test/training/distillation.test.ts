import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { membersOf } from '../../src/pipeline/network/weights.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { TrainingClip } from '../../src/training/batches.ts';
import { mixInTeacher } from '../../src/training/distillation.ts';
import type { Targets } from '../../src/training/loss.ts';
import { openTeacher } from '../../src/training/teacher.ts';
import { trainModel } from '../../src/training/train-model.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';
import { logitsOf, madeRecordings } from '../helpers/made-recordings.ts';

describe('mixInTeacher', () => {
  const targets = (): Targets => ({
    wanted: Float32Array.of(1, 0, 0, 0, 1, 0),
    offsets: Float32Array.of(0, 0, 0, 0, 0, -1e4),
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
      'training.network.members=1',
      'training.network.statisticsUnits=0',
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

describe('a model that teaches', function () {
  this.timeout(60_000);
  const { sides, features } = madeRecordings();
  const folder = () => mkdtemp(join(tmpdir(), 'tonewire-teacher-'));
  const planOf = (...more: string[]) =>
    readTrainingPlan('models/recipes/ravdess-alone.json', [
      'training.epochs=2',
      'training.distillation={"teachers":1,"epochs":1,"share":0.7}',
      'training.network.members=2',
      'training.network.convChannels=16',
      'training.network.hiddenUnits=16',
      'training.network.statisticsUnits=16',
      'training.statistics.epochs=1',
      ...more,
    ]);
  const options = (out: string, plan: TrainingPlan) => {
    return { plan, fold: 1, sides, features, out, clock: systemClock };
  };

  it('says at every readout what it says where it is served, statistics and all', async () => {
    const none = 'training.distillation.teachers=0';
    const model = await trainModel(options(await folder(), await planOf(none)));
    const [{ variants }] = [...features.values()] as [TrainingClip];
    const frames = variants[0]!;
    const frameCount = frames.length / FEATURE_COUNT;
    const teacher = await openTeacher(model, 8);
    const answer = await teacher.answer({
      segments: [],
      lengths: [frameCount],
      frameCount,
      frames,
    });
    await teacher.close();
    const { labelCount } = model.manifest.shape;
    const readouts = Math.ceil(frameCount / 8);
    assert.equal(answer.length, readouts * labelCount);
    for (let readout = 0; readout < readouts; readout++) {
      const heard = Math.min(8 * (readout + 1), frameCount);
      const served = await logitsOf(model, frames.subarray(0, heard * FEATURE_COUNT));
      served.forEach((logit, label) => {
        assert.ok(Math.abs(logit - answer[readout * labelCount + label]!) < 1e-4);
      });
    }
  });

  it('stands in for those that the recipe would train, and is left as it was', async () => {
    const told = { name: 'calls', licence: 'secret', recordings: 1, speakers: 1 };
    const trained = await trainModel(options(await folder(), await planOf()));
    const teacher = { ...trained, manifest: { ...trained.manifest, trainingData: [told] } };
    const order: string[] = [];
    const model = await trainModel({
      ...options(await folder(), await planOf()),
      teacher,
      onTeacher: (number) => order.push(`teacher ${number}`),
    });
    assert.deepEqual(order, []);
    assert.ok(existsSync(join(trained.path, 'weights.bin')));
    assert.notDeepEqual(model.weights['output.kernel'], trained.weights['output.kernel']);
    assert.deepEqual(
      model.weights['statistics.output.kernel'],
      trained.weights['statistics.output.kernel'],
    );
    assert.deepEqual(model.manifest.trainingData[0], told);
  });

  it('is the one by whom an interrupted network goes on being taught', async () => {
    const none = await planOf('training.distillation.teachers=0');
    const one = await trainModel(options(await folder(), none));
    const seeded = { ...none, training: { ...none.training, seed: 2 } };
    const another = await trainModel(options(await folder(), seeded));
    const out = await folder();
    const begun = { ...options(out, none), teacher: one };
    const interrupted = trainModel({
      ...begun,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) throw new Error('interrupted');
      },
    });
    await assert.rejects(interrupted, /interrupted/);
    await assert.rejects(trainModel({ ...begun, resume: true, teacher: another }), {
      code: 'TW_TRAINING',
    });
    const resumed = await trainModel({ ...begun, resume: true });
    const whole = await trainModel({ ...begun, out: await folder() });
    assert.deepEqual(resumed.weights, whole.weights);
  });

  it('is refused where there are no members to teach', async () => {
    const model = await trainModel(
      options(await folder(), await planOf('training.distillation.teachers=0')),
    );
    const alone = await planOf('training.network.members=0');
    await assert.rejects(trainModel({ ...options(await folder(), alone), teacher: model }), {
      code: 'TW_TRAINING',
      message: /no members that a teacher/,
    });
  });
});

describe('trainModel of several members', function () {
  this.timeout(60_000);
  const { sides, features } = madeRecordings();
  const options = (out: string, plan: TrainingPlan) => {
    return { plan, fold: 1, sides, features, out, clock: systemClock };
  };
  const folder = () => mkdtemp(join(tmpdir(), 'tonewire-members-'));
  const planOf = (members: number, teachers = 1) =>
    readTrainingPlan('models/recipes/ravdess-alone.json', [
      'training.epochs=2',
      `training.distillation={"teachers":${teachers},"epochs":1,"share":0.7}`,
      'training.network.convChannels=16',
      'training.network.hiddenUnits=16',
      `training.network.members=${members}`,
      'training.network.statisticsUnits=0',
    ]);

  it('trains them one by one and answers with the mean of their logits', async () => {
    const out = await folder();
    const order: string[] = [];
    const model = await trainModel({
      ...options(out, await planOf(2)),
      onTeacher: (number) => order.push(`teacher ${number}`),
      onMember: (number, count) => order.push(`member ${number} of ${count}`),
    });
    assert.deepEqual(order, ['teacher 1', 'member 1 of 2', 'member 2 of 2']);
    assert.deepEqual(
      (await readdir(out)).filter((name) => /member|teacher/.test(name)),
      [],
    );
    assert.equal(model.manifest.shape.members, 2);
    const lines = (await readFile(join(out, 'training.jsonl'), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 4);
    const first = await trainModel(options(await folder(), await planOf(1)));
    const members = membersOf(model.manifest.shape, model.weights);
    assert.deepEqual(members[0], first.weights);
    assert.notDeepEqual(members[1]!['conv1.kernel'], first.weights['conv1.kernel']);
    const [one, two, both] = await Promise.all([
      logitsOf({ ...first, weights: members[0]! }),
      logitsOf({ ...first, weights: members[1]! }),
      logitsOf(model),
    ]);
    both!.forEach((logit, i) => {
      assert.ok(Math.abs(logit - (one![i]! + two![i]!) / 2) < 1e-4);
    });
  });

  it('ends in the same weights when it goes on after an interruption', async () => {
    const plan = await planOf(2);
    const whole = await trainModel(options(await folder(), plan));
    const out = await folder();
    let members = 0;
    const interrupted = trainModel({
      ...options(out, plan),
      onMember: () => {
        members += 1;
      },
      onEpoch: ({ epochs }) => {
        if (members === 2 && epochs === 2) throw new Error('interrupted');
      },
    });
    await assert.rejects(interrupted, /interrupted/);
    const trained: number[] = [];
    const resumed = await trainModel({
      ...options(out, plan),
      resume: true,
      onMember: (number) => trained.push(number),
    });
    assert.deepEqual(trained, [2]);
    assert.deepEqual(resumed.weights, whole.weights);
  });

  it('fits every member of a model that it begins with', async () => {
    const from = await trainModel(options(await folder(), await planOf(2, 0)));
    const plan = await planOf(2, 1);
    const frozen = { ...plan.training, frozen: ['conv1' as const, 'lstm' as const] };
    const model = await trainModel({
      ...options(await folder(), { ...plan, training: frozen }),
      from,
    });
    assert.equal(model.manifest.shape.members, 2);
    assert.deepEqual(model.weights['conv1.kernel'], from.weights['conv1.kernel']);
    assert.notDeepEqual(model.weights['output.kernel'], from.weights['output.kernel']);
  });
});
