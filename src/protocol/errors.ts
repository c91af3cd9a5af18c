/**
 * Every error Tonewire reports, in one table. `docs/errors.md` is generated from it and a test
 * holds the two together. `closeCode` is what a WebSocket is closed with when the error ends it
 * (RFC 6455 §7.4; 4000–4999 is the application's range), `httpStatus` what an HTTP request gets.
 */
export const ERRORS = {
  TW_CONFIG_INVALID: row(
    4500,
    500,
    false,
    'The configuration is not valid; the message names the option.',
  ),
  TW_BAD_REQUEST: row(4400, 400, false, 'The request is malformed.'),
  TW_BAD_JSON: row(4400, 400, false, 'A text message is not valid JSON.'),
  TW_BAD_MESSAGE: row(
    4400,
    400,
    false,
    'A message does not match its schema; the message names the field.',
  ),
  TW_BAD_BASE64: row(4400, 400, false, 'An audio payload is not valid base64.'),
  TW_OUT_OF_ORDER: row(
    4409,
    409,
    false,
    'A message came in a state that does not permit it, such as audio before start or a second start.',
  ),
  TW_RESUME_UNKNOWN: row(
    4410,
    410,
    false,
    'There is no such call to resume: it has ended, or its socket was lost for longer than limits.resumeWindowMs.',
  ),
  TW_TAKEN_OVER: row(
    4409,
    409,
    false,
    'Another socket has resumed this call with its resume token; the call goes on there.',
  ),
  TW_UNSUPPORTED_AUDIO: row(
    4415,
    415,
    false,
    'The encoding, sample rate or channel count is not supported.',
  ),
  TW_MESSAGE_TOO_LARGE: row(
    4413,
    413,
    false,
    'A message is larger than limits.maxMessageBytes. A WebSocket frame of more than twice that is not read at all: it is closed with the plain code 1009 and no error message.',
  ),
  TW_UNAUTHORIZED: row(
    4401,
    401,
    false,
    'The API key, token or signature is missing, wrong or expired.',
  ),
  TW_FORBIDDEN: row(4403, 403, false, 'The credentials are known but do not permit this.'),
  TW_NOT_FOUND: row(4404, 404, false, 'There is nothing at this path.'),
  TW_UNKNOWN_CALL: row(4404, 404, true, 'No call of this id runs here, or not yet.'),
  TW_START_TIMEOUT: row(
    4408,
    408,
    true,
    'No valid start arrived within limits.startTimeoutMs of connecting.',
  ),
  TW_IDLE_TIMEOUT: row(4408, 408, true, 'No message arrived within limits.idleTimeoutMs.'),
  TW_TOO_MANY_CONNECTIONS: row(
    4429,
    503,
    true,
    'The server is at limits.maxConnections or limits.maxCalls.',
  ),
  TW_OVERLOADED: row(
    4503,
    503,
    true,
    'The server is behind (section overload of the options) and takes no new calls until it has caught up; running calls go on.',
  ),
  TW_RATE_LIMITED: row(4429, 429, true, 'The sender sends faster than its limits allow.'),
  TW_SLOW_CONSUMER: row(
    4429,
    503,
    true,
    'The subscriber reads too slowly; its queue reached its bound and it was disconnected.',
  ),
  TW_DRAINING: row(4503, 503, true, 'The server is shutting down and accepts no new calls.'),
  TW_WORKER_LOST: row(
    4503,
    503,
    true,
    'The process that carried the call has ended, or none is ready to carry one; a new call may begin.',
  ),
  TW_CALL_DURATION: row(4408, 408, false, 'The call reached limits.maxCallDurationMs.'),
  TW_NOT_CONFIGURED: row(4404, 404, false, 'This source is switched off in the configuration.'),
  TW_MODEL_INVALID: row(
    4500,
    500,
    false,
    'The model folder is incomplete, or its files do not match its manifest.',
  ),
  TW_ENGINE_MISSING: row(
    4500,
    500,
    false,
    'The inference engine asked for is not installed; the message says how to install it.',
  ),
  TW_ENGINE_FAILED: row(4500, 500, true, 'The inference engine failed on a step.'),
  TW_AUDIO_FILE: row(4400, 400, false, 'An audio file cannot be read or decoded.'),
  TW_CORPUS: row(
    4400,
    400,
    false,
    'A corpus folder or manifest cannot be read, or holds no usable recording.',
  ),
  TW_TRAINING: row(4500, 500, false, 'Training cannot go on; the message says why.'),
  TW_ADAPTER_MISSING: row(
    4500,
    500,
    false,
    'An adapter needs a package that is not installed; the message says how to install it.',
  ),
  TW_ADAPTER_FAILED: row(4500, 502, true, 'An adapter could not deliver an event.'),
  TW_STORE_LOCKED: row(
    4500,
    503,
    true,
    'Another process holds the file of store.path: another gateway, or a transaction that takes too long.',
  ),
  TW_STORE_UNWRITABLE: row(
    4500,
    500,
    true,
    'The file of store.path cannot be opened or written: its folder is missing, it is read-only, or the disk is full.',
  ),
  TW_STORE_CORRUPT: row(
    4500,
    500,
    false,
    'The file of store.path is damaged, or is no SQLite file.',
  ),
  TW_STORE_NEWER: row(
    4500,
    500,
    false,
    'The file of store.path was written by a newer version of Tonewire.',
  ),
  TW_STORE_FAILED: row(4500, 500, true, 'The store failed; the message says why.'),
  TW_MICROPHONE: row(
    4400,
    400,
    false,
    'The client could not use the microphone; the message says why and what helps.',
  ),
  TW_SEND_BUFFER_FULL: row(
    4429,
    429,
    true,
    "The client's own buffer is full: more audio was sent than the gateway has confirmed.",
  ),
  TW_CONNECT_FAILED: row(4500, 502, true, 'The client could not connect; the message says why.'),
  TW_USAGE: row(4400, 400, false, 'The command line is wrong; the message says what it takes.'),
  TW_INTERNAL: row(4500, 500, true, 'Something unexpected failed inside Tonewire.'),
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** One line of the table. */
export interface ErrorRow {
  readonly closeCode: number;
  readonly httpStatus: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly meaning: string;
}

function row(closeCode: number, httpStatus: number, retryable: boolean, meaning: string): ErrorRow {
  return { closeCode, httpStatus, retryable, meaning };
}

/** The only error thrown by `src/`. `message` is safe to show: it never holds audio, digits, text or scores. */
export class TonewireError extends Error {
  override readonly name = 'TonewireError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string = ERRORS[code].meaning, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

/** Wraps whatever was caught, so that every failure that leaves a stage has a code. */
export function toTonewireError(cause: unknown, code: ErrorCode = 'TW_INTERNAL'): TonewireError {
  if (cause instanceof TonewireError) return cause;
  return new TonewireError(code, ERRORS[code].meaning, { cause });
}
