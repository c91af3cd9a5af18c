import type { Clock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { RateLimit } from '../rate-limit.ts';

/** How fast each sender knocks: an address, or whoever showed a key. So many are remembered. */
export class SenderRates {
  readonly #perSecond: number;
  readonly #maxSenders: number;
  readonly #clock: Clock;
  /** In the order of their last knock. */
  readonly #rates = new Map<string, RateLimit>();

  constructor(
    limits: { readonly maxUpgradesPerSecond: number; readonly maxSenders: number },
    clock: Clock,
  ) {
    this.#perSecond = limits.maxUpgradesPerSecond;
    this.#maxSenders = limits.maxSenders;
    this.#clock = clock;
  }

  get senders(): number {
    return this.#rates.size;
  }

  /** Counts one knock. Throws TW_RATE_LIMITED for a sender that knocks too often. */
  knock(sender: string): void {
    const rate = this.#rates.get(sender) ?? new RateLimit(this.#perSecond, this.#clock);
    this.#rates.delete(sender);
    this.#rates.set(sender, rate);
    if (this.#rates.size > this.#maxSenders) this.#forgetQuietest();
    if (rate.spend()) return;
    throw new TonewireError('TW_RATE_LIMITED', 'Too many connections were asked for at once.');
  }

  #forgetQuietest(): void {
    const [quietest] = this.#rates.keys();
    if (quietest !== undefined) this.#rates.delete(quietest);
  }
}
