import type { ModelAnalyser } from '../pipeline/analyser.ts';
import { BYTES_PER_SAMPLE } from '../pipeline/decode.ts';
import type { LegReadings } from '../pipeline/leg-readings.ts';
import type { LabelChange } from './claims.ts';
import type { EncodedAudio } from './in-condition.ts';

/** One message's worth of audio, as a telephone sends it. */
export const CHUNK_MS = 20;

/** What one recording amounted to on its way through the serving pipeline. */
export interface Streamed {
  readonly audioMs: number;
  /** Speech that was heard, as the speech gate counts it. */
  readonly speechMs: number;
  /** `[8]`, the last calibrated reading; null when no speech was heard. */
  readonly last: Float32Array | null;
  readonly changes: readonly LabelChange[];
}

/**
 * Sends a recording through a leg of its own, in telephone-sized chunks, each answered before the
 * next. `onReading` looks at every new reading: views, to be copied if kept.
 */
export async function streamAudio(
  analyser: ModelAnalyser,
  { bytes, format }: EncodedAudio,
  onReading: (readings: LegReadings) => void = () => undefined,
): Promise<Streamed> {
  const changes: LabelChange[] = [];
  const { leg, readings } = analyser.openReadableLeg(format, (output) => {
    if (output.type !== 'emotion.changed') return;
    const { atMs, to } = output.data;
    changes.push({ atMs, to });
  });
  let seenMs = 0;
  const look = () => {
    if (readings.speechMs === seenMs) return;
    seenMs = readings.speechMs;
    onReading(readings);
  };
  const chunkBytes = Math.ceil(
    (format.sampleRateHz * BYTES_PER_SAMPLE[format.encoding] * CHUNK_MS) / 1000,
  );
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    leg.push(bytes.subarray(at, at + chunkBytes));
    await leg.drained();
    look();
  }
  const { audioMs, speechMs, meanProbabilities } = await leg.end();
  look();
  const last = meanProbabilities === null ? null : readings.latest.slice();
  return { audioMs, speechMs, last, changes };
}
