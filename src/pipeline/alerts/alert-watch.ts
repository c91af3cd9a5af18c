import type { EventData, Probabilities, Span } from '../../protocol/events.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { LegOutput } from '../analysis.ts';
import { fourDecimals } from '../decimals.ts';
import { type AlertRule, conditionsOf } from './alert-rule.ts';
import {
  type ConditionReading,
  ConditionWatch,
  isEmotion,
  type Update,
} from './condition-watch.ts';

export type Alert = Omit<EventData<'alert.raised'>, 'callId' | 'leg'>;

/**
 * Watches one leg's updates for one rule. Only speech counts: a pause neither adds to the time
 * held nor ends it, unless the rule watches silence itself. While the leg is still "listening" no
 * emotion is claimed, so none is met.
 */
export class AlertWatch {
  readonly rule: AlertRule;
  readonly #conditions: readonly ConditionWatch[];
  readonly #watchesSilence: boolean;
  #newest: Probabilities | undefined;
  #heldMs = 0;
  #quietUntilMs = 0;

  constructor(rule: AlertRule) {
    this.rule = rule;
    this.#conditions = conditionsOf(rule).map((condition) => new ConditionWatch(condition));
    this.#watchesSilence = this.#conditions.some(
      ({ condition }) => condition.signal === 'silenceMs',
    );
  }

  /** How long the rule has been fulfilled. */
  get heldMs(): number {
    return this.#heldMs;
  }

  /** What its conditions read now; undefined in the place of one that has nothing to go by. */
  get readings(): readonly (ConditionReading | undefined)[] {
    return this.#conditions.map(({ reading }) => reading);
  }

  /** Takes whatever the leg says next; an alert when that fulfils the rule. */
  hear(output: LegOutput): Alert | null {
    if (output.type === 'leg.quiet') return this.#wait(output.data.span);
    if (output.type !== 'emotion.updated') return null;
    return output.data.speaking ? this.#update(output.data) : this.#wait(output.data.span);
  }

  #update(update: Update): Alert | null {
    this.#newest = update.probabilities;
    for (const condition of this.#conditions) condition.hear(update);
    return this.#weigh(update.span);
  }

  #wait(span: Span): Alert | null {
    if (!this.#watchesSilence) return null;
    for (const condition of this.#conditions) condition.wait(span);
    return this.#weigh(span);
  }

  #weigh({ startMs, endMs }: Span): Alert | null {
    const { match, forMs, cooldownMs } = this.rule;
    const isMet = ({ met }: ConditionWatch) => met;
    const met = match === 'all' ? this.#conditions.every(isMet) : this.#conditions.some(isMet);
    this.#heldMs = met ? this.#heldMs + endMs - startMs : 0;
    if (!met || this.#heldMs < forMs || endMs < this.#quietUntilMs) return null;
    this.#quietUntilMs = endMs + cooldownMs;
    return this.#alert(endMs);
  }

  #alert(atMs: number): Alert {
    const { name, text, suggestion, action } = this.rule;
    const conditions = this.readings.flatMap((reading) => {
      if (reading === undefined) return [];
      const { met: _, value, ...rest } = reading;
      return [{ ...rest, value: fourDecimals(value) }];
    });
    return {
      atMs,
      rule: name,
      text,
      ...this.#emotion(),
      heldMs: this.#heldMs,
      ...(suggestion !== undefined && { suggestion }),
      ...(action !== undefined && { action }),
      conditions,
    };
  }

  /** The emotion that the rule is about, or else what the leg sounds like. */
  #emotion(): { emotion: Emotion; probability: number } {
    const watched = this.#conditions.map(({ condition }) => condition.signal).find(isEmotion);
    const newest = this.#newest;
    // Nobody has spoken yet: uniform, as a leg's readings are before the first.
    if (newest === undefined) {
      return { emotion: watched ?? 'neutral', probability: 1 / EMOTIONS.length };
    }
    const likeliest = EMOTIONS.reduce((best, emotion) =>
      newest[emotion] > newest[best] ? emotion : best,
    );
    const emotion = watched ?? likeliest;
    return { emotion, probability: newest[emotion] };
  }
}
