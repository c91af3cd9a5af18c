import type { ErrorObject } from 'ajv';
import type Type from 'typebox';
import { TonewireError } from './errors.ts';
import { type AnyEvent, EVENT_TYPES, type EventType, eventSchema } from './events.ts';
import {
  AudioSkipSchema,
  type ClientMessage,
  ErrorMessageSchema,
  PingSchema,
  PongSchema,
  type ServerMessage,
  SessionEndedSchema,
  SessionEndSchema,
  SessionFlushedSchema,
  SessionFlushSchema,
  SessionResumedSchema,
  SessionResumeSchema,
  SessionStartedSchema,
  SessionStartSchema,
  TranscriptSchema,
} from './messages.ts';
import { type TokenRequest, TokenRequestSchema } from './tokens.ts';
import { type Validator, validator } from './validator.ts';

/** One validator a message type, so that a complaint is about the message that was meant. */
const clientMessages = {
  'session.start': validator<ClientMessage>(SessionStartSchema),
  'session.resume': validator<ClientMessage>(SessionResumeSchema),
  'audio.skip': validator<ClientMessage>(AudioSkipSchema),
  'session.flush': validator<ClientMessage>(SessionFlushSchema),
  'session.end': validator<ClientMessage>(SessionEndSchema),
  transcript: validator<ClientMessage>(TranscriptSchema),
  ping: validator<ClientMessage>(PingSchema),
} satisfies Record<ClientMessage['type'], Validator<ClientMessage>>;

const serverMessages = {
  'session.started': validator<ServerMessage>(SessionStartedSchema),
  'session.resumed': validator<ServerMessage>(SessionResumedSchema),
  'session.flushed': validator<ServerMessage>(SessionFlushedSchema),
  'session.ended': validator<ServerMessage>(SessionEndedSchema),
  pong: validator<ServerMessage>(PongSchema),
  error: validator<ServerMessage>(ErrorMessageSchema),
} satisfies Record<ServerMessage['type'], Validator<ServerMessage>>;

const events = new Map(EVENT_TYPES.map((type) => [type, validator<AnyEvent>(eventSchema(type))]));

const tokenRequest = validator<TokenRequest>(TokenRequestSchema);

type Validators<T> = Readonly<Record<string, Validator<T>>>;

/** Reads a client's text frame. Throws TW_BAD_JSON, or TW_BAD_MESSAGE that names the field. */
export function parseClientMessage(text: string): ClientMessage {
  return checked<ClientMessage>(parseJson(text), clientMessages);
}

/** Reads a server's text frame: a control reply or an event. Throws as `parseClientMessage`. */
export function parseServerMessage(text: string): ServerMessage | AnyEvent {
  const value = parseJson(text);
  if (isObject(value) && 'specversion' in value) {
    assertEvent(value);
    return value;
  }
  return checked<ServerMessage>(value, serverMessages);
}

/** Checks the body of `POST /v1/tokens`. Throws TW_BAD_MESSAGE that names the field. */
export function parseTokenRequest(value: unknown): TokenRequest {
  if (tokenRequest(value)) return value;
  throw bad(complaint(tokenRequest.errors[0]));
}

/** A check of anything against its schema. Throws TW_BAD_MESSAGE that names the field. */
export function checkOf<T>(schema: Type.TSchema): (value: unknown) => T {
  const validate = validator<T>(schema);
  return (value) => {
    if (validate(value)) return value;
    throw bad(complaint(validate.errors[0]));
  };
}

/** Whether `value` is an event exactly as its schema says. */
export function isEvent(value: unknown): value is AnyEvent {
  return eventValidator(value)?.(value) ?? false;
}

/** Throws TW_BAD_MESSAGE that names the field unless `value` is an event. */
export function assertEvent(value: unknown): asserts value is AnyEvent {
  const validate = eventValidator(value);
  if (!validate) throw bad(`type must be one of ${EVENT_TYPES.join(', ')}`);
  if (!validate(value)) throw bad(complaint(validate.errors[0]));
}

function eventValidator(value: unknown): Validator<AnyEvent> | undefined {
  return isObject(value) ? events.get(value.type as EventType) : undefined;
}

function checked<T>(value: unknown, validators: Validators<T>): T {
  if (!isObject(value)) throw bad('the message must be a JSON object');
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(validators, type)) {
    throw bad(`type must be one of ${Object.keys(validators).join(', ')}`);
  }
  const validate = validators[type] as Validator<T>;
  if (!validate(value)) throw bad(complaint(validate.errors[0]));
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be personal.
    throw new TonewireError('TW_BAD_JSON');
  }
}

function complaint(error: ErrorObject | undefined): string {
  if (!error) return 'the message does not match its schema';
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  const path = /^[\w.-]{1,100}$/.test(field) ? field : '';
  if (error.keyword === 'additionalProperties') {
    return `${named(path, String(error.params.additionalProperty))} is not known`;
  }
  if (error.keyword === 'required') {
    return `${named(path, String(error.params.missingProperty))} is missing`;
  }
  if (error.keyword === 'enum') {
    return `${path} must be one of ${(error.params.allowedValues as unknown[]).join(', ')}`;
  }
  return `${path || 'the message'} ${error.message ?? 'does not match its schema'}`;
}

/** The sender chose the name of an unknown field: repeat it only when it is short and plain. */
function named(path: string, key: string): string {
  if (!/^[\w-]{1,64}$/.test(key)) return `a field in ${path || 'the message'}`;
  return path ? `${path}.${key}` : key;
}

function bad(reason: string): TonewireError {
  return new TonewireError('TW_BAD_MESSAGE', `Bad message: ${reason}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
