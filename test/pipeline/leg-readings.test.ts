import assert from 'node:assert/strict';
import type { Engine } from '../../src/pipeline/engines/engine.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import type { LegReadings } from '../../src/pipeline/leg-readings.ts';
import type { EventData } from '../../src/protocol/events.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { createRandom } from '../../src/training/random.ts';
import { randomEngine, randomReadings, schedulerFor } from '../helpers/random-model.ts';

const STEP_FRAMES = 8;
const STEP_MS = 256;
const PROSODY = { pitchHz: null, voicedShare: 0, intensityDb: -30, speechRateHz: 0 };

type Update = Pick<
  EventData<'emotion.updated'>,
  'label' | 'probabilities' | 'attention' | 'contributions'
>;

/** The update after so many steps of made speech, and after each step before it. */
async function updates(engine: Engine, readings: LegReadings, steps: number): Promise<Update[]> {
  const scheduler = schedulerFor(engine);
  const random = createRandom(7);
  const heard: Update[] = [];
  for (let i = 0; i < steps; i++) {
    const frames = Float32Array.from({ length: STEP_FRAMES * FEATURE_COUNT }, () =>
      random.normal(-4, 5),
    );
    const span = { startMs: i * STEP_MS, endMs: (i + 1) * STEP_MS };
    await new Promise<void>((done, failed) => {
      const { state } = readings;
      const answered = (logits: Float32Array) => {
        readings.read(span, logits, STEP_FRAMES);
        done();
      };
      scheduler.request({
        frames,
        frameCount: STEP_FRAMES,
        state,
        done: answered,
        failed,
      });
    });
    const outputs = readings.update(span, true, PROSODY);
    for (const { type, data } of outputs) if (type === 'emotion.updated') heard.push(data);
  }
  return heard;
}

describe("a leg's readings", () => {
  let engine: Engine;

  before(async () => {
    engine = await randomEngine();
  });

  after(() => engine.close());

  it('account for the label, or for the most probable emotion while there is none', async () => {
    const heard = await updates(engine, randomReadings(), 20);
    let undecided = 0;
    for (const { label, probabilities, contributions } of heard) {
      const decided = EMOTIONS.find((emotion) => emotion === label);
      if (decided === undefined) {
        const highest = Math.max(...Object.values(probabilities));
        assert.equal(probabilities[contributions.emotion], highest);
        undecided += 1;
      } else {
        assert.equal(contributions.emotion, decided);
      }
    }
    assert.ok(undecided > 0 && undecided < heard.length, `${undecided} of ${heard.length}`);
  });

  it('tell nothing but the emotions that may be told', async () => {
    const told = ['neutral', 'sadness', 'anger'] as const;
    const all = await updates(engine, randomReadings(), 20);
    const some = await updates(engine, randomReadings(told), 20);
    const isTold = (name: string) => told.some((emotion) => emotion === name);
    some.forEach(({ label, probabilities, contributions }, i) => {
      const sum = told.reduce((total, emotion) => total + probabilities[emotion], 0);
      assert.ok(Math.abs(sum - 1) < 2e-4, `${sum}`);
      const shared = told.reduce((total, emotion) => total + all[i]!.probabilities[emotion], 0);
      for (const emotion of EMOTIONS) {
        const expected = isTold(emotion) ? all[i]!.probabilities[emotion] / shared : 0;
        assert.ok(Math.abs(probabilities[emotion] - expected) < 1e-3, emotion);
      }
      assert.ok(label === 'listening' || label === 'uncertain' || isTold(label), label);
      assert.ok(isTold(contributions.emotion));
      assert.ok(contributions.stretches.every(({ nats }) => Number.isFinite(nats)));
    });
    assert.ok(all.some(({ probabilities }) => probabilities.calm > 0.05));
  });

  it('hold what may be told for equally likely before anything is heard, and after a reset', async () => {
    const readings = randomReadings(['calm', 'fear']);
    const nothing = EMOTIONS.map((name) => (name === 'calm' || name === 'fear' ? 0.5 : 0));
    assert.deepEqual([...readings.latest], nothing);
    await updates(engine, readings, 5);
    readings.reset();
    assert.deepEqual([...readings.latest], nothing);
  });

  it('account by the same stretches as the attention', async () => {
    const heard = await updates(engine, randomReadings(), 20);
    const spanOf = ({ startMs, endMs }: { startMs: number; endMs: number }) => [startMs, endMs];
    for (const { attention, contributions } of heard) {
      assert.deepEqual(contributions.stretches.map(spanOf), attention.map(spanOf));
    }
    assert.equal(heard.at(-1)!.contributions.stretches.length, 16);
    assert.ok(heard.at(-1)!.contributions.stretches.some(({ nats }) => nats !== 0));
  });

  it('account for nothing that was heard before a change of speaker', async () => {
    const readings = randomReadings();
    const first = await updates(engine, readings, 5);
    readings.reset();
    const outputs = readings.update({ startMs: 0, endMs: 500 }, true, PROSODY);
    const [update] = outputs.filter(({ type }) => type === 'emotion.updated');
    assert.ok(update?.type === 'emotion.updated');
    assert.deepEqual(update.data.contributions.stretches, []);
    const again = await updates(engine, readings, 5);
    assert.deepEqual(
      again.map(({ contributions }) => contributions),
      first.map(({ contributions }) => contributions),
    );
  });

  it('sum up a segment and a call by how much speech each reading came with', () => {
    const readings = randomReadings();
    const says = (emotion: number) =>
      Float32Array.from(EMOTIONS, (_, label) => (label === emotion ? 30 : 0));
    const anger = EMOTIONS.indexOf('anger');
    // Two early steps of half the length, and a whole one: as much of either.
    readings.read({ startMs: 0, endMs: 128 }, says(anger), 4);
    readings.read({ startMs: 128, endMs: 256 }, says(anger), 4);
    readings.read({ startMs: 256, endMs: 512 }, says(EMOTIONS.indexOf('fear')), 8);
    const [ended] = readings.segmentEnded({ startMs: 0, endMs: 512 }, PROSODY);
    assert.ok(ended?.type === 'segment.ended');
    const { meanProbabilities } = readings.totals();
    for (const means of [ended.data.probabilities, meanProbabilities!]) {
      assert.ok(Math.abs(means.anger - 0.5) < 1e-3, `${means.anger}`);
      assert.ok(Math.abs(means.fear - 0.5) < 1e-3, `${means.fear}`);
    }
  });
});
