import Type from 'typebox';
import { EVENT_TYPES } from '../protocol/events.ts';
import { adapterMembers } from './schema-adapter-members.ts';
import { item, toggle, whole } from './section.ts';

/** A topic without wildcards, and with those placeholders only that stand for something. */
const topic = (byDefault: string, placeholders: readonly string[], description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 1024,
    pattern: `^(${['[^{}+#]', ...placeholders.map((name) => `\\{${name}\\}`)].join('|')})+$`,
    default: byDefault,
    description,
  });

const BUT_UPDATES = EVENT_TYPES.filter((type) => type !== 'emotion.updated');

/** Brokers and rooms that others subscribe to. */
export const MqttSchema = item('One MQTT broker, 3.1.1. Needs the package mqtt.', {
  ...adapterMembers(EVENT_TYPES, BUT_UPDATES),
  url: Type.String({
    description:
      'mqtts://host:8883 or wss://host/path; mqtt:// or ws:// to a loopback address only: events are personal data.',
  }),
  username: Type.Optional(Type.String({ minLength: 1, description: 'Default: none.' })),
  password: Type.Optional(Type.String({ minLength: 1, description: 'Default: none.' })),
  clientId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 65_535,
      description:
        'Names this gateway to the broker, which cuts off an older client of the same name. Default: a random one.',
    }),
  ),
  topic: topic(
    'tonewire/{callId}/{leg}/{type}',
    ['callId', 'leg', 'type', 'date', 'hour'],
    'Where an event goes; may hold {callId}, {leg} (`call` where an event has none), {type}, {date} and {hour}. What callers chose is percent-encoded, so that it adds no level and no wildcard. Default: tonewire/{callId}/{leg}/{type}.',
  ),
  qos: whole(
    1,
    0,
    2,
    '0: written once, perhaps lost. 1: acknowledged; may come twice, with one id. 2: acknowledged, once; two round trips more. Default: 1.',
  ),
  retainState: toggle(
    false,
    'Keep the newest label of each leg at the broker, retained, for whoever subscribes later; taken back at call.ended. Needs emotion.changed and call.ended in filter.events. Default: false.',
  ),
  stateTopic: topic(
    'tonewire/{callId}/{leg}/state',
    ['callId', 'leg'],
    'Where the retained label goes; must hold {callId} and {leg}. Default: tonewire/{callId}/{leg}/state.',
  ),
  statusTopic: topic(
    'tonewire/status',
    [],
    'Says, retained, `online`, or `offline` when the gateway left or, by the broker’s will, was lost: retained labels are stale then. One for each gateway. Default: tonewire/status.',
  ),
  timeoutMs: whole(
    5000,
    100,
    60_000,
    'How long an event may take, a lost connection included. Default: 5000.',
  ),
  maxInFlight: whole(
    16,
    1,
    1000,
    'Events that are not acknowledged yet. 1 keeps strict order after a fault too. Default: 16.',
  ),
});
