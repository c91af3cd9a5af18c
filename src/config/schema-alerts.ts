import Type from 'typebox';
import { EMOTIONS, LEGS } from '../protocol/labels.ts';
import { MEASURES, SIGNALS } from '../protocol/signals.ts';
import { item, share, whole } from './section.ts';

const ConditionSchema = item('One thing to watch.', {
  signal: Type.Enum(SIGNALS, {
    description:
      'What is watched: the probability of an emotion, `valence` or `arousal` (−1 to 1), `intensityDb`, `speechRateHz` (syllables a second), `pitchSemitones` (above 55 Hz), or `silenceMs` since this leg last spoke.',
  }),
  measure: Type.Enum(MEASURES, {
    default: 'value',
    description:
      "`value` as it is; `overBaseline`: over the speaker's own usual value, for the three of prosody, once 15 s of speech were heard; `change`: over overMs, by a robust slope. Default: value.",
  }),
  above: Type.Optional(
    Type.Number({ description: 'Met from this value up. Give this or below. Default: none.' }),
  ),
  below: Type.Optional(
    Type.Number({ description: 'Met from this value down. Give this or above. Default: none.' }),
  ),
  overMs: whole(
    20_000,
    5000,
    600_000,
    'What a `change` is measured over, in audio. Shorter reacts sooner, and to less. Default: 20000.',
  ),
});

const AlertSchema = item('One rule.', {
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9._-]+$',
    description: 'Names the rule in alert.raised; unique.',
  }),
  leg: Type.Enum(LEGS, {
    default: 'customer',
    description: 'The leg that is watched. Default: customer.',
  }),
  emotion: Type.Optional(
    Type.Enum(EMOTIONS, {
      description:
        'The perceived expression that is watched: short for a condition that it is at least `probability`. Default: none, then give conditions.',
    }),
  ),
  probability: share(
    0.6,
    'The level that `emotion` has to reach. Higher raises fewer false alarms and misses more. Default: 0.6.',
  ),
  conditions: Type.Array(ConditionSchema, {
    default: [],
    maxItems: 8,
    description: 'What else is watched; docs/rules.md has examples. Default: none.',
  }),
  match: Type.Enum(['all', 'any'], {
    default: 'all',
    description: 'Whether all conditions must be met at once, or any one. Default: all.',
  }),
  forMs: whole(
    8000,
    0,
    600_000,
    'How long it must hold, in audio. Pauses neither add nor end it, unless the rule watches silence. A single loud sentence is about 3 s. Default: 8000.',
  ),
  cooldownMs: whole(
    60_000,
    0,
    86_400_000,
    'Silence of the rule after it fired, so that one bad minute is one alert. Default: 60000.',
  ),
  text: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'What the alert says to whoever reads it.',
  }),
  suggestion: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'What it suggests to say or do, for the agent. Default: none.',
    }),
  ),
  action: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[A-Za-z0-9._-]+$',
      description: 'The next best action by your own name for it, for a program. Default: none.',
    }),
  ),
});

export const AlertsSchema = Type.Array(AlertSchema, {
  default: [],
  description: 'Rules that raise alert.raised; `tonewire rules test` tries them. Default: none.',
});
