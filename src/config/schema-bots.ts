import Type from 'typebox';
import { PERCEIVED, TRENDS } from '../protocol/bot-context.ts';
import { adapterMembers } from './schema-adapter-members.ts';
import { filterSection } from './schema-filter.ts';
import { item, whole } from './section.ts';

const credential = (description: string) =>
  Type.String({ minLength: 1, maxLength: 4096, description });

const address = (byDefault: string, description: string) =>
  Type.String({
    default: byDefault,
    description: `${description} https, or http to a loopback address. Default: ${byDefault}.`,
  });

/** Text that may hold `{callId}` and `{metadata.NAME}`. */
const template = (byDefault: string, description: string) =>
  Type.String({
    default: byDefault,
    minLength: 1,
    maxLength: 512,
    pattern: '^([^{}]|\\{callId\\}|\\{metadata\\.[A-Za-z][A-Za-z0-9._-]*\\})+$',
    description: `${description} May hold {callId} and {metadata.NAME}, of the metadata that the call started with; a call without that name is none of this bot's. Default: ${byDefault}.`,
  });

const prefix = Type.String({
  default: 'tonewire_',
  pattern: '^[A-Za-z][A-Za-z0-9_]{0,31}$',
  description:
    'Begins the names of what is set: `tonewire_current`, `_trend`, `_since`, `_confidence`, `_suggestion`. Default: tonewire_.',
});

const eventName = Type.String({
  default: 'tonewire.context',
  minLength: 1,
  maxLength: 64,
  description: 'What the bot knows the event by. Default: tonewire.context.',
});

/** What every bot has. */
const bot = (conversation: string) => ({
  ...adapterMembers(['context.changed'], ['context.changed']),
  conversation: template('{callId}', conversation),
  timeoutMs: whole(
    10_000,
    100,
    60_000,
    'How long one attempt may take, all its requests together. Default: 10000.',
  ),
  maxAttempts: whole(
    2,
    1,
    10,
    'Attempts for one live context: at once, then after 5 s, 5 min and so on. What is told late is stale; a newer context makes it superfluous. Default: 2.',
  ),
  maxInFlight: whole(
    16,
    1,
    1000,
    'Conversations that are told something at once; each waits for nobody but itself. Default: 16.',
  ),
});

const TriggerIntentSchema = item('Makes the bot act, once each time such a context begins.', {
  name: Type.String({
    minLength: 1,
    maxLength: 128,
    description: "The intent, of the bot's domain, such as EXTERNAL_customer_sounds_angry.",
  }),
  current: Type.Array(Type.Enum(Object.values(PERCEIVED)), {
    default: ['sounds angry'],
    minItems: 1,
    description: 'For which `current`. Default: sounds angry.',
  }),
  trend: Type.Array(Type.Enum(TRENDS), {
    default: [...TRENDS],
    minItems: 1,
    description: 'And which `trend`. Default: any.',
  }),
  outputChannel: Type.String({
    default: 'latest',
    description:
      'Where what the bot then says goes; `latest` is where the user is. Default: latest.',
  }),
});

const RasaSchema = item('One Rasa server.', {
  ...bot('The sender id.'),
  url: address('http://127.0.0.1:5005', 'The server, started with --enable-api.'),
  token: Type.Optional(
    credential('What --auth-token says there; sent in the query. Default: none.'),
  ),
  jwt: Type.Optional(credential('Or a token signed with its --jwt-secret. Default: none.')),
  prefix,
  triggerIntent: Type.Optional(TriggerIntentSchema),
});

const DirectLineSchema = item('One Bot Framework or Copilot Studio bot.', {
  ...bot('The Direct Line conversation id, or, with ownConversation, whatever tells calls apart.'),
  url: address('https://directline.botframework.com', 'The Direct Line service of your region.'),
  secret: credential("A Direct Line secret of the bot's channel."),
  ownConversation: Type.Boolean({
    default: false,
    description:
      'Start a conversation for each call instead of joining the one that `conversation` names. Default: false.',
  }),
  userId: Type.String({
    default: 'tonewire',
    minLength: 1,
    maxLength: 64,
    description: 'From whom the activity comes. Default: tonewire.',
  }),
  eventName,
});

