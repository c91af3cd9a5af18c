import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../protocol/clock.ts';
import { DeliveryError, type Prospect } from './delivery-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, unless a header says otherwise. Absent: nothing is sent. */
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** What a target answered, whatever it was. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Absent when it was longer than anybody needs; then the rest was not read. */
  readonly text: string | undefined;
}

const SECOND_MS = 1000;
const MAX_ANSWER_BYTES = 65_536;
const UNAUTHORIZED = [401, 403];

/** Statuses below 500 after which the same request may succeed: keys put right, conflicts, limits, time. */
const PASSING = [...UNAUTHORIZED, 408, 409, 423, 424, 425, 429];

/** Connections are kept for the next request; node:http takes a quarter of the CPU time of fetch. */
const HTTP = { request: http.request, agent: new http.Agent({ keepAlive: true }) };
const HTTPS = { request: https.request, agent: new https.Agent({ keepAlive: true }) };

/**
 * Sends one request and reads its answer; rejects when there is none. Follows no redirect, which
 * could lead a credential anywhere.
 */
export function exchange(options: HttpRequest): Promise<HttpAnswer> {
  const { method, url, body, signal } = options;
  const { request, agent } = url.startsWith('https:') ? HTTPS : HTTP;
  const headers = {
    'user-agent': 'tonewire',
    'content-length': Buffer.byteLength(body ?? ''),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, agent, headers, signal }, (response) => {
      const { statusCode: status = 0 } = response;
      const done = (text: string | undefined) =>
        resolve({ status, headers: response.headers, text });
      readText(response, done, reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** Throws a DeliveryError that says what another attempt may bring, unless the answer is 2xx. */
export function requireSuccess(who: string, answer: HttpAnswer, clock: Clock): void {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return;
  throw failureOf(who, status, headers['retry-after'] ?? null, clock);
}

/** What it means that a target answered so. */
export function failureOf(
  who: string,
  status: number,
  retryAfter: string | null,
  clock: Clock,
): DeliveryError {
  const reason = UNAUTHORIZED.includes(status)
    ? `it did not accept the credentials (${status})`
    : `it answered ${status}`;
  return new DeliveryError(`${who}: ${reason}.`, {
    prospect: prospectOf(status),
    retryAfterMs: readRetryAfterMs(retryAfter, clock),
  });
}

/** Never `gone`: what is gone is one conversation, and others go on. */
function prospectOf(status: number): Prospect {
  return status >= 500 || PASSING.includes(status) ? 'passing' : 'permanent';
}

/** Reads a short answer to its end, which keeps the connection, and cuts off a long one. */
function readText(
  response: http.IncomingMessage,
  done: (text: string | undefined) => void,
  failed: (cause: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= MAX_ANSWER_BYTES) return;
    done(undefined);
    response.destroy();
  });
  response.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
  response.on('error', failed);
}

/** RFC 9110 §10.2.3: seconds, or a date. Anything else is 0. */
export function readRetryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim())
    ? Number(header) * SECOND_MS
    : Date.parse(header) - clock.nowMs();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
