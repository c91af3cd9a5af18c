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
  readonly #preRoll = new Float32Array((PRE_ROLL_FRAMES + 1) * FEATURE_COUNT);
  #preRollCount = 0;
  readonly #frame = {
    endSamples: 0,
    speaking: false,
    speechFrames: this.#preRoll,
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
    const { features, pitchHz, voicing, intensityDb, speechRateHz } = this.#extractor;
    const speaking = this.#gate.update(intensityDb, voicing);
    const frame = this.#frame;
    this.#keep(features);
    frame.endSamples = endSamples;
    frame.speaking = speaking;
    frame.speechFrameCount = speaking ? this.#preRollCount : 0;
    frame.pitchHz = pitchHz;
    frame.voicing = voicing;
    frame.intensityDb = intensityDb;
    frame.speechRateHz = speechRateHz;
    this.#onFrame(frame);
    if (speaking) this.#preRollCount = 0;
  }

  /** Appends to the pre-roll, dropping its oldest frame when it is full. */
  #keep(features: Float32Array): void {
    if (this.#preRollCount > PRE_ROLL_FRAMES) {
      this.#preRoll.copyWithin(0, FEATURE_COUNT);
      this.#preRollCount -= 1;
    }
    this.#preRoll.set(features, this.#preRollCount * FEATURE_COUNT);
    this.#preRollCount += 1;
  }
}
