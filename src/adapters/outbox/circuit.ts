import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { DeliveryError } from '../delivery-error.ts';

/** A target that failed so often in a row is left alone. */
const FAILURES_TO_OPEN = 5;

export interface CircuitListener {
  opened(): void;
  closed(): void;
  /** Left alone for long enough: one attempt may find out whether it works again. */
  mayProbe(): void;
}

/**
 * Keeps a target that does not work from costing more than one attempt at a time. Only what may
 * pass counts as a failure: a target that refuses one event for good works.
 */
export class Circuit {
  readonly #breaker: CircuitBreakerPolicy;
  readonly #coolingMs: number;
  readonly #listener: CircuitListener;
  #running = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param coolingMs how long the target is left alone before one attempt is made */
  constructor(coolingMs: number, listener: CircuitListener) {
    this.#coolingMs = coolingMs;
    this.#listener = listener;
    this.#breaker = circuitBreaker(handleWhen(isPassing), {
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
      halfOpenAfter: coolingMs,
    });
    this.#breaker.onBreak(() => this.#cool());
    this.#breaker.onReset(() => listener.closed());
  }

  get open(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }

  /** How many more attempts may begin now. */
  get permits(): number {
    if (!this.open) return Number.POSITIVE_INFINITY;
    return this.#timer === undefined && this.#running === 0 ? 1 : 0;
  }

  async run(attempt: () => Promise<void>): Promise<void> {
    this.#running += 1;
    try {
      await this.#breaker.execute(attempt);
    } finally {
      this.#running -= 1;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #cool(): void {
    this.#listener.opened();
    // A moment longer than the breaker, which refuses whoever comes too early by its own clock.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#listener.mayProbe();
    }, this.#coolingMs + 5);
    this.#timer.unref();
  }
}

function isPassing(cause: unknown): boolean {
  return !(cause instanceof DeliveryError) || cause.prospect === 'passing';
}
