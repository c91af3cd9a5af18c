import type { EventData, Prosody, Span } from '../protocol/events.ts';
import { EMOTIONS, type Emotion, type Label } from '../protocol/labels.ts';
import { expectedAffect } from './affect.ts';
import type { LegOutput, LegTotals } from './analysis.ts';
import { argmax, calibrate } from './calibration.ts';
import { fourDecimals } from './decimals.ts';
import { namedProbabilities } from './named-probabilities.ts';
import { initialState } from './network/shape.ts';
import { type AccountedNetwork, ReadingAccount } from './reading-account.ts';
import { Smoother, type SmootherOptions } from './smoother.ts';
import { type TextCue, type TextCueOptions, TextCues } from './text-cues.ts';

/** What a leg needs to know of its model. */
export interface ReadingModel extends AccountedNetwork {
  readonly id: string;
  /** Places of the emotions that may be told (calibration.ts), two at least. */
  readonly open: readonly number[];
}

type Account = Pick<EventData<'emotion.updated'>, 'attention' | 'contributions'>;

/**
 * A leg's side of the model: the state it carries from step to step, and what its readings amount
 * to: calibrated, smoothed, summed up. Positions in, outputs out; no audio comes here.
 */
export class LegReadings {
  readonly #model: ReadingModel;
  readonly #smootherOptions: SmootherOptions;
  readonly #probabilities = new Float32Array(EMOTIONS.length);
  readonly #sums = new Float64Array(EMOTIONS.length);
  readonly #segmentSums = new Float64Array(EMOTIONS.length);
  readonly #labelFrames = new Map<Label, number>();
  readonly #account: ReadingAccount;
  /** Of the newest reading, once it was asked for. */
  #accounted: Account | undefined;
  #smoother: Smoother;
  /** Made by the first line of a transcript: most legs have none. */
  #textCues: TextCues | undefined;
  #label: Label = 'listening';
  #speechMs = 0;
  #sinceResetMs = 0;
  #frames = 0;
  #segmentFrames = 0;
  #updates = 0;
  /** `[stateSize]`: what the network remembers of this leg; the scheduler reads and overwrites it. */
  readonly state: Float32Array;

  constructor(model: ReadingModel, smootherOptions: SmootherOptions) {
    this.#model = model;
    this.#smootherOptions = smootherOptions;
    this.#smoother = new Smoother(smootherOptions, model.open.length);
    this.#knowNothing();
    this.state = initialState(model.shape);
    this.#account = new ReadingAccount(model, this.state);
  }

  /** `[8]`, the newest calibrated reading of the voice; uniform over what may be told before the first. A view. */
  get latest(): Float32Array {
    return this.#probabilities;
  }

  /** Speech that the readings so far rest on. */
  get speechMs(): number {
    return this.#speechMs;
  }

