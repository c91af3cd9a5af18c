import assert from 'node:assert/strict';
import { AlertWatch } from '../../src/pipeline/alerts.ts';

const RULE = {
  name: 'angry-customer',
  leg: 'customer',
  emotion: 'anger',
  probability: 0.6,
  forMs: 2000,
  cooldownMs: 5000,
  text: 'Offer a call-back.',
} as const;

type Update = Parameters<AlertWatch['update']>[0];

/** Half a second of audio ending at `endMs`. */
function update(endMs: number, anger: number, more: Partial<Update> = {}): Update {
  const rest = (1 - anger) / 7;
  return {
    span: { startMs: endMs - 500, endMs },
    speaking: true,
    speechMs: endMs,
    label: 'anger',
    confidence: anger,
    probabilities: {
      neutral: rest,
      calm: rest,
      happiness: rest,
      sadness: rest,
      anger,
      fear: rest,
      disgust: rest,
      surprise: rest,
    },
    arousal: 0,
    valence: 0,
    prosody: { pitchHz: null, voicedShare: 0, intensityDb: -30, speechRateHz: 0 },
    attention: [],
    contributions: { emotion: 'anger', stretches: [] },
    model: 'test',
    ...more,
  };
}

/** Positions at which an alert was raised. */
function raised(updates: readonly Update[]): number[] {
  const watch = new AlertWatch(RULE);
  return updates.flatMap((each) => watch.update(each)?.atMs ?? []);
}

describe('alerts', () => {
  it('are raised once the probability has held for the time the rule says', () => {
    assert.deepEqual(raised([500, 1000, 1500, 2000].map((at) => update(at, 0.7))), [2000]);
  });

  it('start counting again when the probability falls', () => {
    const updates = [500, 1000, 1500, 2000, 2500].map((at) => update(at, at === 1500 ? 0.5 : 0.7));
    assert.deepEqual(raised(updates), []);
  });

  it('count speech only: a pause neither adds nor ends', () => {
    const updates = [500, 1000, 1500, 2000, 2500, 3000].map((at) =>
      update(at, 0.7, { speaking: at !== 1500 && at !== 2000 }),
    );
    assert.deepEqual(raised(updates), [3000]);
  });

  it('stay quiet for the cool-down', () => {
    const updates = Array.from({ length: 20 }, (_, i) => update((i + 1) * 500, 0.7));
    assert.deepEqual(raised(updates), [2000, 7000]);
  });

  it('never come of a leg that is still listening', () => {
    const updates = [500, 1000, 1500, 2000].map((at) => update(at, 0.9, { label: 'listening' }));
    assert.deepEqual(raised(updates), []);
  });
});
