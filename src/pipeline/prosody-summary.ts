import type { Prosody } from '../protocol/events.ts';
import { fourDecimals, twoDecimals } from './decimals.ts';
import type { AnalysisFrame } from './front-end.ts';

/** Prosody of a span of frames, gathered one frame at a time and read at its end. */
export class ProsodySummary {
  readonly #pitches: Float32Array;
  #voicedFrames = 0;
  #frames = 0;
  #power = 0;
  #speechRateHz = 0;

  /** `keptPitches`: how many are kept for the median. A longer span keeps its newest. */
  constructor(keptPitches: number) {
    this.#pitches = new Float32Array(keptPitches);
  }

  add(frame: AnalysisFrame): void {
    this.#frames += 1;
    this.#power += 10 ** (frame.intensityDb / 10);
    this.#speechRateHz = frame.speechRateHz;
    if (frame.pitchHz === 0) return;
    this.#pitches[this.#voicedFrames % this.#pitches.length] = frame.pitchHz;
    this.#voicedFrames += 1;
  }

  /** The span's prosody; starts the next span. */
  take(): Prosody {
    const frames = Math.max(1, this.#frames);
    const pitchHz = this.#medianPitchHz();
    const prosody = {
      pitchHz: pitchHz === null ? null : twoDecimals(pitchHz),
      voicedShare: fourDecimals(this.#voicedFrames / frames),
      intensityDb: twoDecimals(10 * Math.log10(this.#power / frames + 1e-9)),
      speechRateHz: twoDecimals(this.#speechRateHz),
    };
    this.reset();
    return prosody;
  }

  reset(): void {
    this.#voicedFrames = 0;
    this.#frames = 0;
    this.#power = 0;
  }

  #medianPitchHz(): number | null {
    const count = Math.min(this.#voicedFrames, this.#pitches.length);
    if (count === 0) return null;
    const sorted = this.#pitches.slice(0, count).sort();
    return sorted[count >> 1]!;
  }
}
