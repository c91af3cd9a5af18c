/** What one media message says about its place in the track. Either may be missing. */
export interface MediaStamp {
  readonly sequence: number | undefined;
  readonly timestampMs: number | undefined;
}

/** Twilio's stamps jitter, and some clients stamp on sending; less than this is no loss. */
const GAP_TOLERANCE_MS = 100;

/** A jump beyond this is a client whose clock was set anew, not an hour of lost audio. */
const LONGEST_GAP_MS = 3_600_000;

/**
 * One track's clock. Time is what the bytes add up to; timestamps only reveal gaps, and only when
 * they run ahead of the bytes. A client that stamps 80 ms chunks 20 ms apart never shows a gap.
 */
export class TwilioTrack {
  readonly #samplesPerMs: number;
  #positionSamples = 0;
  #lastSequence: number | undefined;
  #lastTimestampMs: number | undefined;
  /** Audio heard since the last chunk that carried a timestamp, that chunk included. */
  #heardSinceStampMs = 0;
  /** How far the timestamps have run ahead of the bytes since the two last agreed. */
  #missingMs = 0;

  constructor(sampleRateHz: number) {
    this.#samplesPerMs = sampleRateHz / 1000;
  }

  /** Where a chunk of this length begins, in samples; undefined when it was heard before. */
  place(stamp: MediaStamp, chunkSamples: number): number | undefined {
    if (this.#isRepeat(stamp)) return undefined;
    this.#positionSamples += Math.round(this.#missingBefore(stamp) * this.#samplesPerMs);
    const startSamples = this.#positionSamples;
    this.#positionSamples += chunkSamples;
    if (stamp.timestampMs !== undefined) {
      this.#lastTimestampMs = stamp.timestampMs;
      this.#heardSinceStampMs = 0;
    }
    this.#heardSinceStampMs += chunkSamples / this.#samplesPerMs;
    this.#lastSequence = stamp.sequence ?? this.#lastSequence;
    return startSamples;
  }

  /** A chunk is a repeat, or too late, only if neither its number nor its timestamp is new. */
  #isRepeat(stamp: MediaStamp): boolean {
    if (stamp.sequence === undefined || this.#lastSequence === undefined) return false;
    if (stamp.sequence > this.#lastSequence) return false;
    if (stamp.timestampMs === undefined || this.#lastTimestampMs === undefined) return true;
    return stamp.timestampMs <= this.#lastTimestampMs;
  }

  #missingBefore(stamp: MediaStamp): number {
    if (stamp.timestampMs === undefined || this.#lastTimestampMs === undefined) return 0;
    const stepMs = stamp.timestampMs - this.#lastTimestampMs;
    this.#missingMs = Math.max(0, this.#missingMs + stepMs - this.#heardSinceStampMs);
    if (this.#missingMs <= GAP_TOLERANCE_MS) return 0;
    const foundMs = this.#missingMs;
    this.#missingMs = 0;
    return foundMs > LONGEST_GAP_MS ? 0 : foundMs;
  }
}

/** Reads a number that may come as a string; undefined when it is missing or no count. */
export function readCount(value: string | number | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const count = Number(value);
  return Number.isFinite(count) && count >= 0 ? count : undefined;
}
