import Type from 'typebox';
import { item, section, toggle, whole } from './section.ts';

const HOUR_MS = 3_600_000;

export const ServerSchema = section('Where the gateway listens.', {
  host: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description:
      'Address to listen on. The default is reachable from this machine only, so nothing needs a key; any other address needs auth.apiKeys. Default: 127.0.0.1.',
  }),
  port: whole(
    8460,
    0,
    65535,
    'TCP port for HTTP and WebSocket alike; 0 takes any free one. Default: 8460.',
  ),
  publicOrigin: Type.Optional(
    Type.String({
      description:
        'The https origin that callers reach this gateway by, such as https://voice.example.com, without a path. Signatures are checked against it, because the Host header is whatever a sender writes. Once it is set the gateway counts as exposed, and needs auth.apiKeys. Default: none.',
    }),
  ),
  workers: whole(
    1,
    1,
    256,
    'Processes that carry calls. 1: this one does. More use more cores: this process keeps the port, authentication, the feed, adapters and the store, each call runs in one of the others from its start to its end, and limits hold over all of them together. A core each is enough; every process loads the model, about 100 MB. Default: 1.',
  ),
  maxWorkerEvents: whole(
    10_000,
    100,
    1_000_000,
    'Events that may wait in a worker while this process does not take them. When full the oldest is dropped and counted. Default: 10000.',
  ),
  drainTimeoutMs: whole(
    30_000,
    0,
    HOUR_MS,
    'How long running calls may go on after SIGTERM. Longer loses fewer calls, but holds up a deployment; most orchestrators kill after 30 s. Default: 30000.',
  ),
});

const ApiKeySchema = item('One client and its key.', {
  id: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9._-]+$',
    description: 'Names the key in logs, where the key itself never appears.',
  }),
  key: Type.String({
    minLength: 16,
    maxLength: 256,
    description: 'The secret, at least 16 characters; `openssl rand -hex 24` makes a good one.',
  }),
  permissions: Type.Array(Type.Enum(['stream', 'events']), {
    default: ['stream', 'events'],
    minItems: 1,
    uniqueItems: true,
    description:
      'What the key may do: `stream` sends audio to /v1/stream, `events` reads the feed of all calls at /v1/events. Give an app that only sends audio only `stream`. Default: both.',
  }),
});

const tokens = {
  tokenSecret: Type.Optional(
    Type.String({
      minLength: 32,
      maxLength: 256,
      description:
        'Signs the short-lived tokens of POST /v1/tokens (HMAC-SHA256); `openssl rand -hex 32` makes a good one. Every process behind one address needs the same. Default: random at each start, which makes every token of before invalid.',
    }),
  ),
  maxTokenLifetimeMs: whole(
    HOUR_MS,
    1000,
    24 * HOUR_MS,
    'The longest lifetime that a token may be given. A token cannot be called back: shorter bounds what a stolen one is good for, longer asks less often for a new one. Running streams are not cut off when theirs expires. Default: 3600000 (1 h).',
  ),
  allowedOrigins: Type.Array(Type.String({ pattern: '^https?://[a-z0-9.:\\[\\]-]{1,253}$' }), {
    default: [],
    maxItems: 100,
    uniqueItems: true,
    description:
      "Origins of web pages, such as https://app.example.com, that may use tokens which are bound to no origin, and read /v1/events across origins (CORS). The gateway's own pages always may. Tokens bound to an origin need no entry to open WebSockets. Default: none.",
  }),
};

export const AuthSchema = section('Who may connect.', {
  apiKeys: Type.Array(ApiKeySchema, {
    default: [],
    description:
      'Keys for /v1/stream and /v1/events. While the list is empty both are open, which is permitted on a loopback address only. Default: none.',
  }),
  ...tokens,
  streamTokenSecret: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 256,
      description:
        'Signs the token that binds a media stream to the call that asked for it. Every process behind one address needs the same. Default: derived from twilio.authToken, so that the processes of one account agree; without that, random at each start.',
    }),
  ),
});

const unauthenticated = {
  maxUnauthenticatedConnections: whole(
    100,
    1,
    100_000,
    'Sockets that have not yet shown who they are. When full, new sockets are refused with TW_TOO_MANY_CONNECTIONS, so that strangers cannot crowd out running calls. Default: 100.',
  ),
  maxUnauthenticatedBytes: whole(
    16_384,
    1024,
    1_048_576,
    'Bytes a socket may send before it has shown who it is. A real start message is under 4 KiB. Default: 16384.',
  ),
  startTimeoutMs: whole(
    10_000,
    100,
    600_000,
    'How long a socket may stay open without a valid start. Telephony senders start at once. Default: 10000.',
  ),
};

const messages = {
  maxMessageBytes: whole(
    65_536,
    4096,
    16_777_216,
    'Largest message. 20 ms of mu-law in JSON is about 400 bytes; 1 s of 16 kHz PCM is 32,000. Larger lets clients send rarer, at the price of memory and latency. Default: 65536.',
  ),
  maxMessagesPerSecond: whole(
    500,
    10,
    100_000,
    'Messages per second from one socket, averaged over a few seconds. A telephone leg sends 50. Faster senders are closed with TW_RATE_LIMITED. Default: 500.',
  ),
  idleTimeoutMs: whole(
    60_000,
    1000,
    HOUR_MS,
    'A started socket that sends nothing for this long is closed. Senders that stay silent on hold need it longer than the longest hold. Default: 60000.',
  ),
};

