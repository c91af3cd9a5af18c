import type { ModelAnalyser } from '../pipeline/analyser.ts';
import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { readClip } from '../training/dataset.ts';
import { createRandom, type Random, seedFrom } from '../training/random.ts';
import { claimedMs, flipsAtMs, rightlyClaimedMs } from './claims.ts';
import type { Codec } from './conditions.ts';
import { groupBy } from './group-by.ts';
import { encodeAs } from './in-condition.ts';
import { sideBySide } from './side-by-side.ts';
import { streamAudio } from './stream-audio.ts';
import type { ClipReading } from './stream-clip.ts';
import { whiteNoise } from './white-noise.ts';

const SHORTEST_STREAM_MS = 60_000;
/** More would cost time and say little that is new of the same speaker. */
const STREAMS_A_SPEAKER = 3;
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 800;
/** A quiet line: its pauses are not digital silence. */
const PAUSE_LEVEL_DB = -70;

/** What was shown over one speaker's clips, one after the other. */
export interface LongStream {
  readonly speaker: string;
  readonly clips: number;
  readonly audioMs: number;
  readonly claimedMs: number;
  /** Of that, how long it was the expression of the clip that was playing. */
  readonly rightlyClaimedMs: number;
  /** Every change of what is shown, "listening" and "uncertain" included. */
  readonly changes: number;
  /** Changes from one claimed emotion to another. */
  readonly flips: number;
  /** Flips beyond the first within one clip: its expression did not change, what is shown did. */
  readonly flipsWithinClip: number;
}

/** A speaker's clips in the order they are heard. */
export interface StreamPlan {
  readonly speaker: string;
  readonly clips: readonly CorpusClip[];
}

/**
 * Deals each speaker's clips, shuffled, into streams of at least a minute, three a speaker at
 * most. A speaker with less than a minute of recordings has none.
 */
export function planLongStreams(readings: readonly ClipReading[], seed: number): StreamPlan[] {
  const speakers = groupBy(readings, ({ clip }) => clip.speaker);
  return [...speakers].flatMap(([speaker, own]) => {
    const plans: StreamPlan[] = [];
    let clips: CorpusClip[] = [];
    let audioMs = 0;
    for (const reading of createRandom(seedFrom(seed, speaker)).shuffle(own)) {
      clips.push(reading.clip);
      audioMs += reading.audioMs;
      if (audioMs < SHORTEST_STREAM_MS) continue;
      plans.push({ speaker, clips });
      if (plans.length === STREAMS_A_SPEAKER) break;
      clips = [];
      audioMs = 0;
    }
    return plans;
  });
}

/** Streams every plan, with pauses of 0.2 to 0.8 s between the clips. */
export function streamLong(
  analyser: ModelAnalyser,
  plans: readonly StreamPlan[],
  codec: Codec,
  seed: number,
): Promise<LongStream[]> {
  return sideBySide(plans, async ({ speaker, clips }) => {
    const random = createRandom(seedFrom(seed, speaker, clips.length));
    const { samples, startsMs } = await joined(clips, random);
    const audio = encodeAs(samples, ANALYSIS_RATE_HZ, codec);
    const { changes, audioMs } = await streamAudio(analyser, audio);
    const flips = flipsAtMs(changes);
    return {
      speaker,
      clips: clips.length,
      audioMs,
      claimedMs: claimedMs(changes, audioMs),
      rightlyClaimedMs: rightlyClaimedMs(
        changes,
        audioMs,
        clips.map(({ label }, i) => ({ startMs: startsMs[i]!, label })),
      ),
      changes: changes.length,
      flips: flips.length,
      flipsWithinClip: flipsWithinClip(flips, startsMs),
    };
  });
}

async function joined(clips: readonly CorpusClip[], random: Random) {
  const parts: Float32Array[] = [];
  const startsMs: number[] = [];
  let length = 0;
  const add = (part: Float32Array) => {
    parts.push(part);
    length += part.length;
  };
  for (const clip of clips) {
    startsMs.push((1000 * length) / ANALYSIS_RATE_HZ);
    add(await readClip(clip.path));
    const pauseMs = random.uniform(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
    const pauseSamples = Math.round((pauseMs * ANALYSIS_RATE_HZ) / 1000);
    add(whiteNoise(pauseSamples, PAUSE_LEVEL_DB, random));
  }
  const samples = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, startsMs };
}

/** Of the flips between one clip's start and the next's, all but the first. */
export function flipsWithinClip(flipsMs: readonly number[], startsMs: readonly number[]): number {
  return startsMs.reduce((sum, startMs, i) => {
    const endMs = startsMs[i + 1] ?? Number.POSITIVE_INFINITY;
    const inside = flipsMs.filter((atMs) => atMs >= startMs && atMs < endMs).length;
    return sum + Math.max(0, inside - 1);
  }, 0);
}

/** Many streams as one: figures a minute of audio. */
export function summariseLongStreams(streams: readonly LongStream[]) {
  const total = (of: (stream: LongStream) => number) =>
    streams.reduce((sum, stream) => sum + of(stream), 0);
  const audioMs = total((stream) => stream.audioMs);
  const claimed = total((stream) => stream.claimedMs);
  const minutes = audioMs / 60_000;
  const aMinute = (count: number) => (minutes === 0 ? 0 : count / minutes);
  return {
    streams: streams.length,
    speakers: new Set(streams.map(({ speaker }) => speaker)).size,
    minutes,
    changesAMinute: aMinute(total(({ changes }) => changes)),
    flipsAMinute: aMinute(total(({ flips }) => flips)),
    flipsWithinClipAMinute: aMinute(total((stream) => stream.flipsWithinClip)),
    claimedShare: audioMs === 0 ? 0 : claimed / audioMs,
    rightShareOfClaims: claimed === 0 ? null : total((s) => s.rightlyClaimedMs) / claimed,
  };
}
