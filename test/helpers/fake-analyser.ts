import type {
  Analyser,
  AudioFormat,
  GapCause,
  LegAnalysis,
  LegOutput,
  LegTotals,
} from '../../src/pipeline/analysis.ts';
import type { TextCue } from '../../src/pipeline/text-cues.ts';
import type { EventData } from '../../src/protocol/events.ts';

/** One update per this much audio, so that a test can count. */
export const FAKE_UPDATE_MS = 100;

const PROBABILITIES = {
  neutral: 0.65,
  calm: 0.05,
  happiness: 0.05,
  sadness: 0.05,
  anger: 0.05,
  fear: 0.05,
  disgust: 0.05,
  surprise: 0.05,
};

/** What a test sees of the legs the gateway opened, in order of opening. */
export class FakeLeg implements LegAnalysis {
  readonly format: AudioFormat;
  readonly received: Buffer[] = [];
  readonly gaps: { missingSamples: number; cause: GapCause }[] = [];
  readonly words: TextCue[] = [];
  flushes = 0;
  /** Set by a test: thrown by the end. */
  failEnd: Error | undefined;
  /** Set by a test: thrown by an abort. */
  failAbort: Error | undefined;
  ended = false;
  aborted = false;
  /** Set by a test to make the leg look far behind. */
  pendingMs = 0;
  /** Set by a test: when the leg has caught up. */
  drainGate: Promise<void> = Promise.resolve();
  /** Set by a test: thrown by the next push. */
  failNextPush: Error | undefined;
  /** Set by a test: the next flush waits for it. */
  flushGate: Promise<void> = Promise.resolve();
  readonly #emit: (output: LegOutput) => void;
  #samples = 0;
  #updates = 0;

  constructor(format: AudioFormat, emit: (output: LegOutput) => void) {
    this.format = format;
    this.#emit = emit;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received);
  }

  push(bytes: Uint8Array): void {
    if (this.failNextPush) throw this.failNextPush;
    this.received.push(Buffer.from(bytes));
    this.#samples += bytes.length / (this.format.encoding === 'pcm_s16le' ? 2 : 1);
    while ((this.#updates + 1) * FAKE_UPDATE_MS <= this.#audioMs) this.#update();
  }

  gap(missingSamples: number, cause: GapCause): void {
    this.gaps.push({ missingSamples, cause });
    const startMs = this.#audioMs;
    const gapMs = (missingSamples * 1000) / this.format.sampleRateHz;
    const span = { startMs, endMs: startMs + gapMs };
    this.#emit({ type: 'audio.gap', data: { span, cause, filledMs: gapMs } });
  }

  hearWords(cue: TextCue): void {
    this.words.push(cue);
  }

  async drained(): Promise<void> {
    await this.drainGate;
    this.pendingMs = 0;
  }

  async flush(): Promise<void> {
    await this.flushGate;
    this.flushes += 1;
  }

  async end(): Promise<LegTotals> {
    if (this.failEnd) throw this.failEnd;
    this.ended = true;
    return {
      audioMs: this.#audioMs,
      speechMs: this.#audioMs,
      updates: this.#updates,
      gapMs: 0,
      dominant: 'neutral',
      meanProbabilities: PROBABILITIES,
    };
  }

  abort(): void {
    if (this.failAbort) throw this.failAbort;
    this.aborted = true;
  }

  get #audioMs(): number {
    return (this.#samples * 1000) / this.format.sampleRateHz;
  }

  #update(): void {
    const startMs = this.#updates * FAKE_UPDATE_MS;
    this.#updates += 1;
    const data: Omit<EventData<'emotion.updated'>, 'callId' | 'leg'> = {
      span: { startMs, endMs: startMs + FAKE_UPDATE_MS },
      speaking: true,
      speechMs: startMs + FAKE_UPDATE_MS,
      label: 'neutral',
      confidence: 0.65,
      probabilities: PROBABILITIES,
      arousal: 0,
      valence: 0,
      prosody: { pitchHz: 120, voicedShare: 0.5, intensityDb: -20, speechRateHz: 4 },
      attention: [{ startMs, endMs: startMs + FAKE_UPDATE_MS, weight: 1 }],
      contributions: {
        emotion: 'neutral',
        stretches: [{ startMs, endMs: startMs + FAKE_UPDATE_MS, nats: 1 }],
      },
      model: 'fake-v1',
    };
    this.#emit({ type: 'emotion.updated', data });
  }
}

/** Stands in for the pipeline where a test is about the gateway: same bytes, same outputs, no model. */
export class FakeAnalyser implements Analyser {
  readonly modelId = 'fake-v1';
  /** Set by a test: how busy the model seems. */
  load = { oldestWaitMs: 0, busyMs: 0 };
  readonly legs: FakeLeg[] = [];
  /** Set by a test: thrown by every opening. */
  failOpening: Error | undefined;

  openLeg(format: AudioFormat, emit: (output: LegOutput) => void): FakeLeg {
    if (this.failOpening) throw this.failOpening;
    const leg = new FakeLeg(format, emit);
    this.legs.push(leg);
    return leg;
  }

  async close(): Promise<void> {}
}
