import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { signWebhook } from './webhook-signature.ts';

export type WebhookConfig = Config['adapters']['webhooks'][number];

/** Waits `delayMs`, or rejects as soon as `signal` fires. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<unknown>;

/** What a test replaces. */
export interface WebhookTiming {
  readonly wait: Wait;
  /** 0 to 1, for the jitter. */
  random(): number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pause before the second, third … attempt: the schedule of Standard Webhooks. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A receiver may ask for more patience than the schedule has, but not for ever. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;
/** Up to 20 % later, so that many senders do not come back at the same moment. */
const JITTER_SHARE = 0.2;
/** An answer is read this far to keep the connection for the next event, then dropped. */
const MAX_ANSWER_BYTES = 65_536;

const realTiming: WebhookTiming = {
  wait: (delayMs, signal) => sleep(delayMs, undefined, { signal, ref: false }),
  random: Math.random,
};

/** Posts events to one HTTP endpoint, signed as Standard Webhooks lay down, and retries. */
export function createWebhookAdapter(config: WebhookConfig, timing = realTiming): Adapter {
  let context: AdapterContext | undefined;
  return {
    name: `webhook:${config.name}`,
    filter: config.filter,
    queue: { maxEvents: config.maxQueue, maxInFlight: config.maxInFlight },
    start(lent) {
      context = lent;
    },
    async event(event, signal) {
      if (!context) throw new TonewireError('TW_INTERNAL', 'The webhook was not started.');
      await deliver(event, { config, timing, context, signal });
    },
  };
}

interface Delivery {
  readonly config: WebhookConfig;
  readonly timing: WebhookTiming;
  readonly context: AdapterContext;
  readonly signal: AbortSignal;
}

/** Why an attempt failed, and what the receiver said about trying again. */
class AttemptFailure extends TonewireError {
  readonly final: boolean;
  readonly retryAfterMs: number;

  constructor(reason: string, final: boolean, retryAfterMs: number, options?: ErrorOptions) {
    super('TW_ADAPTER_FAILED', reason, options);
    this.final = final;
    this.retryAfterMs = retryAfterMs;
  }
}

async function deliver(event: AnyEvent, delivery: Delivery): Promise<void> {
  const { config, timing, signal } = delivery;
  const payload = JSON.stringify(event);
  try {
    await pRetry(() => attempt(event.id, payload, delivery), {
      retries: config.maxAttempts - 1,
      minTimeout: 0,
      signal,
      // p-retry knows exponential pauses only, so the schedule's are waited out here.
      shouldRetry: async ({ error, attemptNumber }) => {
        if (!(error instanceof AttemptFailure) || error.final) return false;
        await timing.wait(pauseMs(attemptNumber, error.retryAfterMs, timing.random()), signal);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof TonewireError) throw cause;
    throw new TonewireError('TW_ADAPTER_FAILED', 'The delivery was cut short by the shutdown.');
  }
}

/** The pause after the given attempt, counted from 1. */
function pauseMs(attemptNumber: number, retryAfterMs: number, random: number): number {
  const scheduledMs = RETRY_DELAYS_MS[attemptNumber - 1] ?? MAX_RETRY_AFTER_MS;
  return Math.max(scheduledMs, retryAfterMs) * (1 + JITTER_SHARE * random);
}

async function attempt(eventId: string, payload: string, delivery: Delivery): Promise<void> {
  const { config, context, signal } = delivery;
  const response = await post(eventId, payload, delivery);
  if (response.ok) return;
  if (response.status === 410) {
    context.disable('the receiver answered 410 Gone');
    throw new AttemptFailure('The receiver answered 410 Gone.', true, 0);
  }
  signal.throwIfAborted();
  const retryAfterMs = readRetryAfterMs(response.headers.get('retry-after'), context.clock);
  const reason = `Webhook ${config.name}: the receiver answered ${response.status}.`;
  throw new AttemptFailure(reason, false, retryAfterMs);
}

/** One request; resolves once the answer was read or cut off. */
async function post(eventId: string, payload: string, delivery: Delivery): Promise<Response> {
  const { config, context, signal } = delivery;
  // A header takes plain characters only; an id that is already plain stays as it is.
  const id = encodeURIComponent(eventId);
  const timestampS = Math.floor(context.clock.nowMs() / SECOND_MS);
  const limit = new AbortController();
  const cut = () => limit.abort();
  const timer = setTimeout(cut, config.timeoutMs);
  signal.addEventListener('abort', cut, { once: true });
  try {
    const response = await fetch(config.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json',
        'user-agent': 'tonewire',
        ...signWebhook(id, timestampS, payload, [config.secret, ...config.previousSecrets]),
      },
      body: payload,
      // A redirect could lead a signed event anywhere.
      redirect: 'manual',
      signal: limit.signal,
    });
    await discard(response);
    return response;
  } catch (cause) {
    signal.throwIfAborted();
    const what = limit.signal.aborted ? `no answer within ${config.timeoutMs} ms` : 'no connection';
    throw new AttemptFailure(`Webhook ${config.name}: ${what}.`, false, 0, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cut);
  }
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
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0;
}
