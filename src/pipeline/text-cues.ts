import type { EventData } from '../protocol/events.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import { VALENCES } from './affect.ts';
import { fourDecimals } from './decimals.ts';
import { namedProbabilities } from './named-probabilities.ts';

type Words = NonNullable<EventData<'emotion.updated'>['modalities']>['words'];

/** What the words of one line say; the line itself only where it is to be shown. */
export interface TextCue {
  readonly kind: Words['newest'];
  /** −1 unpleasant to 1 pleasant. */
  readonly valence: number;
  /** 0..1; 0 contributes nothing. */
  readonly confidence: number;
  /** Whether the next line leaves it standing. */
  readonly final: boolean;
  /** When it was said, on the leg's clock. Default: when it came. */
  readonly endMs?: number;
  readonly text?: string;
}

export interface TextCueOptions {
  /** Largest tilt: nats between two emotions whose valences are 1 apart. */
  readonly weight: number;
  /** Audio after which a line counts half. */
  readonly halfLifeMs: number;
  /** Lines that count at a time; the oldest is forgotten for a newer one. */
  readonly maxLines: number;
}

interface Line {
  readonly cue: TextCue;
  readonly cameMs: number;
  readonly saidMs: number;
  /** When the next line replaced it: for a partial one. */
  untilMs: number;
}

/** What the lines amount to at one position. */
interface Mood {
  readonly valence: number;
  /** 0..1 */
  readonly weight: number;
  readonly newest: Line;
}

/** After so many half-lives a line is forgotten: it would count less than half a percent. */
const FORGOTTEN_HALF_LIVES = 8;

/**
 * The words of one leg, and how they join its voice (late fusion): a logarithmic opinion pool
 * (Genest and Zidek, "Combining probability distributions", Statistical Science 1, 1986) of the
 * voice's probabilities with a distribution that words of valence v speak for, ∝ exp(k·v·valence).
 * That is `p(e) ∝ voice(e) · exp(tilt · valence(e))`, which moves the expected valence the way the
 * words point, and of all distributions with that valence is the nearest to the voice's.
 *
 * A line counts from the position at which it came, so that no reading depends on how busy the
 * model is; its weight fades from when it was said.
 */
export class TextCues {
  readonly #options: TextCueOptions;
  readonly #fused = new Float32Array(EMOTIONS.length);
  #lines: Line[] = [];

  constructor(options: TextCueOptions) {
    this.#options = options;
  }

  /** Takes a line that came when the leg's clock stood at `nowMs`. */
  add(cue: TextCue, nowMs: number): void {
    const last = this.#lines.at(-1);
    if (last?.cue.final === false) last.untilMs = Math.min(last.untilMs, nowMs);
    const saidMs = Math.min(cue.endMs ?? nowMs, nowMs);
    this.#lines.push({ cue, cameMs: nowMs, saidMs, untilMs: Number.POSITIVE_INFINITY });
    if (this.#lines.length > this.#options.maxLines) this.#lines.shift();
  }

  /** `voice[8]` itself where words move nothing; else voice and words together: a view, good until the next call. */
  fuse(voice: Float32Array, atMs: number): Float32Array {
    const tilt = this.#tilt(this.#mood(atMs));
    if (tilt === 0) return voice;
    let sum = 0;
    for (let i = 0; i < voice.length; i++) {
      this.#fused[i] = voice[i]! * Math.exp(tilt * VALENCES[i]!);
      sum += this.#fused[i]!;
    }
    for (let i = 0; i < voice.length; i++) this.#fused[i] = this.#fused[i]! / sum;
    return this.#fused;
  }

  /** What each of the two said for `emotion`, given what is shown; undefined while no line counts. */
  account(
    voice: Float32Array,
    shown: Float32Array,
    emotion: Emotion,
    atMs: number,
  ): EventData<'emotion.updated'>['modalities'] {
    const mood = this.#mood(atMs);
    if (mood === undefined) return undefined;
    const { cue, saidMs } = mood.newest;
    const byVoice = Array.from(voice, (p) => Math.log(Math.max(p, Number.MIN_VALUE)));
    const tilt = this.#tilt(mood);
    const byWords = VALENCES.map((valence) => tilt * valence);
    return {
      emotion,
      voice: { probabilities: namedProbabilities(voice), nats: overMean(byVoice, shown, emotion) },
      words: {
        newest: cue.kind,
        valence: fourDecimals(mood.valence),
        weight: fourDecimals(mood.weight),
        ageMs: atMs - saidMs,
        nats: overMean(byWords, shown, emotion),
        ...(cue.text !== undefined && { text: cue.text }),
      },
    };
  }

  #tilt(mood: Mood | undefined): number {
    return mood === undefined ? 0 : this.#options.weight * mood.valence * mood.weight;
  }

  #mood(atMs: number): Mood | undefined {
    const { halfLifeMs } = this.#options;
    this.#lines = this.#lines.filter(
      ({ saidMs, untilMs }) =>
        untilMs >= atMs && atMs - saidMs <= FORGOTTEN_HALF_LIVES * halfLifeMs,
    );
    const heard = this.#lines.filter(({ cameMs }) => cameMs < atMs);
    const newest = heard.at(-1);
    if (newest === undefined) return undefined;
    let weight = 0;
    let sum = 0;
    for (const { cue, saidMs } of heard) {
      const share = cue.confidence * 0.5 ** ((atMs - saidMs) / halfLifeMs);
      weight += share;
      sum += share * cue.valence;
    }
    return { valence: weight === 0 ? 0 : sum / weight, weight: Math.min(1, weight), newest };
  }
}

/** One emotion's value over the mean of all, weighted by their probabilities. */
function overMean(values: readonly number[], weights: Float32Array, emotion: Emotion): number {
  const mean = values.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  return fourDecimals(values[EMOTIONS.indexOf(emotion)]! - mean);
}
