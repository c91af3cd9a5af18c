import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../log/logger.ts';
import type { Clock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { LoadSample } from './load-signals.ts';

export interface AdmissionGateOptions {
  readonly limits: Config['overload'];
  /** What was measured since the last look. */
  readonly take: () => LoadSample;
  /** Calls that run. */
  readonly calls: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const NOTHING: LoadSample = {
  eventLoopDelayMs: 0,
  eventLoopBusyShare: 0,
  backlogMs: 0,
  engineBusyShare: 0,
};

/**
 * Closes to new calls while the gateway is behind: once a signal has been over its limit for a while,
 * and until all have been well below for as long. Whoever owns it lets it look at regular times.
 */
export class AdmissionGate {
  readonly #options: AdmissionGateOptions;
  #behind = false;
  #overSinceMs: number | undefined;
  #belowSinceMs: number | undefined;
  #last = NOTHING;

  constructor(options: AdmissionGateOptions) {
    this.#options = options;
  }

  /** Whether new calls are refused. */
  get closed(): boolean {
    const { limits, calls } = this.#options;
    return limits.enabled && this.#behind && calls() >= limits.minCalls;
  }

  /** What was measured last. */
  get last(): LoadSample {
    return this.#last;
  }

  /** Throws TW_OVERLOADED while it is closed. */
  requireOpen(): void {
    if (this.closed) throw new TonewireError('TW_OVERLOADED');
  }

  look(): void {
    const { limits, take, clock } = this.#options;
    this.#last = take();
    const nowMs = clock.monotonicMs();
    const worst = Math.max(
      this.#last.eventLoopDelayMs / limits.eventLoopDelayMs,
      this.#last.eventLoopBusyShare / limits.eventLoopBusyShare,
      this.#last.backlogMs / limits.backlogMs,
      this.#last.engineBusyShare / limits.engineBusyShare,
    );
    this.#overSinceMs = worst >= 1 ? (this.#overSinceMs ?? nowMs) : undefined;
    this.#belowSinceMs = worst < limits.reopenShare ? (this.#belowSinceMs ?? nowMs) : undefined;
    if (!this.#behind && lasted(this.#overSinceMs, nowMs, limits.sustainMs)) this.#turn(true);
    if (this.#behind && lasted(this.#belowSinceMs, nowMs, limits.sustainMs)) this.#turn(false);
  }

  #turn(behind: boolean): void {
    this.#behind = behind;
    const { logger, calls } = this.#options;
    const fields = { ...this.#last, calls: calls() };
    if (behind) logger.warn('the gateway is behind: new calls are refused', fields);
    else logger.info('the gateway has caught up: new calls are taken', fields);
  }
}

function lasted(sinceMs: number | undefined, nowMs: number, ms: number): boolean {
  return sinceMs !== undefined && nowMs - sinceMs >= ms;
}
