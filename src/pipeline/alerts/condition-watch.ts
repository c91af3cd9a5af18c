import type { EventData, Span } from '../../protocol/events.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { Signal } from '../../protocol/signals.ts';
import type { AlertCondition } from './alert-rule.ts';
import { BinnedSeries } from './binned-series.ts';

export type Update = Omit<EventData<'emotion.updated'>, 'callId' | 'leg'>;

type AlertReading = NonNullable<EventData<'alert.raised'>['conditions']>[number];

/** What a condition reads now, as alert.raised says it; whether that is enough. */
export type ConditionReading = AlertReading & { readonly met: boolean };

/** A trend is taken from so many means at most: 120 slopes. */
const TREND_BINS = 16;
/** What is usual for a speaker: the last two minutes of speech, in stretches … */
const BASELINE_BIN_MS = 5000;
const BASELINE_BINS = 24;
/** … of which this many must have been heard: 15 s. */
const MIN_BASELINE_BINS = 3;
/** Where semitones are counted from. */
const PITCH_ORIGIN_HZ = 55;

/** Follows one condition of a rule on one leg. Its memory is bounded. */
export class ConditionWatch {
  readonly condition: AlertCondition;
  readonly #series: BinnedSeries;
  #value: number | undefined;
  #spokeMs = 0;

  constructor(condition: AlertCondition) {
    this.condition = condition;
    this.#series =
      condition.measure === 'change'
        ? new BinnedSeries(condition.overMs / TREND_BINS, TREND_BINS)
        : new BinnedSeries(BASELINE_BIN_MS, BASELINE_BINS);
  }

  /** Takes an update in which the leg speaks. */
  hear(update: Update): void {
    const atMs = update.span.endMs;
    this.#spokeMs = atMs;
    const value = signalOf(this.condition.signal, update);
    if (value === undefined) this.#value = undefined;
    else if (value !== 'unknown') this.#value = this.#measured(value, atMs);
  }

  /** Takes a span in which it does not: only silence grows, everything else stays as it was last. */
  wait(span: Span): void {
    if (this.condition.signal === 'silenceMs') this.#value = span.endMs - this.#spokeMs;
  }

  get met(): boolean {
    const { above, below } = this.condition;
    const value = this.#value;
    if (value === undefined) return false;
    return above === undefined ? value <= below! : value >= above;
  }

  /** Undefined while there is nothing to go by. */
  get reading(): ConditionReading | undefined {
    const { signal, measure, above, below } = this.condition;
    if (this.#value === undefined) return undefined;
    const limit = above === undefined ? { below: below! } : { above };
    return { signal, measure, value: this.#value, ...limit, met: this.met };
  }

  #measured(value: number, atMs: number): number | undefined {
    const { measure, overMs } = this.condition;
    if (measure === 'value') return value;
    this.#series.add(atMs, value);
    if (measure === 'change') return this.#series.change(overMs, atMs);
    const usual = this.#series.medianBefore(MIN_BASELINE_BINS);
    return usual === undefined ? undefined : value - usual;
  }
}

/** Undefined: there is no such thing now. Unknown: the update does not say; it stays what it was. */
function signalOf(signal: Signal, update: Update): number | undefined | 'unknown' {
  switch (signal) {
    case 'silenceMs':
      return 0;
    case 'intensityDb':
    case 'speechRateHz':
      return update.prosody[signal];
    case 'pitchSemitones': {
      const { pitchHz } = update.prosody;
      return pitchHz === null ? 'unknown' : 12 * Math.log2(pitchHz / PITCH_ORIGIN_HZ);
    }
    default:
      // Nothing is claimed yet.
      if (update.label === 'listening') return undefined;
      return isEmotion(signal) ? update.probabilities[signal] : update[signal];
  }
}

/** Whether a signal is the probability of one of the eight. */
export function isEmotion(signal: Signal): signal is Emotion {
  return EMOTIONS.some((emotion) => emotion === signal);
}
