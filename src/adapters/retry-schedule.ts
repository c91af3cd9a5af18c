import { DeliveryError } from './delivery-error.ts';

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

/** Attempts that the schedule has room for. */
export const MAX_ATTEMPTS = RETRY_DELAYS_MS.length + 1;

/** A target may ask for more patience than the schedule has, but not for ever. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Up to 20 % later, so that many senders do not come back at the same moment. */
const JITTER_SHARE = 0.2;

/**
 * How long to wait after a failed attempt, or undefined when there is to be no other: the one
 * policy for every adapter, live and durable.
 * @param attempts made so far
 * @param random 0 to 1, for the jitter
 */
export function pauseMs(
  cause: unknown,
  attempts: number,
  maxAttempts: number,
  random: number,
): number | undefined {
  const { prospect, retryAfterMs } =
    cause instanceof DeliveryError ? cause : { prospect: 'passing', retryAfterMs: 0 };
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (prospect !== 'passing' || attempts >= maxAttempts || delayMs === undefined) return undefined;
  const askedMs = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  return Math.max(delayMs, askedMs) * (1 + JITTER_SHARE * random);
}
