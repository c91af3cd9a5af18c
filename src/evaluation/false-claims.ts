import type { ModelAnalyser } from '../pipeline/analyser.ts';
import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import { createRandom } from '../training/random.ts';
import { claimCount, claimedMs } from './claims.ts';
import type { Codec } from './conditions.ts';
import { groupBy } from './group-by.ts';
import { encodeAs } from './in-condition.ts';
import { sideBySide } from './side-by-side.ts';
import type { Sound, Sounds } from './sounds.ts';
import { streamAudio } from './stream-audio.ts';
import { whiteNoise } from './white-noise.ts';

const SILENCE_SECONDS = 30;
const QUIET_NOISE_DB = -60;
/** A short noise is repeated to this length: less than that is hardly enough to claim anything. */
const SHORTEST_NOISE_SECONDS = 10;
const LONGEST_SECONDS = 60;

/** What was claimed of a stretch in which nobody speaks. */
export interface SpeakerlessStream {
  readonly kind: string;
  readonly audioMs: number;
  /** Let through by the speech gate. */
  readonly speechMs: number;
  readonly claimedMs: number;
  readonly claims: number;
}

/** Digital silence, a quiet line, each noise by itself and music, as they are streamed. */
export function speakerlessSounds(sounds: Sounds, seed: number): Sound[] {
  const length = SILENCE_SECONDS * ANALYSIS_RATE_HZ;
  const quiet = whiteNoise(length, QUIET_NOISE_DB, createRandom(seed));
  return [
    { kind: 'digital silence', samples: new Float32Array(length) },
    { kind: `white noise at ${QUIET_NOISE_DB} dBFS`, samples: quiet },
    ...sounds.noises.map(({ kind, samples }) => ({ kind, samples: lasting(samples) })),
    ...sounds.music.map(({ kind, samples }) => ({ kind, samples: lasting(samples) })),
  ];
}

/** Repeated to 10 s, and no longer than a minute. */
function lasting(samples: Float32Array): Float32Array {
  const shortest = SHORTEST_NOISE_SECONDS * ANALYSIS_RATE_HZ;
  const longest = LONGEST_SECONDS * ANALYSIS_RATE_HZ;
  if (samples.length >= shortest) return samples.subarray(0, longest);
  return Float32Array.from({ length: shortest }, (_, i) => samples[i % samples.length]!);
}

export function streamSpeakerless(
  analyser: ModelAnalyser,
  sounds: readonly Sound[],
  codec: Codec,
): Promise<SpeakerlessStream[]> {
  return sideBySide(sounds, async ({ kind, samples }) => {
    const audio = encodeAs(samples, ANALYSIS_RATE_HZ, codec);
    const { audioMs, speechMs, changes } = await streamAudio(analyser, audio);
    const shownMs = claimedMs(changes, audioMs);
    return { kind, audioMs, speechMs, claimedMs: shownMs, claims: claimCount(changes) };
  });
}

/** One row a kind of sound, in the order they were streamed. */
export function summariseFalseClaims(streams: readonly SpeakerlessStream[]) {
  return [...groupBy(streams, ({ kind }) => kind)].map(([kind, own]) => {
    const total = (of: (stream: SpeakerlessStream) => number) =>
      own.reduce((sum, stream) => sum + of(stream), 0);
    const audioMs = total((stream) => stream.audioMs);
    return {
      kind,
      recordings: own.length,
      minutes: audioMs / 60_000,
      takenForSpeechShare: total(({ speechMs }) => speechMs) / audioMs,
      claimedShare: total((stream) => stream.claimedMs) / audioMs,
      claimsAMinute: total(({ claims }) => claims) / (audioMs / 60_000),
    };
  });
}
