import Type from 'typebox';
import { EMOTIONS, LEGS, UNDECIDED } from '../protocol/labels.ts';
import { item, section, toggle, whole } from './section.ts';

const DAY_MS = 86_400_000;

const SuggestionSchema = item('One rule.', {
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9._-]+$',
    description: 'Names the rule in the suggestion; unique.',
  }),
  leg: Type.Enum(LEGS, {
    default: 'customer',
    description: 'The leg that is watched. Default: customer.',
  }),
  label: Type.Enum([...EMOTIONS, ...UNDECIDED], {
    description: 'Suggest when the stable label of the leg becomes this one.',
  }),
  text: Type.String({ minLength: 1, maxLength: 500, description: 'What the agent is told.' }),
  action: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The next best action, in a few words, such as "Offer a call back".',
    }),
  ),
  cooldownMs: whole(
    60_000,
    0,
    DAY_MS,
    'Silence of the rule after it fired, in audio of its leg. Default: 60000.',
  ),
});

/** Plain advice that holds whatever the business, so that a first call shows what a suggestion is. */
const DEFAULT_SUGGESTIONS = [
  {
    name: 'sounds-angry',
    leg: 'customer',
    label: 'anger',
    text: 'The customer sounds angry. Speak slower and lower, and say back what went wrong.',
    action: 'Acknowledge, then name the next step',
    cooldownMs: 60_000,
  },
  {
    name: 'sounds-sad',
    leg: 'customer',
    label: 'sadness',
    text: 'The customer sounds sad. Leave pauses, and ask one open question.',
    action: 'Ask what would help most',
    cooldownMs: 60_000,
  },
  {
    name: 'sounds-afraid',
    leg: 'customer',
    label: 'fear',
    text: 'The customer sounds afraid. Say what happens next, and when.',
    action: 'Give a time and a name',
    cooldownMs: 60_000,
  },
];

const feed = {
  updateIntervalMs: whole(
    250,
    50,
    10_000,
    'Longest time between two messages of the desk feed while something changes. A message holds the newest reading of each leg and every other event. Shorter is livelier and costs every open page more. Default: 250.',
  ),
  maxSubscribers: whole(
    100,
    0,
    100_000,
    'Open pages at once. What they are sent is written once for all of them. Default: 100.',
  ),
  maxQueuedBytes: whole(
    4_194_304,
    65_536,
    1_073_741_824,
    'Bytes that may wait for one page. A slower one is cut off with TW_SLOW_CONSUMER and begins again with a snapshot. Default: 4194304.',
  ),
};

const record = {
  timelineRows: whole(
    2400,
    16,
    7200,
    'Readings kept of each leg of a call, 72 bytes each while it is live; 2400 are 20 minutes at two a second. Once full, neighbours are merged two by two, so that a long call keeps its whole shape at half the resolution. Default: 2400.',
  ),
  maxEntries: whole(
    500,
    8,
    2000,
    'Segments, gaps, changes, alerts, suggestions and notes kept of a live call, of each kind. Beyond it the oldest is dropped and counted; a note beyond it is refused. Default: 500.',
  ),
};

export const DeskSchema = section(
  'The agent desk: live calls with their readings, suggestions for the agent, and the page at `/`.',
  {
    enabled: toggle(
      true,
      'Keep live calls for the desk, and serve the page and its endpoints. Default: true.',
    ),
    ...feed,
    ...record,
    maxSampleCalls: whole(
      2,
      0,
      100,
      'Sample calls that may play at once for people who try the page; each costs what a call costs. 0 switches the player off. Default: 2.',
    ),
    suggestions: Type.Array(SuggestionSchema, {
      default: DEFAULT_SUGGESTIONS,
      description:
        'Hints for the agent that follow a label and raise no alert; an alert brings the suggestion of its own rule. Default: three, on a customer who sounds angry, sad or afraid.',
    }),
  },
);

export const HistorySchema = section(
  'Finished calls: readings, notes and metadata, never audio. In memory unless store.path names a file.',
  {
    enabled: toggle(true, 'Keep finished calls. Default: true.'),
    retentionDays: whole(
      30,
      1,
      3650,
      'Days after which a finished call is deleted with all that belongs to it, when the gateway starts and once a day. Readings are personal data: keep them no longer than you need. Default: 30.',
    ),
    maxCalls: whole(
      10_000,
      1,
      10_000_000,
      'Finished calls kept; beyond it the oldest is deleted and counted. A five-minute call takes about 30 kB. Default: 10000.',
    ),
    callerKeys: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      default: ['from', 'caller'],
      maxItems: 16,
      uniqueItems: true,
      description:
        'Keys of the metadata of a call that may hold who called; the first one present is the caller. By it `tonewire history delete --caller` finds the calls of a person. Default: from, caller.',
    }),
  },
);