  /** Takes the model's answer to the `frameCount` frames of speech in `span`; `state` is already the one after it. */
  read(span: Span, logits: Float32Array, frameCount: number): readonly LegOutput[] {
    calibrate(logits, this.#model.temperature, this.#probabilities, this.#model.open);
    this.#accounted = undefined;
    this.#account.add(span, frameCount);
    this.#speechMs += span.endMs - span.startMs;
    this.#sinceResetMs += span.endMs - span.startMs;
    const shown = this.#withWords(span.endMs);
    this.#smoother.read(shown, this.#sinceResetMs, span.endMs);
    this.#frames += frameCount;
    this.#segmentFrames += frameCount;
    for (let i = 0; i < EMOTIONS.length; i++) {
      this.#sums[i] = this.#sums[i]! + frameCount * shown[i]!;
      this.#segmentSums[i] = this.#segmentSums[i]! + frameCount * shown[i]!;
    }
    const changed = this.#show(span.endMs);
    const before = this.#labelFrames.get(this.#label) ?? 0;
    this.#labelFrames.set(this.#label, before + frameCount);
    return changed;
  }

  /** The rolling update for `span`; in lasting silence there is nothing to say but that. */
  update(span: Span, speaking: boolean, prosody: Prosody): readonly LegOutput[] {
    const before = this.#label;
    const changed = this.#show(span.endMs);
    if (!speaking && before === 'listening' && this.#label === 'listening') {
      return [{ type: 'leg.quiet', data: { span } }];
    }
    this.#updates += 1;
    const shown = this.#withWords(span.endMs);
    const emotion = this.#explained(shown);
    const modalities = this.#textCues?.account(this.#probabilities, shown, emotion, span.endMs);
    const data = {
      span,
      speaking,
      speechMs: this.#speechMs,
      ...this.#reading(span.endMs, shown),
      prosody,
      ...this.#accountFor(emotion, shown),
      ...(modalities !== undefined && { modalities }),
      model: this.#model.id,
    };
    return [...changed, { type: 'emotion.updated', data }];
  }

  /** The summary of one stretch of speech: the mean of its readings, each by the frames that it came with. */
  segmentEnded(span: Span, prosody: Prosody): readonly LegOutput[] {
    if (this.#segmentFrames === 0) return [];
    const mean = Float32Array.from(this.#segmentSums, (sum) => sum / this.#segmentFrames);
    this.#segmentSums.fill(0);
    this.#segmentFrames = 0;
    const reading = this.#reading(span.endMs, mean);
    return [{ type: 'segment.ended', data: { span, ...reading, prosody, model: this.#model.id } }];
  }

  /** Takes what the words of a line say that came when the leg's clock stood at `nowMs`. */
  hearWords(cue: TextCue, options: TextCueOptions, nowMs: number): void {
    this.#textCues ??= new TextCues(options);
    this.#textCues.add(cue, nowMs);
  }

  /** Forgets what was heard, as at a change of speaker; totals go on. */
  reset(): void {
    this.state.set(initialState(this.#model.shape));
    this.#knowNothing();
    this.#smoother = new Smoother(this.#smootherOptions, this.#model.open.length);
    this.#account.reset();
    this.#accounted = undefined;
    this.#textCues = undefined;
    this.#label = 'listening';
    this.#sinceResetMs = 0;
  }

  totals(): Omit<LegTotals, 'audioMs' | 'gapMs'> {
    const means = this.#sums.map((sum) => sum / Math.max(1, this.#frames));
    return {
      speechMs: this.#speechMs,
      updates: this.#updates,
      dominant: this.#dominant(),
      meanProbabilities: this.#frames === 0 ? null : namedProbabilities(means),
    };
  }

  /** All that may be told is as likely. */
  #knowNothing(): void {
    for (const i of this.#model.open) this.#probabilities[i] = 1 / this.#model.open.length;
  }

  /** `[8]`, what is shown: the voice's newest reading, joined by words where a transcript came. */
  #withWords(atMs: number): Float32Array {
    return this.#textCues?.fuse(this.#probabilities, atMs) ?? this.#probabilities;
  }

  #show(atMs: number): LegOutput[] {
    const { label, confidence } = this.#shown(atMs);
    const from = this.#label;
    this.#label = label;
    if (label === from) return [];
    const data = { atMs, from, to: label, confidence, model: this.#model.id };
    return [{ type: 'emotion.changed', data }];
  }

  #shown(atMs: number): { label: Label; confidence: number } {
    const { label, confidence } = this.#smoother.shown(atMs);
    return { label, confidence: fourDecimals(confidence) };
  }

  #reading(atMs: number, probabilities: Float32Array) {
    return {
      ...this.#shown(atMs),
      probabilities: namedProbabilities(probabilities),
      ...expectedAffect(probabilities),
    };
  }

  /** The emotion that is shown, or, where none is, the most probable one. */
  #explained(shown: Float32Array): Emotion {
    const label = this.#label;
    if (label !== 'listening' && label !== 'uncertain') return label;
    return EMOTIONS[argmax(shown)]!;
  }

  /**
   * What the reading rests on. In silence there is no new reading, and nothing to account for anew,
   * unless words change what is shown.
   */
  #accountFor(emotion: Emotion, shown: Float32Array): Account {
    const voiceAlone = shown === this.#probabilities;
    if (voiceAlone && this.#accounted?.contributions.emotion === emotion) return this.#accounted;
    const stretches = this.#account
      .contributions(shown, EMOTIONS.indexOf(emotion))
      .map(({ startMs, endMs, nats }) => ({ startMs, endMs, nats: fourDecimals(nats) }));
    const account = {
      attention: this.#account.attention(),
      contributions: { emotion, stretches },
    };
    this.#accounted = voiceAlone ? account : undefined;
    return account;
  }

  /** The emotion shown longest; if none was, whether anything could be said at all. */
  #dominant(): Label {
    const longest = [...this.#labelFrames]
      .filter(([label]) => label !== 'listening' && label !== 'uncertain')
      .sort(([, a], [, b]) => b - a)
      .at(0);
    return longest?.[0] ?? (this.#labelFrames.has('uncertain') ? 'uncertain' : 'listening');
  }
}
