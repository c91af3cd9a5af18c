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

/** An event that nobody is there to hear is over: there is nothing to try again. */
const { delivery: _, ...LIVE_MEMBERS } = adapterMembers(EVENT_TYPES, BUT_UPDATES);

export const SocketIoSchema = item(
  'One port for Socket.IO clients, which show an API key or a desk token in `auth.token`. Needs the package socket.io.',
  {
    ...LIVE_MEMBERS,
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      description:
        'The address to listen on. It speaks HTTP: put a proxy with TLS before it, and anything but loopback needs auth.apiKeys. Default: 127.0.0.1.',
    }),
    port: whole(8461, 0, 65_535, 'The port; 0 takes a free one. Default: 8461.'),
    path: Type.String({
      default: '/socket.io',
      pattern: '^/[A-Za-z0-9._/-]*$',
      description: 'The path that clients connect to. Default: /socket.io.',
    }),
    maxClients: whole(
      100,
      1,
      100_000,
      'Connections at once, those that have not shown who they are included. Default: 100.',
    ),
    maxQueuedEvents: whole(
      1000,
      1,
      100_000,
      'Events that may wait for one client; one that reads more slowly is cut off. Default: 1000.',
    ),
  },
);
