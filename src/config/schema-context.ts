import Type from 'typebox';
import { LEGS } from '../protocol/labels.ts';
import { section, toggle, whole } from './section.ts';

const hint = (byDefault: string, when: string) =>
  Type.String({
    default: byDefault,
    maxLength: 300,
    description: `${when} Default: "${byDefault}"`,
  });

const SuggestionsSchema = section(
  'What the bot is advised, in the language it thinks in. Advice on wording only: it must not decide what a customer gets.',
  {
    neutral: hint('Answer as usual.', 'The voice sounds neutral.'),
    calm: hint('Answer as usual, without hurry.', 'The voice sounds calm.'),
    happiness: hint('Take up the friendly tone.', 'The voice sounds happy.'),
    sadness: hint('Be gentle; show understanding before you solve.', 'The voice sounds sad.'),
    anger: hint(
      'Acknowledge the trouble first, then be brief and name the next step.',
      'The voice sounds angry.',
    ),
    fear: hint('Reassure; explain one step at a time.', 'The voice sounds afraid.'),
    disgust: hint(
      'Take the complaint seriously; do not argue or praise.',
      'The voice sounds disgusted.',
    ),
    surprise: hint(
      'Say plainly what happened and check that it was understood.',
      'The voice sounds surprised.',
    ),
    uncertain: hint('Nothing clear to go by: answer as usual.', 'No expression is clear.'),
    rising: hint(
      'The strain is rising: keep it short and offer a person.',
      'Added while the trend is rising.',
    ),
    easing: hint('The strain is easing: go on like this.', 'Added while the trend is easing.'),
  },
);

export const ContextSchema = section(
  'What bots get: one small object a call, on change (context.changed) or when asked.',
  {
    enabled: toggle(
      true,
      'Sum up each call. Costs a few microseconds an update; bot adapters need it. Default: true.',
    ),
    leg: Type.Enum(LEGS, {
      default: 'customer',
      description: 'Whose voice it is about; the leg must be analysed. Default: customer.',
    }),
    minIntervalMs: whole(
      4000,
      1000,
      600_000,
      'Audio between two context.changed of a call, at least. A bot that is told more often than it speaks gains nothing, and a language model loses its thread. Default: 4000.',
    ),
    holdMs: whole(
      1000,
      0,
      60_000,
      'How long, in audio, an expression or trend must stand before it is told. More is steadier and later. Default: 1000.',
    ),
    suggestions: SuggestionsSchema,
  },
);
