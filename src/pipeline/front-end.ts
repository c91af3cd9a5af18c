import type { AudioFormat } from './analysis.ts';
import { Decoder } from './decode.ts';
import { FeatureExtractor } from './features/extractor.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, HOP_SAMPLES, WINDOW_SAMPLES } from './features/layout.ts';
import { createResampler } from './resampling/create-resampler.ts';
import type { Resampler } from './resampling/resampler.ts';
import { SpeechGate } from './speech-gate.ts';

/** Frames kept from before the gate opened, so that a word's onset is not cut off: 128 ms. */
export const PRE_ROLL_FRAMES = 4;

/** One frame as it leaves the front end. The object and its arrays are reused: read, do not keep. */
export interface AnalysisFrame {
  /** Position of the window's end on the leg's clock, in samples at 16 kHz. */
  readonly endSamples: number;
  readonly speaking: boolean;
  /** What the model should see now: none in silence, one in speech, more when the gate opens. */
  readonly speechFrames: Float32Array;
  readonly speechFrameCount: number;
  /** Hertz, 0 when unvoiced. */
  readonly pitchHz: number;
  readonly voicing: number;
  readonly intensityDb: number;
  readonly speechRateHz: number;
}

/** What the model sees when a gate opens; read at once, so that all legs share it. */
const opening = new Float32Array((PRE_ROLL_FRAMES + 1) * FEATURE_COUNT);

/**
 * Bytes to frames for one leg: decode → resample → windows → features → speech gate. Serving and
 * training both run exactly this. Its output depends on the bytes, never on how they were chunked.
 * `close` it when its stream ends.
 */
export class FrontEnd {
  readonly #decoder: Decoder;
  readonly #resampler: Resampler;
  readonly #extractor = new FeatureExtractor();
  readonly #gate = new SpeechGate();
  readonly #samples = new Float32Array(WINDOW_SAMPLES + HOP_SAMPLES);
  /** The oldest of them, which are analysed when they are complete. */
  readonly #window = this.#samples.subarray(0, WINDOW_SAMPLES);
  #sampleCount = 0;
  #baseSamples = 0;
  /** `[PRE_ROLL_FRAMES, FEATURE_COUNT]`, a ring: the newest frames while nobody speaks. */
  readonly #preRoll = new Float32Array(PRE_ROLL_FRAMES * FEATURE_COUNT);
  #preRollCount = 0;
  #preRollNext = 0;
  readonly #frame = {
    endSamples: 0,
    speaking: false,
    speechFrames: opening,
    speechFrameCount: 0,
    pitchHz: 0,
    voicing: 0,
    intensityDb: 0,
    speechRateHz: 0,
  };
  readonly #onFrame: (frame: AnalysisFrame) => void;

  constructor(format: AudioFormat, onFrame: (frame: AnalysisFrame) => void) {
    this.#decoder = new Decoder(format.encoding);
    this.#resampler = createResampler(format.sampleRateHz, ANALYSIS_RATE_HZ);
    this.#onFrame = onFrame;
  }

  /** Takes a chunk of any length; calls back once for each frame that it completes. */
  push(bytes: Uint8Array): void {
    this.#pushSamples(this.#resampler.push(this.#decoder.decode(bytes)));
  }

  /** Takes `count` samples of silence at the source's rate. */
  pushSilence(count: number): void {
    const block = new Float32Array(Math.min(count, 4096));
    for (let left = count; left > 0; left -= block.length) {
      this.#pushSamples(this.#resampler.push(block.subarray(0, Math.min(left, block.length))));
    }
  }

  /** Samples at 16 kHz that came in so far: the leg's clock. */
  get positionSamples(): number {
    return this.#baseSamples + this.#sampleCount;
  }

  /** Samples at 16 kHz that the next frame still lacks. */
  get missingSamples(): number {
    return WINDOW_SAMPLES - this.#sampleCount;
  }

  /** Starts afresh behind `count` samples at 16 kHz that pass unheard: a gap too long to fill, or none. */
  skip(count: number): void {
    this.reset();
    this.#baseSamples += count;
  }

  /** A hard boundary: every stage forgets; the leg's clock goes on. */
  reset(): void {
    this.#baseSamples += this.#sampleCount;
    this.#sampleCount = 0;
    this.#preRollCount = 0;
    this.#decoder.reset();
    this.#resampler.reset();
    this.#extractor.reset();
    this.#gate.reset();
  }

  /** Lets go of the memory that the collector does not see. The front end hears nothing more. */
  close(): void {
    this.#resampler.free();
  }

  #pushSamples(samples: Float32Array): void {
    for (let taken = 0; taken < samples.length; ) {
      const room = this.#samples.length - this.#sampleCount;
      const whole = taken === 0 && samples.length <= room;
      const part = whole ? samples : samples.subarray(taken, taken + room);
      this.#samples.set(part, this.#sampleCount);
      this.#sampleCount += part.length;
      taken += part.length;
      while (this.#sampleCount >= WINDOW_SAMPLES) this.#analyseWindow();
    }
  }

  #analyseWindow(): void {
    this.#extractor.compute(this.#window);
    this.#emit(this.#baseSamples + WINDOW_SAMPLES);
    this.#samples.copyWithin(0, HOP_SAMPLES, this.#sampleCount);
    this.#sampleCount -= HOP_SAMPLES;
    this.#baseSamples += HOP_SAMPLES;
  }

  #emit(endSamples: number): void {
    const { pitchHz, voicing, intensityDb, speechRateHz } = this.#extractor;
    const frame = this.#frame;
    frame.endSamples = endSamples;
    frame.speaking = this.#gate.update(intensityDb, voicing);
    frame.pitchHz = pitchHz;
    frame.voicing = voicing;
    frame.intensityDb = intensityDb;
    frame.speechRateHz = speechRateHz;
    if (frame.speaking) this.#show();
    else this.#keep();
    this.#onFrame(frame);
  }

  /** What was kept and the newest frame, oldest first. */
  #show(): void {
    const { features } = this.#extractor;
    const frame = this.#frame;
    const kept = this.#preRollCount;
    frame.speechFrameCount = kept + 1;
    frame.speechFrames = kept === 0 ? features : opening;
    if (kept === 0) return;
    for (let i = 0; i < kept; i++) {
      const place = (this.#preRollNext - kept + i + PRE_ROLL_FRAMES) % PRE_ROLL_FRAMES;
      const row = place * FEATURE_COUNT;
      opening.set(this.#preRoll.subarray(row, row + FEATURE_COUNT), i * FEATURE_COUNT);
    }
    opening.set(features, kept * FEATURE_COUNT);
    this.#preRollCount = 0;
  }

  #keep(): void {
    this.#frame.speechFrameCount = 0;
    this.#preRoll.set(this.#extractor.features, this.#preRollNext * FEATURE_COUNT);
    this.#preRollNext = (this.#preRollNext + 1) % PRE_ROLL_FRAMES;
    this.#preRollCount = Math.min(this.#preRollCount + 1, PRE_ROLL_FRAMES);
  }
}
