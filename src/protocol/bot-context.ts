import Type, { type Static } from 'typebox';

/**
 * What a bot is told of a call: five small fields that a dialogue engine or a language model can
 * use as they are. The words describe how the voice sounds to a listener, never what a person feels.
 */

/** How the voice sounds, by the label that says so. */
export const PERCEIVED = {
  neutral: 'sounds neutral',
  calm: 'sounds calm',
  happiness: 'sounds happy',
  sadness: 'sounds sad',
  anger: 'sounds angry',
  fear: 'sounds afraid',
  disgust: 'sounds disgusted',
  surprise: 'sounds surprised',
  uncertain: 'sounds unclear',
} as const;

export type Perceived = (typeof PERCEIVED)[keyof typeof PERCEIVED];

export const TRENDS = ['rising', 'steady', 'easing'] as const;
export type Trend = (typeof TRENDS)[number];

export const BotContextSchema = Type.Object(
  {
    current: Type.Enum(Object.values(PERCEIVED), {
      description: 'How the voice sounds now, or, in silence, how it sounded last.',
    }),
    trend: Type.Enum(TRENDS, {
      description:
        'Where the strain in the voice goes. Strain is unpleasantness weighted by arousal, max(0, −valence) · (1 + arousal) / 2. "rising": over the last seconds of speech it is clearly above that of the last quarter of a minute; "easing": clearly below; "steady": neither.',
    }),
    since: Type.Number({
      minimum: 0,
      description: 'Since when `current` is what it is, in milliseconds of audio on the leg.',
    }),
    confidence: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Calibrated confidence in `current`; it fades in silence.',
    }),
    suggestion: Type.String({
      description: 'A short hint how to phrase the next answer, from context.suggestions.',
    }),
  },
  { additionalProperties: false },
);

/** The whole of what a bot gets to know. */
export type BotContext = Static<typeof BotContextSchema>;
