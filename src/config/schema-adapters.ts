import Type from 'typebox';
import { EVENT_TYPES } from '../protocol/events.ts';
import { adapterName } from './schema-adapter-members.ts';
import { CloudEventsSchema, SlackSchema } from './schema-adapters-http.ts';
import { FileSchema } from './schema-adapters-local.ts';
import { MqttSchema, SocketIoSchema } from './schema-adapters-messaging.ts';
import { BOT_ADAPTERS } from './schema-bots.ts';
import { deliveryMember } from './schema-delivery.ts';
import { filterSection } from './schema-filter.ts';
import { item, section, toggle, whole } from './section.ts';

const secret = (description: string) =>
  Type.String({ pattern: '^whsec_[A-Za-z0-9+/]+={0,2}$', description });

const WebhookSchema = item('One HTTP endpoint, called as Standard Webhooks lay down.', {
  name: adapterName('Names the endpoint in logs and metrics; unique.'),
  url: Type.String({
    description:
      'Where events are posted. https, or http to a loopback address: events are personal data.',
  }),
  secret: secret(
    'Signs each event: `whsec_` and 24 to 64 random bytes in base64; `echo whsec_$(openssl rand -base64 32)` makes one.',
  ),
  previousSecrets: Type.Array(secret('A secret that is being replaced.'), {
    default: [],
    maxItems: 4,
    description:
      'Old secrets that still sign beside the new one, so that a receiver can change over without losing an event. Default: none.',
  }),
  filter: filterSection(
    EVENT_TYPES,
    EVENT_TYPES.filter((type) => type !== 'emotion.updated'),
  ),
  delivery: deliveryMember(),
  maxQueue: whole(
    1000,
    1,
    100_000,
    'Live events that may wait for this endpoint. When full the oldest is dropped and counted. Default: 1000.',
  ),
  timeoutMs: whole(
    15_000,
    100,
    60_000,
    'How long one attempt may take; Standard Webhooks advise 15 to 30 s. Default: 15000.',
  ),
  maxInFlight: whole(
    4,
    1,
    100,
    'Events on their way at once; live ones that wait for another attempt are among them. Receivers order live events by `sequence`, durable ones come in order within a call; 1 keeps strict order. Default: 4.',
  ),
  maxAttempts: whole(
    3,
    1,
    10,
    'Attempts for one live event: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h. Waiting events are kept in memory, and a live reading is stale soon. A durable event is tried ten times. Default: 3.',
  ),
});

const ConsoleSchema = section('One line per event on standard output.', {
  enabled: toggle(
    false,
    'Print events. They hold emotion scores, which are personal data: for a developer, not for a log collector. Default: false.',
  ),
  format: Type.Enum(['text', 'json'], {
    default: 'text',
    description: '`text` for people, `json` for one CloudEvent a line. Default: text.',
  }),
  filter: filterSection(EVENT_TYPES, EVENT_TYPES),
});

const FeedSchema = section('The live feed at /v1/events, for dashboards and bots.', {
  enabled: toggle(true, 'Serve the feed. Default: true.'),
});

export const AdaptersSchema = section('Where events go. Each has its own queue and failures.', {
  ...BOT_ADAPTERS,
  console: ConsoleSchema,
  cloudEvents: Type.Array(CloudEventsSchema, {
    default: [],
    description: 'Endpoints that take CloudEvents over HTTP. Default: none.',
  }),
  files: Type.Array(FileSchema, {
    default: [],
    description: 'Files that events are appended to. Default: none.',
  }),
  mqtt: Type.Array(MqttSchema, {
    default: [],
    description: 'MQTT brokers that events are published to. Default: none.',
  }),
  slack: Type.Array(SlackSchema, {
    default: [],
    description: 'Slack channels that are written to. Default: none.',
  }),
  socketIo: Type.Array(SocketIoSchema, {
    default: [],
    description: 'Ports that Socket.IO clients connect to for events. Default: none.',
  }),
  webhooks: Type.Array(WebhookSchema, {
    default: [],
    description: 'Endpoints that are called for events. Default: none.',
  }),
  feed: FeedSchema,
});
