import Type from 'typebox';
import { LOG_LEVELS } from '../log/log-level.ts';
import { EVENT_TYPES } from '../protocol/events.ts';
import { item, section, toggle, whole } from './section.ts';

const eventTypes = (description: string) =>
  Type.Optional(
    Type.Array(Type.Enum(EVENT_TYPES), { minItems: 1, uniqueItems: true, description }),
  );

const secret = (description: string) =>
  Type.String({ pattern: '^whsec_[A-Za-z0-9+/]+={0,2}$', description });

const WebhookSchema = item('One HTTP endpoint, called as Standard Webhooks lay down.', {
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9._-]+$',
    description: 'Names the endpoint in logs and metrics; unique.',
  }),
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
  events: eventTypes(
    'Which events are sent. `emotion.updated` comes twice a second a leg: leave it out unless you need it. Default: all but emotion.updated.',
  ),
  maxQueue: whole(
    1000,
    1,
    100_000,
    'Events that may wait for this endpoint. When full the oldest is dropped and counted. Default: 1000.',
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
    'Events on their way at once, those that wait for another attempt included: one that fails holds up nobody until all are taken. Receivers order by `sequence`; 1 keeps strict order. Default: 4.',
  ),
  maxAttempts: whole(
    3,
    1,
    10,
    'Attempts for one event: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h. Waiting events are kept in memory, and a live reading is stale soon. Default: 3.',
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
  events: eventTypes('Which events are printed. Default: all.'),
});

const FeedSchema = section('The live feed at /v1/events, for dashboards and bots.', {
  enabled: toggle(true, 'Serve the feed. Default: true.'),
});

export const AdaptersSchema = section('Where events go. Each has its own queue and failures.', {
  console: ConsoleSchema,
  webhooks: Type.Array(WebhookSchema, {
    default: [],
    description: 'Endpoints that are called for events. Default: none.',
  }),
  feed: FeedSchema,
});

export const LogSchema = section('The log: JSON lines on standard error, without personal data.', {
  level: Type.Enum([...LOG_LEVELS], {
    default: 'info',
    description:
      '`info` writes a few lines a call, `debug` a few more; none writes audio, digits, text or scores. Default: info.',
  }),
});

export const MetricsSchema = section('Numbers for Prometheus.', {
  enabled: toggle(
    true,
    'Serve /metrics. It names no call and no person, but shows load: keep it off the public side of a proxy. Default: true.',
  ),
});
