import type { Config } from '../config/schema.ts';
import { cueOf } from '../pipeline/sentiment.ts';
import type { TextCue } from '../pipeline/text-cues.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Transcript } from '../protocol/messages.ts';
import type { GatewayMetrics } from './metrics.ts';
import { RateLimit } from './rate-limit.ts';
import type { SessionLeg } from './session-leg.ts';

/** What became of a line: how its words were scored, or why they were not. */
export type TranscriptOutcome =
  | TextCue['kind']
  /** textCues.enabled or, for a partial line, textCues.partials is off. */
  | 'off'
  /** By consent or configuration, as the leg's voice. */
  | 'not_analysed'
  | 'unknown_leg'
  | 'too_many';

export interface CallTranscriptsContext {
  readonly config: Pick<Config, 'textCues'>;
  readonly metrics: Pick<GatewayMetrics, 'transcript'>;
  readonly clock: Clock;
}

/**
 * The transcript lines of one call: holds them to their limits and hands what their words say to
 * the analysis. The text itself ends here, unless textCues.textInEvents lets it pass.
 */
export class CallTranscripts {
  readonly #context: CallTranscriptsContext;
  readonly #rates = new Map<Leg, RateLimit>();

  constructor(context: CallTranscriptsContext) {
    this.#context = context;
  }

  take(line: Transcript, leg: SessionLeg | undefined): TranscriptOutcome {
    const outcome = this.#outcome(line, leg);
    this.#context.metrics.transcript(outcome);
    return outcome;
  }

  #outcome(line: Transcript, leg: SessionLeg | undefined): TranscriptOutcome {
    const { textCues } = this.#context.config;
    if (leg === undefined) return 'unknown_leg';
    if (!leg.analysed) return 'not_analysed';
    if (!this.#rate(line.leg).spend()) return 'too_many';
    if (!textCues.enabled || (line.final === false && !textCues.partials)) return 'off';
    const cue = cueOf(line, textCues.language);
    leg.hearWords({ ...cue, ...(textCues.textInEvents && { text: line.text }) }, textCues);
    return cue.kind;
  }

  #rate(leg: Leg): RateLimit {
    const { config, clock } = this.#context;
    const rate = this.#rates.get(leg) ?? new RateLimit(config.textCues.maxLinesPerSecond, clock);
    this.#rates.set(leg, rate);
    return rate;
  }
}
