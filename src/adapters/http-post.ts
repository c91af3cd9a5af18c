import type { Clock } from '../protocol/clock.ts';
import { DeliveryError, type Prospect } from './delivery-error.ts';
import { exchange, readRetryAfterMs } from './http-exchange.ts';
import { withinLimit } from './time-limit.ts';

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

/**
 * About the event itself: the same bytes will get the same answer. Others that begin with 4 may
 * heal: a path that is deployed later, a secret that is put right, a limit that passes.
 */
const PERMANENT: ReadonlySet<number> = new Set([400, 405, 406, 411, 413, 414, 415, 417, 422, 431]);
const GONE = 410;

/** One request, done when it was answered with 2xx; throws a DeliveryError that says what else to expect. */
export function post(request: HttpPost): Promise<void> {
  const { who, url, headers, body, timeoutMs, signal, clock } = request;
  return withinLimit(who, timeoutMs, signal, async (limit) => {
    const answer = await exchange({ method: 'POST', url, headers, body, signal: limit });
    const { status } = answer;
    if (status >= 200 && status < 300) return;
    throw new DeliveryError(`${who}: the receiver answered ${status}.`, {
      prospect: prospectOf(status),
      retryAfterMs: readRetryAfterMs(answer.headers['retry-after'] ?? null, clock),
    });
  });
}

function prospectOf(status: number): Prospect {
  if (status === GONE) return 'gone';
  return PERMANENT.has(status) ? 'permanent' : 'passing';
}
