import type { Clock } from '../protocol/clock.ts';
import { DeliveryError, type Prospect } from './delivery-error.ts';

export interface HttpRequest {
  readonly method: 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, unless a header says otherwise. Absent: nothing is sent. */
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** What a target answered, whatever it was. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Absent when it was longer than anybody needs; then the rest was not read. */
  readonly text: string | undefined;
}

const SECOND_MS = 1000;
const MAX_ANSWER_BYTES = 65_536;
const UNAUTHORIZED = [401, 403];

/** Statuses below 500 after which the same request may succeed: keys put right, conflicts, limits, time. */
const PASSING = [...UNAUTHORIZED, 408, 409, 423, 424, 425, 429];

/** Sends one request and reads its answer. Rejects as `fetch` does when there is none. */
export async function exchange({
  method,
  url,
  headers,
  body,
  signal,
}: HttpRequest): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      'user-agent': 'tonewire',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    // A redirect could lead a credential anywhere.
    redirect: 'manual',
    signal,
  });
  return { status: response.status, headers: response.headers, text: await readText(response) };
}

/** Throws a DeliveryError that says what another attempt may bring, unless the answer is 2xx. */
export function requireSuccess(who: string, answer: HttpAnswer, clock: Clock): void {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return;
  throw failureOf(who, status, headers.get('retry-after'), clock);
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
async function readText(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= MAX_ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    chunks.push(value);
    bytes += value.length;
  }
  await reader.cancel();
  return undefined;
}

/** RFC 9110 §10.2.3: seconds, or a date. Anything else is 0. */
export function readRetryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim())
    ? Number(header) * SECOND_MS
    : Date.parse(header) - clock.nowMs();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
