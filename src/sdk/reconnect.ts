import { type TonewireError, toTonewireError } from '../protocol/errors.ts';

/** How long to wait between attempts to come back. */
export interface ReconnectOptions {
  /** Before the first attempt, about. Default: 250. */
  readonly firstDelayMs?: number;
  /** Delays double up to this. Default: 5000. */
  readonly maxDelayMs?: number;
  /** After so many attempts in a row the stream fails. Default: as many as fit the gateway's window. */
  readonly maxAttempts?: number;
}

/** A wait before an attempt, and why the one before failed. */
export interface Reconnecting {
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: TonewireError;
}

interface ComeBack extends ReconnectOptions {
  /** For how long the gateway keeps the call. */
  readonly windowMs: number;
  readonly signal: AbortSignal;
  attempt(): Promise<void>;
  onWait(wait: Reconnecting): void;
}

/** Tries until it is back, in the window, the signal permitting; returns why not where it is not. */
export async function untilBack(
  lost: TonewireError,
  { windowMs, signal, attempt, onWait, ...options }: ComeBack,
): Promise<TonewireError | undefined> {
  const { maxAttempts = Number.POSITIVE_INFINITY } = options;
  const closed = AbortSignal.timeout(windowMs);
  let reason = lost;
  for (let count = 1; count <= maxAttempts && !closed.aborted; count += 1) {
    const delayMs = backoffMs(count, options, Math.random);
    onWait({ attempt: count, delayMs, reason });
    await pause(delayMs, signal);
    if (signal.aborted) return undefined;
    try {
      await attempt();
      return undefined;
    } catch (cause) {
      reason = toTonewireError(cause, 'TW_CONNECT_FAILED');
      if (!reason.row.retryable) break;
    }
  }
  return reason;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5000;

/** Doubles with each attempt, and spreads over the upper half, so that not everybody comes back at once. */
export function backoffMs(
  attempt: number,
  { firstDelayMs = FIRST_DELAY_MS, maxDelayMs = MAX_DELAY_MS }: ReconnectOptions,
  random: () => number,
): number {
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return (full / 2) * (1 + random());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
