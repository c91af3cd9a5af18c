import type { Emotion, Leg } from '../../protocol/labels.ts';
import type { Measure, Signal } from '../../protocol/signals.ts';

/** "This signal is at least, or at most, so much." */
export interface AlertCondition {
  readonly signal: Signal;
  readonly measure: Measure;
  /** In the signal's unit: reached or exceeded. One of the two is given. */
  readonly above?: number;
  /** Reached or fallen below. */
  readonly below?: number;
  /** What a change is measured over. */
  readonly overMs: number;
}

/** "This leg has sounded like this for so long." */
export interface AlertRule {
  readonly name: string;
  readonly leg: Leg;
  /** Short for the first condition: the emotion is at least as probable as `probability`. */
  readonly emotion?: Emotion;
  readonly probability: number;
  readonly conditions: readonly AlertCondition[];
  /** Whether all conditions must be met, or any one. */
  readonly match: 'all' | 'any';
  readonly forMs: number;
  /** Quiet time after an alert of this rule. */
  readonly cooldownMs: number;
  readonly text: string;
  readonly suggestion?: string;
  readonly action?: string;
}

/** Everything a rule watches. */
export function conditionsOf(
  rule: Pick<AlertRule, 'emotion' | 'probability' | 'conditions'>,
): readonly AlertCondition[] {
  const { emotion, probability, conditions } = rule;
  if (emotion === undefined) return conditions;
  return [{ signal: emotion, measure: 'value', above: probability, overMs: 0 }, ...conditions];
}
