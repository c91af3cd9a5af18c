import type { AnyEvent, EventData, Probabilities, Span } from '../protocol/events.ts';
import type { Label } from '../protocol/labels.ts';
import type { Encoding } from '../protocol/messages.ts';
import type { TextCue, TextCueOptions } from './text-cues.ts';

/** How one leg's bytes are to be read. Always one channel: a source splits interleaved legs. */
export interface AudioFormat {
  readonly encoding: Encoding;
  /** One of SAMPLE_RATES_HZ. */
  readonly sampleRateHz: number;
}

/** The event types that one leg's analysis gives rise to. */
export type LegEventType =
  | 'emotion.updated'
  | 'emotion.changed'
  | 'segment.ended'
  | 'alert.raised'
  | 'audio.gap';

/** What a leg says, before the session adds which call and leg it is. */
export type LegEvent = {
  [T in LegEventType]: { readonly type: T; readonly data: Omit<EventData<T>, 'callId' | 'leg'> };
}[LegEventType];

/** Nobody spoke in this span, and there is nothing to say: for rules that watch silence. */
export interface QuietSpan {
  readonly type: 'leg.quiet';
  readonly data: { readonly span: Span };
}

export type LegOutput = LegEvent | QuietSpan;

export type GapCause = Extract<AnyEvent, { type: 'audio.gap' }>['data']['cause'];

/** What a leg amounts to when it ends. */
export interface LegTotals {
  /** Audio received; gaps do not count. */
  readonly audioMs: number;
  readonly speechMs: number;
  readonly updates: number;
  readonly gapMs: number;
  readonly dominant: Label;
  readonly meanProbabilities: Probabilities | null;
}

/** One analysed leg: bytes in, outputs to the callback it was opened with. Its state is its own. */
export interface LegAnalysis {
  /** Takes a chunk of any length; a 16-bit sample may be split between two chunks. Returns at once. */
  push(bytes: Uint8Array): void;
  /** Reports `missingSamples` (at the source's rate) lost before the next push; filled with silence when it is short. */
  gap(missingSamples: number, cause: GapCause): void;
  /** Takes what the words of a line say, as of the audio pushed so far. A leg's options stay those of its first line. */
  hearWords(cue: TextCue, options: TextCueOptions): void;
  /** Speech that waits for the model, in milliseconds of audio. Grows only when the model is behind. */
  readonly pendingMs: number;
  /** Resolves once nothing waits for the model: for senders that can be paused. */
  drained(): Promise<void>;
  /** A hard boundary: everything heard so far is answered, then every stage starts afresh. */
  flush(): Promise<void>;
  /** Answers everything heard so far and lets go of the leg. Call once. */
  end(): Promise<LegTotals>;
  /** Lets go of the leg without answering what is pending. */
  abort(): void;
}

/** How busy the model is. */
export interface AnalyserLoad {
  /** How long the oldest step has been waiting for it. */
  readonly oldestWaitMs: number;
  /** For how long it has computed so far. */
  readonly busyMs: number;
}

/** Opens legs. One per process: it owns the model, the engine and the scheduler. */
export interface Analyser {
  readonly modelId: string;
  readonly load: AnalyserLoad;
  openLeg(format: AudioFormat, emit: (output: LegOutput) => void): LegAnalysis;
  close(): Promise<void>;
}
