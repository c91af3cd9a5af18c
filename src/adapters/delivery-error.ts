import { TonewireError } from '../protocol/errors.ts';

/**
 * What a failed attempt says about the next one: `passing` may succeed later, `permanent` never
 * will for this event, and `gone` will for no event: the adapter is switched off.
 */
export type Prospect = 'passing' | 'permanent' | 'gone';

export interface DeliveryErrorOptions extends ErrorOptions {
  /** Default: `passing`. */
  readonly prospect?: Prospect;
  /** How long the target asked to be left alone, in milliseconds. Default: 0. */
  readonly retryAfterMs?: number;
}

/**
 * What an adapter throws when an attempt failed and it knows more than that. Whatever else it
 * throws counts as passing. The message must hold nothing of the event.
 */
export class DeliveryError extends TonewireError {
  readonly prospect: Prospect;
  readonly retryAfterMs: number;

  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super('TW_ADAPTER_FAILED', message, options);
    this.prospect = options.prospect ?? 'passing';
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}
