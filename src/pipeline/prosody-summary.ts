import type { Prosody } from '../protocol/events.ts';
import { fourDecimals, twoDecimals } from './decimals.ts';
import type { AnalysisFrame } from './front-end.ts';

/** Pitch values kept for the median: 10 s of speech. Longer spans keep their newest. */
const KEPT_PITCHES = 320;

/** Prosody of a span of frames, gathered one frame at a time and read at its end. */
export class ProsodySummary {
  readonly #pitches = new Float32Array(KEPT_PITCHES);
  #voicedFrames = 0;
  #frames = 0;
  #power = 0;
  #speechRateHz = 0;

  add(frame: AnalysisFrame): void {
    this.#frames += 1;
    this.#power += 10 ** (frame.intensityDb / 10);
    this.#speechRateHz = frame.speechRateHz;
    if (frame.pitchHz === 0) return;
    this.#pitches[this.#voicedFrames % KEPT_PITCHES] = frame.pitchHz;
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
    const count = Math.min(this.#voicedFrames, KEPT_PITCHES);
    if (count === 0) return null;
    const sorted = this.#pitches.slice(0, count).sort();
    return sorted[count >> 1]!;
  }
}
