import { type AlertRule, conditionsOf } from '../pipeline/alerts/alert-rule.ts';
import { type Alert, AlertWatch } from '../pipeline/alerts/alert-watch.ts';
import type { ConditionReading } from '../pipeline/alerts/condition-watch.ts';
import type { LegOutput } from '../pipeline/analysis.ts';
import { fourDecimals } from '../pipeline/decimals.ts';
import type { Leg } from '../protocol/labels.ts';

/** What a condition read at its closest. */
export interface ConditionTrial
  extends Pick<ConditionReading, 'signal' | 'measure' | 'above' | 'below'> {
  /** Null when it never had anything to go by. */
  readonly closest: { readonly value: number; readonly atMs: number } | null;
}

/** What became of one rule on one recording. */
export interface RuleOutcome {
  readonly rule: string;
  readonly leg: Leg;
  /** Whether the recording has that leg at all. */
  readonly heard: boolean;
  readonly fired: readonly Alert[];
  /** The longest time that the rule was fulfilled, of the time that it asks for. */
  readonly longest: { readonly heldMs: number; readonly forMs: number; readonly atMs: number };
  readonly conditions: readonly ConditionTrial[];
}

/** A rule on trial: what it would have raised, and how close it came. */
export class RuleTrial {
  readonly #rule: AlertRule;
  readonly #watch: AlertWatch;
  readonly #fired: Alert[] = [];
  readonly #conditions: ConditionTrial[];
  #heard = false;
  #longest: { heldMs: number; atMs: number } = { heldMs: 0, atMs: 0 };

  constructor(rule: AlertRule) {
    this.#rule = rule;
    this.#watch = new AlertWatch(rule);
    this.#conditions = conditionsOf(rule).map(({ signal, measure, above, below }) => ({
      signal,
      measure,
      ...(above === undefined ? { below: below! } : { above }),
      closest: null,
    }));
  }

  get leg(): Leg {
    return this.#rule.leg;
  }

  /** Takes whatever the rule's leg says next. */
  hear(output: LegOutput): void {
    this.#heard = true;
    const alert = this.#watch.hear(output);
    if (alert !== null) this.#fired.push(alert);
    if (output.type !== 'emotion.updated' && output.type !== 'leg.quiet') return;
    const atMs = output.data.span.endMs;
    const { heldMs, readings } = this.#watch;
    if (heldMs > this.#longest.heldMs) this.#longest = { heldMs, atMs };
    for (const [i, reading] of readings.entries()) {
      const before = this.#conditions[i]!;
      if (reading === undefined || !isCloser(reading, before)) continue;
      this.#conditions[i] = { ...before, closest: { value: fourDecimals(reading.value), atMs } };
    }
  }

  get outcome(): RuleOutcome {
    const { name, leg, forMs } = this.#rule;
    return {
      rule: name,
      leg,
      heard: this.#heard,
      fired: this.#fired,
      longest: { ...this.#longest, forMs },
      conditions: this.#conditions,
    };
  }
}

function isCloser({ value }: ConditionReading, { closest, above }: ConditionTrial): boolean {
  if (closest === null) return true;
  return above === undefined ? value < closest.value : value > closest.value;
}
