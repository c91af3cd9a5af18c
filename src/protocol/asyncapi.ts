import type Type from 'typebox';
import { CLOSE_CODES } from './close-codes.ts';
import { ERRORS } from './errors.ts';
import { EVENT_TYPES, eventSchema } from './events.ts';
import {
  AudioSkipSchema,
  ErrorMessageSchema,
  PingSchema,
  PongSchema,
  SessionEndedSchema,
  SessionEndSchema,
  SessionFlushedSchema,
  SessionFlushSchema,
  SessionResumedSchema,
  SessionResumeSchema,
  SessionStartedSchema,
  SessionStartSchema,
  SUBPROTOCOL,
  TranscriptSchema,
} from './messages.ts';

type Json = Readonly<Record<string, unknown>>;

const CLIENT_MESSAGES = {
  'session.start': message('Opens the session; the first message.', SessionStartSchema),
  'session.resume': message(
    'Instead of session.start: takes up a call whose socket was lost.',
    SessionResumeSchema,
  ),
  audio: {
    name: 'audio',
    title: 'Audio',
    summary:
      'A binary frame: samples in the encoding of session.start, channels interleaved, of any length.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  },
  'audio.skip': message('Audio is missing here: reported as a gap.', AudioSkipSchema),
  'session.flush': message(
    'Answers everything heard so far, then starts afresh.',
    SessionFlushSchema,
  ),
  'session.end': message('Ends the session; totals follow.', SessionEndSchema),
  transcript: message('A line of what was said on a leg, beside its audio.', TranscriptSchema),
  ping: message('Asks for a pong.', PingSchema),
};

const SERVER_MESSAGES = {
  'session.started': message('The session is open: audio may come.', SessionStartedSchema),
  'session.resumed': message(
    'The call goes on: audio may come from that position; missed events follow.',
    SessionResumedSchema,
  ),
  'session.flushed': message('Everything before the flush is answered.', SessionFlushedSchema),
  'session.ended': message('The last message of a session.', SessionEndedSchema),
  pong: message('Answers a ping.', PongSchema),
  error: message('Why the socket closes next.', ErrorMessageSchema),
};

/** The AsyncAPI 3.0 document of the app protocol, made from the schemas that check it. */
export function asyncApiDocument(version: string): Json {
  const events = Object.fromEntries(
    EVENT_TYPES.map((type) => [type, message('A CloudEvent.', eventSchema(type), type)]),
  );
  const messages: Json = { ...CLIENT_MESSAGES, ...SERVER_MESSAGES, ...events };
  const streamEvents = EVENT_TYPES.filter((type) => type !== 'context.changed');
  const streamMessages = Object.keys(messages).filter((name) => name !== 'context.changed');
  const feedMessages = ['error', ...EVENT_TYPES];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tonewire',
      version,
      description:
        'Live audio in, rolling events on how it sounds out. Events report perceived expression, never what a person feels.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      stream: streamChannel(streamMessages),
      events: eventsChannel(feedMessages),
    },
    operations: {
      sendAudio: operation('receive', 'stream', Object.keys(CLIENT_MESSAGES)),
      answerAudio: operation('send', 'stream', [...Object.keys(SERVER_MESSAGES), ...streamEvents]),
      followEvents: operation('send', 'events', feedMessages),
    },
    components: { messages, securitySchemes: SECURITY_SCHEMES },
    'x-close-codes': closeCodes(),
  };
}

const SECURITY_SCHEMES = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A key of auth.apiKeys, as `Authorization: Bearer …`. Needed unless the list is empty, on loopback only.',
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A short-lived token of POST /v1/tokens: as a bearer, as `?token=…`, or as the subprotocol `token.…`, for browsers can set no headers on a WebSocket.',
  },
};

function streamChannel(names: readonly string[]): Json {
  return {
    address: '/v1/stream',
    title: 'One session',
    description: `WebSocket, subprotocol ${SUBPROTOCOL}. JSON text frames for control, binary frames for audio; one session a socket.`,
    messages: references(names),
    bindings: { ws: { method: 'GET' } },
  };
}

function eventsChannel(names: readonly string[]): Json {
  const query = {
    type: 'object',
    properties: {
      callId: { type: 'string', description: 'Only this call.' },
      leg: { type: 'string', description: 'Only this leg, and what concerns the whole call.' },
      types: { type: 'string', description: 'Only these event types, comma-separated.' },
    },
  };
  return {
    address: '/v1/events',
    title: 'The feed of all calls',
    description:
      'WebSocket, or server-sent events for a plain GET. Every event from now on, none from before.',
    messages: references(names),
    bindings: { ws: { method: 'GET', query } },
  };
}

function message(summary: string, schema: Type.TSchema, name = typeOf(schema)): Json {
  return { name, title: name, summary, contentType: 'application/json', payload: schema };
}

function typeOf(schema: Type.TSchema): string {
  const { properties } = schema as Type.TSchema & { properties: { type: { const: string } } };
  return properties.type.const;
}

function references(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

/** `action` is the server's: it receives what a client sends. */
function operation(action: 'send' | 'receive', channel: string, names: readonly string[]): Json {
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
    security: [
      { $ref: '#/components/securitySchemes/apiKey' },
      { $ref: '#/components/securitySchemes/token' },
    ],
  };
}

/** Close code → the reasons it stands for. */
function closeCodes(): Readonly<Record<string, readonly string[]>> {
  const reasons: Record<string, string[]> = {};
  for (const [name, code] of Object.entries(CLOSE_CODES)) reasons[code] = [name];
  for (const [name, { closeCode }] of Object.entries(ERRORS)) {
    reasons[closeCode] = [...(reasons[closeCode] ?? []), name];
  }
  return reasons;
}
