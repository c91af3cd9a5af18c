import Type from 'typebox';
import type { EventType } from '../protocol/events.ts';
import { EMOTIONS, LEGS, UNDECIDED } from '../protocol/labels.ts';
import { item, section, share, whole } from './section.ts';

/**
 * What an adapter gets of everything that is said; src/adapters/event-filter.ts applies it.
 * @param types what the adapter can use at all
 */
export function filterSection(types: readonly EventType[], byDefault: readonly EventType[]) {
  return section(
    'Which events it gets. What is left out never queues, so it costs next to nothing.',
    {
      events: Type.Array(Type.Enum([...types]), {
        minItems: 1,
        uniqueItems: true,
        default: [...byDefault],
        description: `Which events. ${defaultInWords(types, byDefault)}`,
      }),
      legs: Type.Optional(
        Type.Array(Type.Enum(LEGS), {
          minItems: 1,
          uniqueItems: true,
          description: 'Whose events; those of the whole call come all the same. Default: all.',
        }),
      ),
      labels: Type.Optional(
        Type.Array(Type.Enum([...EMOTIONS, ...UNDECIDED]), {
          minItems: 1,
          uniqueItems: true,
          description:
            'For events that name an emotion: which. A change passes when it leaves or reaches one of them, an alert by the emotion of its rule. Default: all.',
        }),
      ),
      minConfidence: share(
        0,
        'For readings, and for changes to an emotion: the least confidence. Higher sends fewer, surer ones. A change to `uncertain` or `listening` passes always, because it takes back what was said. Default: 0.',
      ),
      metadata: Type.Array(METADATA_MATCH, {
        default: [],
        maxItems: 16,
        description: 'Which calls, by the metadata they start with; all must match. Default: all.',
      }),
      sampling: SAMPLING,
    },
  );
}

const METADATA_MATCH = item('One condition on the metadata of a call.', {
  name: Type.String({ minLength: 1, maxLength: 256, description: 'Of the metadata.' }),
  oneOf: Type.Array(Type.String({ maxLength: 4096 }), {
    minItems: 1,
    maxItems: 100,
    description: 'Values of which the call must have one, letter by letter.',
  }),
});

const SAMPLING = section('Thins out emotion.updated, each leg by itself; both must permit it.', {
  minIntervalMs: whole(
    0,
    0,
    3_600_000,
    'At most one emotion.updated of a leg in this much of its audio. Default: 0, all of them.',
  ),
  everyNth: whole(1, 1, 10_000, 'One emotion.updated of a leg in so many. Default: 1, all.'),
});

/** What is sent when nothing is said, and why the commonest event is not among it. */
function defaultInWords(types: readonly EventType[], byDefault: readonly EventType[]): string {
  const left = types.filter((type) => !byDefault.includes(type));
  if (left.length === 0) return 'Default: all.';
  const advice = left.includes('emotion.updated')
    ? '`emotion.updated` comes twice a second a leg: leave it out unless you need it. '
    : '';
  const few = left.length > byDefault.length;
  return `${advice}Default: ${few ? byDefault.join(', ') : `all but ${left.join(', ')}`}.`;
}
