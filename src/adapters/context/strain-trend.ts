import type { Trend } from '../../protocol/bot-context.ts';

/** Speech after which an older reading counts half: "the last seconds" and "a quarter of a minute". */
const NEW_HALF_LIFE_MS = 1500;
const OLD_HALF_LIFE_MS = 6000;

/** From this difference on there is a trend; it ends at half of it, so that it does not flicker. */
const ENTER = 0.08;
const LEAVE = ENTER / 2;

/** Unpleasant and aroused at once, 0 to 1; a pleasant voice has none, however lively it is. */
export function strainOf(valence: number, arousal: number): number {
  return (Math.max(0, -valence) * (1 + arousal)) / 2;
}

/** Whether the strain in one voice is on its way up or down. Only speech moves it. */
export class StrainTrend {
  #recent: number | undefined;
  #longer = 0;
  #trend: Trend = 'steady';

  get trend(): Trend {
    return this.#trend;
  }

  /** Takes the strain that was read over the last `speechMs` of speech. */
  read(strain: number, speechMs: number): void {
    if (this.#recent === undefined) {
      this.#recent = strain;
      this.#longer = strain;
      return;
    }
    this.#recent += (strain - this.#recent) * (1 - 0.5 ** (speechMs / NEW_HALF_LIFE_MS));
    this.#longer += (strain - this.#longer) * (1 - 0.5 ** (speechMs / OLD_HALF_LIFE_MS));
    this.#trend = this.#after(this.#recent - this.#longer);
  }

  #after(difference: number): Trend {
    const needed = (trend: Trend) => (this.#trend === trend ? LEAVE : ENTER);
    if (difference >= needed('rising')) return 'rising';
    if (-difference >= needed('easing')) return 'easing';
    return 'steady';
  }
}
