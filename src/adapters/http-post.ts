import type { Clock } from '../protocol/clock.ts';
import { DeliveryError, type Prospect } from './delivery-error.ts';

export interface HttpPost {
  /** Names the target in errors, such as `Webhook crm`. */
  readonly who: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole exchange, so that an answer byte by byte gains nothing. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

const SECOND_MS = 1000;
/** An answer is read this far to keep the connection for the next event, then dropped. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * About the event itself: the same bytes will get the same answer. Others that begin with 4 may
 * heal: a path that is deployed later, a secret that is put right, a limit that passes.
 */
const PERMANENT: ReadonlySet<number> = new Set([400, 405, 406, 411, 413, 414, 415, 417, 422, 431]);
const GONE = 410;

/** One request, done when it was answered with 2xx; throws a DeliveryError that says what else to expect. */
export async function post(request: HttpPost): Promise<void> {
  const response = await send(request);
  if (response.ok) return;
  throw new DeliveryError(`${request.who}: the receiver answered ${response.status}.`, {
    prospect: prospectOf(response.status),
    retryAfterMs: readRetryAfterMs(response.headers.get('retry-after'), request.clock),
  });
}

function prospectOf(status: number): Prospect {
  if (status === GONE) return 'gone';
  return PERMANENT.has(status) ? 'permanent' : 'passing';
}

/** Resolves once the answer was read or cut off. */
async function send({ who, timeoutMs, signal, url, headers, body }: HttpPost): Promise<Response> {
  const limit = new AbortController();
  const cut = () => limit.abort();
  const timer = setTimeout(cut, timeoutMs);
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    // A redirect could lead a signed event anywhere.
    const options = { method: 'POST', redirect: 'manual', signal: limit.signal } as const;
    const response = await fetch(url, { ...options, headers: { ...headers }, body });
    await discard(response);
    return response;
  } catch (cause) {
    throw new DeliveryError(`${who}: ${whyCut(signal, limit.signal, timeoutMs)}.`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
  }
}

function whyCut(leaving: AbortSignal, limit: AbortSignal, timeoutMs: number): string {
  if (leaving.aborted) return 'cut short by the shutdown';
  return limit.aborted ? `no answer within ${timeoutMs} ms` : 'no connection';
}

/** Reads a short answer to its end and cuts off a long one; nobody looks at either. */
async function discard(response: Response): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let bytes = 0;
  while (bytes <= MAX_ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.length;
  }
  await reader.cancel();
}

/** RFC 9110 §10.2.3: seconds, or a date. Anything else is 0. */
function readRetryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header.trim())
    ? Number(header) * SECOND_MS
    : Date.parse(header) - clock.nowMs();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
