/** The wire, for whoever speaks it: clients, bots and dashboards. Imports nothing else of Tonewire. */
export {
  type BotContext,
  BotContextSchema,
  PERCEIVED,
  type Perceived,
  TRENDS,
  type Trend,
} from './bot-context.ts';
export { CLOSE_CODES } from './close-codes.ts';
export { ERRORS, type ErrorCode, type ErrorRow, TonewireError, toTonewireError } from './errors.ts';
export {
  type AnyEvent,
  EVENT_DATA_SCHEMAS,
  EVENT_TYPES,
  type EventData,
  type EventType,
  eventSchema,
  type Probabilities,
  type Prosody,
  type Span,
  type TonewireEvent,
} from './events.ts';
export { EMOTIONS, type Emotion, type Label, LEGS, type Leg, UNDECIDED } from './labels.ts';
export {
  type ClientMessage,
  ClientMessageSchema,
  CONSENTS,
  type Consent,
  ENCODINGS,
  type Encoding,
  MAX_TRANSCRIPT_CHARACTERS,
  SAMPLE_RATES_HZ,
  type SampleRateHz,
  type ServerMessage,
  ServerMessageSchema,
  type SessionStart,
  SUBPROTOCOL,
  type Transcript,
} from './messages.ts';
export { MEASURES, type Measure, SIGNALS, type Signal } from './signals.ts';
export {
  ROLES,
  type Role,
  TOKEN_USES,
  type TokenRequest,
  TokenRequestSchema,
  type TokenResponse,
  type TokenUse,
} from './tokens.ts';
export { assertEvent, isEvent, parseClientMessage, parseServerMessage } from './validate.ts';
