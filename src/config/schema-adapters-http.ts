import Type from 'typebox';
import { EVENT_TYPES } from '../protocol/events.ts';
import { adapterMembers } from './schema-adapter-members.ts';
import { item, whole } from './section.ts';

const attempts = (timeoutMs: number) => ({
  timeoutMs: whole(timeoutMs, 100, 60_000, `How long one attempt may take. Default: ${timeoutMs}.`),
  maxAttempts: whole(
    3,
    1,
    10,
    'Attempts for one live event: at once, then after 5 s, 5 min, 30 min and so on. A durable event is tried ten times. Default: 3.',
  ),
});

const secretText = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description }));

export const CloudEventsSchema = item('One HTTP endpoint that takes CloudEvents 1.0.', {
  ...adapterMembers(
    EVENT_TYPES,
    EVENT_TYPES.filter((type) => type !== 'emotion.updated'),
  ),
  url: Type.String({
    description:
      'Where events are posted. https, or http to a loopback address: events are personal data.',
  }),
  mode: Type.Enum(['structured', 'binary'], {
    default: 'structured',
    description:
      '`structured`: the whole event in the body, application/cloudevents+json. `binary`: the attributes as ce- headers, the data in the body, which routers can go by unread. Default: structured.',
  }),
  authorization: secretText(
    'The value of the authorization header, such as `Bearer …`. Default: none.',
  ),
  ...attempts(15_000),
  maxInFlight: whole(
    4,
    1,
    100,
    'Events on their way at once. Receivers order live ones by `sequence`; 1 keeps strict order. Default: 4.',
  ),
});

export const SlackSchema = item(
  'One Slack channel: changes of state and alerts, at most one message a second.',
  {
    ...adapterMembers(['emotion.changed', 'alert.raised'], ['emotion.changed', 'alert.raised']),
    url: Type.String({
      default: 'https://slack.com/api/chat.postMessage',
      description:
        'An incoming webhook, https://hooks.slack.com/services/…, which is a secret; or, with token and channel, the default. https, or http to a loopback address. Default: https://slack.com/api/chat.postMessage.',
    }),
    token: secretText(
      'A bot token, xoxb-…, with the scope chat:write. Without it url is an incoming webhook. Default: none.',
    ),
    channel: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 80,
        description: 'With token: the id of the channel, such as C0123456789. Default: none.',
      }),
    ),
    ...attempts(10_000),
  },
);
