import type { AlertRule } from '../pipeline/alerts/alert-rule.ts';
import { AlertWatch } from '../pipeline/alerts/alert-watch.ts';
import type {
  Analyser,
  AudioFormat,
  GapCause,
  LegAnalysis,
  LegEvent,
  LegTotals,
} from '../pipeline/analysis.ts';
import type { TextCue, TextCueOptions } from '../pipeline/text-cues.ts';
import type { EventData } from '../protocol/events.ts';
import type { Leg } from '../protocol/labels.ts';
import type { LegDecision } from './leg-policy.ts';
import type { AudioMessage } from './sources/source.ts';

/** A leg's line in `call.started`. */
export type LegNotice = EventData<'call.started'>['legs'][number];
/** A leg's line in `call.ended`. */
export type LegSummary = EventData<'call.ended'>['legs'][number];

/** One leg of a call: keeps its clock, and hands its audio to the analysis if there is one. */
export class SessionLeg {
  readonly leg: Leg;
  readonly #format: AudioFormat;
  readonly #decision: LegDecision;
  readonly #emit: (output: LegEvent) => void;
  #analysis: LegAnalysis | undefined;
  #heardBytes = 0;
  #gapSamples = 0;
  /** Kept here too, so that a leg whose analysis broke can still be summed up. */
  #updates = 0;
  #speechMs = 0;

  constructor(
    leg: Leg,
    format: AudioFormat,
    decision: LegDecision,
    analyser: Analyser,
    rules: readonly AlertRule[],
    emit: (output: LegEvent) => void,
  ) {
    this.leg = leg;
    this.#format = format;
    this.#decision = decision;
    this.#emit = emit;
    if (!decision.analysed) return;
    const watches = rules.filter((rule) => rule.leg === leg).map((rule) => new AlertWatch(rule));
    this.#analysis = analyser.openLeg(format, (output) => {
      if (output.type !== 'leg.quiet') emit(output);
      if (output.type === 'emotion.updated') {
        this.#updates += 1;
        this.#speechMs = output.data.speechMs;
      }
      for (const watch of watches) {
        const alert = watch.hear(output);
        if (alert !== null) emit({ type: 'alert.raised', data: alert });
      }
    });
  }

  get notice(): LegNotice {
    const { analysed } = this.#decision;
    const reason = this.#decision.analysed ? {} : { reason: this.#decision.reason };
    return { leg: this.leg, analysed, ...reason };
  }

  get analysed(): boolean {
    return this.#decision.analysed;
  }

  /** The leg's clock: audio heard and gaps, in milliseconds. */
  get positionMs(): number {
    return this.#toMs(this.positionSamples);
  }

  get positionSamples(): number {
    return this.#heardSamples + this.#gapSamples;
  }

  /** Audio taken that still waits for the model. */
  get pendingMs(): number {
    return this.#analysis?.pendingMs ?? 0;
  }

  /** Resolves once nothing waits for the model. */
  async drained(): Promise<void> {
    await this.#analysis?.drained();
  }

  /** Takes the next chunk. A hole before it is reported with this cause; what was heard before is cut off. */
  hear({ bytes, positionSamples }: AudioMessage, cause: GapCause): void {
    const missing = (positionSamples ?? this.positionSamples) - this.positionSamples;
    if (missing > 0) this.#gap(missing, cause);
    const fresh = missing < 0 ? bytes.subarray(-missing * this.#bytesPerSample) : bytes;
    this.#heardBytes += fresh.length;
    // Audio of a leg that is not analysed is counted, and goes no further.
    this.#analysis?.push(fresh);
  }

  /** Takes what the words of a line say. */
  hearWords(cue: TextCue, options: TextCueOptions): void {
    this.#analysis?.hearWords(cue, options);
  }

  /** Cuts a long chunk so that none holds more audio than this. */
  *slices(message: AudioMessage, sliceMs: number): Iterable<AudioMessage> {
    const { bytes } = message;
    const sliceBytes =
      Math.ceil((this.#format.sampleRateHz * sliceMs) / 1000) * this.#bytesPerSample;
    // The first keeps the message's position; the others follow it.
    yield { ...message, bytes: bytes.subarray(0, sliceBytes) };
    for (let from = sliceBytes; from < bytes.length; from += sliceBytes) {
      yield { type: 'audio', leg: this.leg, bytes: bytes.subarray(from, from + sliceBytes) };
    }
  }

  async flush(): Promise<void> {
    await this.#analysis?.flush();
  }

  /** Answers everything heard and sums the leg up; a leg whose analysis fails is summed up from what is known. */
  async end(onFailure: (cause: unknown) => void): Promise<LegSummary> {
    const analysis = this.#analysis;
    this.#analysis = undefined;
    let totals = this.#knownTotals();
    try {
      totals = (await analysis?.end()) ?? totals;
    } catch (cause) {
      analysis?.abort();
      onFailure(cause);
    }
    return { leg: this.leg, analysed: this.analysed, ...totals };
  }

  get #bytesPerSample(): number {
    return this.#format.encoding === 'pcm_s16le' ? 2 : 1;
  }

  get #heardSamples(): number {
    return Math.floor(this.#heardBytes / this.#bytesPerSample);
  }

  #gap(missingSamples: number, cause: GapCause): void {
    const startMs = this.positionMs;
    this.#gapSamples += missingSamples;
    if (this.#analysis) {
      this.#analysis.gap(missingSamples, cause);
    } else {
      const span = { startMs, endMs: this.positionMs };
      this.#emit({ type: 'audio.gap', data: { span, cause, filledMs: 0 } });
    }
  }

  #knownTotals(): LegTotals {
    return {
      audioMs: this.#toMs(this.#heardSamples),
      speechMs: this.#speechMs,
      updates: this.#updates,
      gapMs: this.#toMs(this.#gapSamples),
      dominant: 'listening',
      meanProbabilities: null,
    };
  }

  #toMs(samples: number): number {
    return (samples * 1000) / this.#format.sampleRateHz;
  }
}
