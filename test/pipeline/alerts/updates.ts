import type { AlertCondition, AlertRule } from '../../../src/pipeline/alerts/alert-rule.ts';
import type { LegOutput } from '../../../src/pipeline/analysis.ts';
import type { EventData } from '../../../src/protocol/events.ts';

export type Update = Omit<EventData<'emotion.updated'>, 'callId' | 'leg'>;

/** Audio between two updates. */
export const UPDATE_MS = 500;

/** Half a second of audio ending at `endMs`. */
export function update(endMs: number, anger: number, more: Partial<Update> = {}): Update {
  const rest = (1 - anger) / 7;
  return {
    span: { startMs: endMs - UPDATE_MS, endMs },
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

export const said = (data: Update): LegOutput => ({ type: 'emotion.updated', data });

/** Half a second of lasting silence ending at `endMs`. */
export const quiet = (endMs: number): LegOutput => ({
  type: 'leg.quiet',
  data: { span: { startMs: endMs - UPDATE_MS, endMs } },
});

export function rule(more: Partial<AlertRule> = {}): AlertRule {
  return {
    name: 'angry-customer',
    leg: 'customer',
    probability: 0.6,
    conditions: [],
    match: 'all',
    forMs: 0,
    cooldownMs: 5000,
    text: 'Offer a call-back.',
    ...more,
  };
}

export function condition(
  given: Pick<AlertCondition, 'signal'> & Partial<AlertCondition>,
): AlertCondition {
  return { measure: 'value', overMs: 20_000, ...given };
}