const resuming = {
  resumeWindowMs: whole(
    30_000,
    0,
    600_000,
    'How long a call over /v1/stream is kept when its socket is lost without a session.end or a close, so that its sender can come back by session.resume. It takes its place among limits.maxCalls and its memory meanwhile. 0 ends such calls at once. Default: 30000.',
  ),
  maxParkedCalls: whole(
    100,
    0,
    1_000_000,
    'Calls kept at once without a socket. One more ends the one that has waited longest. Default: 100.',
  ),
  maxResumeEvents: whole(
    128,
    0,
    100_000,
    'The newest events of each call over /v1/stream that are kept for a sender that comes back; older ones are counted as lost in session.resumed. About 2 kB each. Two legs make four updates a second. Default: 128.',
  ),
};

export const LimitsSchema = section(
  'Bounds on what any one sender can cost. All are enforced, and going over one is answered with its own error.',
  {
    maxConnections: whole(
      2000,
      1,
      1_000_000,
      'Sockets open at once, of all kinds: calls, subscribers and those not yet known. Default: 2000.',
    ),
    maxCalls: whole(
      1000,
      1,
      1_000_000,
      'Calls analysed at once. How many your machine carries, `tonewire bench capacity` measures. Beyond it, refusing a new call is better than slowing every other. Default: 1000.',
    ),
    ...unauthenticated,
    ...messages,
    ...resuming,
    maxBufferedAudioMs: whole(
      5000,
      500,
      600_000,
      'How far ahead of analysis a sender that can wait, such as an app, may get. It is paused once a quarter of this waits on one leg, and loses nothing. A live sender, such as a telephone, cannot wait: what may wait of its audio is set by analysis.maxPendingSteps. Larger pauses more rarely, with staler readings. Default: 5000.',
    ),
    maxGapFillMs: whole(
      5000,
      0,
      600_000,
      'Missing audio up to this long is filled with silence, so that the analysis runs through. A longer gap is skipped, and what is heard next starts afresh; both are reported. Filling costs as much as hearing. Default: 5000.',
    ),
    maxCallDurationMs: whole(
      4 * HOUR_MS,
      1000,
      48 * HOUR_MS,
      'A call is ended after this long, so that a forgotten line does not stay for ever. Default: 14400000 (4 h).',
    ),
    feedQueueEvents: whole(
      1000,
      1,
      1_000_000,
      'Events that may wait for one subscriber of /v1/events. At two updates a second, 1000 events are over 8 minutes of one leg. A slower reader is cut off with TW_SLOW_CONSUMER. Default: 1000.',
    ),
    maxEventSubscribers: whole(
      100,
      0,
      100_000,
      'Subscribers of /v1/events at once. Every event is offered to each. Default: 100.',
    ),
  },
);

export const TwilioSchema = section('Calls from Twilio Media Streams.', {
  enabled: toggle(
    true,
    'Serve POST /twilio/voice, POST /twilio/transcription and the socket /twilio/media. Answering calls at /twilio/voice needs server.publicOrigin, and with it twilio.authToken. Without both, on a loopback address, programs of this machine may try the socket without credentials. Default: true.',
  ),
  authToken: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 256,
      description:
        "The Twilio account's auth token, the key of X-Twilio-Signature. Better in TONEWIRE_TWILIO_AUTH_TOKEN than in a file. Default: none.",
    }),
  ),
  validateSignatures: toggle(
    true,
    'Refuse requests whose X-Twilio-Signature is wrong. Without twilio.authToken there is nothing to check with. May be off on a loopback address only. Default: true.',
  ),
  requireToken: toggle(
    true,
    "Refuse a stream whose start brings no token for its call, because Twilio's signature on a socket is the same for every call and can be replayed. /twilio/voice puts the token into its answer. Streams that you start by Twilio's REST API or your own TwiML need a <Parameter> named token: `E.M`, where E is the time it expires in Unix milliseconds and M is HMAC-SHA256 of `E.CallSid` with auth.streamTokenSecret, in base64url without padding. Or set this to false and rely on the signature alone. Only asked for where signatures are checked. Default: true.",
  ),
  passCaller: toggle(
    true,
    'Put the number or address that a call comes from into its metadata, as `from`: dashboards and bots see who calls, and `tonewire history delete --caller` finds the calls of a person. It is personal data, and goes wherever events go. Streams ordered elsewhere need a <Parameter> named from. Default: true.',
  ),
  mode: Type.Enum(['listen', 'connect'], {
    default: 'listen',
    description:
      '`listen` forks the audio with <Start><Stream> and the call goes on at once; `connect` hands the call to Tonewire with <Connect><Stream>, two-way, and only the caller is heard. Default: listen.',
  }),
  track: Type.Enum(['inbound_track', 'outbound_track', 'both_tracks'], {
    default: 'both_tracks',
    description:
      'Which side Twilio sends in `listen` mode: inbound is the customer, outbound the agent. Both make the call whole in the feed and cost twice the bandwidth, about 160 kbit/s each; whether a leg is analysed is up to analysis.legs. Default: both_tracks.',
  }),
  transcribe: toggle(
    false,
    'Ask Twilio, in the answer of /twilio/voice, for real-time transcription of the same track, in American English, and for callbacks to /twilio/transcription. Words then join the voice (textCues). Twilio charges for it and has its own terms; for another engine or language write your own <Transcription>. Default: false.',
  ),
  say: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'A sentence that Twilio speaks before anything else. The law asks you to tell people that their expression is read: say so here, or elsewhere in your flow. Default: nothing is said.',
    }),
  ),
});