const DialogflowSchema = item('One Dialogflow CX (Conversational Agents) agent.', {
  ...bot('The session id, at most 36 characters.'),
  agent: Type.String({
    pattern: '^projects/[^/]+/locations/[^/]+/agents/[^/]+$',
    description: 'projects/PROJECT/locations/LOCATION/agents/AGENT.',
  }),
  environment: Type.Optional(
    Type.String({ pattern: '^[^/]+$', description: 'Its environment. Default: the draft.' }),
  ),
  keyFile: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The JSON key of a service account that may call detectIntent. Without it nothing is sent, and the agent asks by its webhook, /dialogflow/webhook. Default: none.',
    }),
  ),
  url: Type.Optional(
    Type.String({
      description:
        "The service; https, or http to a loopback address. Default: that of the agent's location.",
    }),
  ),
  eventName: Type.String({
    default: 'tonewire-context',
    minLength: 1,
    maxLength: 64,
    description:
      'The custom event of detectIntent. Give the agent a handler for it that says nothing. Default: tonewire-context.',
  }),
  languageCode: Type.String({
    default: 'en',
    minLength: 2,
    maxLength: 16,
    description: 'The language of the session. Default: en.',
  }),
  prefix,
});

const LexSchema = item(
  'One Amazon Lex V2 bot. Needs the package @aws-sdk/client-lex-runtime-v2, which finds credentials as all AWS software does.',
  {
    ...bot('The session id.'),
    botId: Type.String({ minLength: 1, description: 'The bot.' }),
    botAliasId: Type.String({ minLength: 1, description: 'Its alias.' }),
    localeId: Type.String({ minLength: 1, description: 'Such as en_US.' }),
    region: Type.String({ minLength: 1, description: 'Such as eu-central-1.' }),
    endpoint: Type.Optional(
      Type.String({
        description:
          "Of a VPC, for instance; https, or http to a loopback address. Default: the region's.",
      }),
    ),
    prefix,
  },
);

const OpenaiRealtimeSchema = item('Sessions of the OpenAI Realtime API that the app owns.', {
  ...bot(''),
  filter: filterSection(['context.changed', 'call.ended'], ['context.changed', 'call.ended']),
  conversation: template('{metadata.openaiCallId}', "OpenAI's id of the call, rtc_…."),
  url: Type.String({
    default: 'wss://api.openai.com/v1/realtime',
    description:
      'The service. wss, or ws to a loopback address. Default: wss://api.openai.com/v1/realtime.',
  }),
  apiKey: credential('The API key of the account that owns the sessions.'),
  instructions: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16_384,
      description:
        "The session's own instructions. Given, the hint is put below them by session.update; otherwise it is a system message of its own, of which only the newest stays. Default: none.",
    }),
  ),
});

const VoiceflowSchema = item('One Voiceflow project.', {
  ...bot('The user id, at most 128 characters.'),
  url: address('https://general-runtime.voiceflow.com', 'The runtime.'),
  apiKey: credential('A Dialog Manager API key, VF.DM.….'),
  projectId: Type.String({ minLength: 1, description: 'The project.' }),
  prefix,
});

const BotpressSchema = item('One Botpress bot with the chat integration.', {
  ...bot('The conversation id.'),
  url: address('https://chat.botpress.cloud', 'The chat API.'),
  webhookId: Type.String({ minLength: 1, description: "The last part of the integration's URL." }),
  userKey: Type.Optional(
    credential('The x-user-key of a user who takes part in the conversations. Default: none.'),
  ),
  encryptionKey: Type.Optional(
    credential("Or the integration's encryption key, which signs one for `user`. Default: none."),
  ),
  user: template('{callId}', 'With encryptionKey: the user in whose name the event is sent.'),
  eventName,
});

const none = <T extends Type.TSchema>(schema: T, what: string) =>
  Type.Array(schema, {
    default: [],
    description: `${what} that are told how calls sound. Default: none.`,
  });

/** Members of `adapters`: each a list, so that there may be several of a kind. */
export const BOT_ADAPTERS = {
  botpress: none(BotpressSchema, 'Botpress bots'),
  dialogflow: none(DialogflowSchema, 'Dialogflow CX agents'),
  directLine: none(DirectLineSchema, 'Bot Framework and Copilot Studio bots'),
  lex: none(LexSchema, 'Amazon Lex V2 bots'),
  openaiRealtime: none(OpenaiRealtimeSchema, 'OpenAI Realtime sessions'),
  rasa: none(RasaSchema, 'Rasa servers'),
  voiceflow: none(VoiceflowSchema, 'Voiceflow projects'),
};
