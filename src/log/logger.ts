import { type Logger as PinoLogger, pino } from 'pino';
import type { Clock } from '../protocol/clock.ts';
import { toTonewireError } from '../protocol/errors.ts';
import type { LogLevel } from './log-level.ts';

/** Flat on purpose: nobody can log a whole message or event by handing it over. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Messages are static text; whatever varies is a field. No field holds audio, digits, words,
 * scores or credentials: that is the caller's duty, and redaction by name the second line.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line; one a call. */
  child(fields: LogFields): Logger;
}

/** Where lines go: anything with `write`, such as `process.stderr`. */
export interface LogOutput {
  write(line: string): unknown;
}

/** Field names whose values never reach the output, whoever put them there. */
export const REDACTED_FIELDS: readonly string[] = [
  ...['audio', 'payload', 'body', 'data', 'digit', 'digits', 'dtmf', 'text', 'transcript'],
  ...['label', 'emotion', 'probability', 'probabilities', 'confidence', 'arousal', 'valence'],
  ...['prosody', 'attention', 'contributions', 'metadata', 'from', 'to', 'phone', 'email'],
  ...['key', 'apiKey', 'authorization', 'cookie', 'password', 'secret', 'signature'],
  ...['token', 'authToken', 'streamToken'],
];

/** JSON lines, one a message: `{"level":"info","time":…,"message":…,…fields}`. */
export function createLogger(level: LogLevel, output: LogOutput, clock: Clock): Logger {
  return adapt(
    pino(
      {
        level,
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
        formatters: { level: (name) => ({ level: name }) },
        redact: { paths: [...REDACTED_FIELDS], censor: '[redacted]' },
      },
      { write: (line) => void output.write(line) },
    ),
  );
}

/** Says nothing; for tests and for libraries that must be quiet. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/**
 * What may be logged of a failure: its code, its own message when it has a code, and where it
 * came from. A foreign error's message is left out, because parsers quote their input in it.
 */
export function errorFields(cause: unknown): LogFields {
  const error = toTonewireError(cause);
  const root = error.cause instanceof Error ? error.cause : error;
  const frames = (root.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    code: error.code,
    reason: error.message,
    cause: root === error ? undefined : root.name,
    at: frames
      .slice(0, 4)
      .map((line) => line.trim())
      .join(' '),
  };
}

function adapt(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    child: (fields) => adapt(log.child(fields)),
  };
}
