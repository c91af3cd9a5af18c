import type { ModelAnalyser } from '../pipeline/analyser.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { type Codec, type Condition, snrDbOf } from './conditions.ts';
import { type SpeakerlessStream, speakerlessSounds, streamSpeakerless } from './false-claims.ts';
import { type LongStream, planLongStreams, streamLong } from './flips.ts';
import { sideBySide } from './side-by-side.ts';
import type { Sounds } from './sounds.ts';
import { type ClipReading, streamClip } from './stream-clip.ts';

/** What to stream. */
export interface ObservationPlan {
  /** The circumstances, the one that all other measures rest on first. */
  readonly conditions: readonly [Codec, ...Condition[]];
  /** Noises for noisy conditions; for silence, noise and music by themselves where `streams`. */
  readonly sounds: Sounds;
  /** Whether to stream a speaker's clips one after the other, and sounds without a speaker. */
  readonly streams: boolean;
  /** Decides noises, their offsets, and the order of clips in long streams. */
  readonly seed: number;
  readonly onClip?: (done: number, total: number) => void;
}

/** Everything that one model was seen to do: what a report is made of. */
export interface Observations {
  readonly model: string;
  readonly engine: string;
  readonly temperature: number;
  /** From 1; null for one model on whatever it was given. */
  readonly fold: number | null;
  /** Why the model may have learned from these recordings, see held-out.ts; null where it did not. */
  readonly doubt: string | null;
  /** One reading a clip, condition by condition. */
  readonly readings: ReadonlyMap<Condition, readonly ClipReading[]>;
  readonly longStreams: readonly LongStream[];
  readonly speakerless: readonly SpeakerlessStream[];
}

/** Streams the clips, and what else the plan asks for, through the serving pipeline. */
export async function observe(
  analyser: ModelAnalyser,
  clips: readonly CorpusClip[],
  plan: ObservationPlan,
  { fold, doubt }: Pick<Observations, 'fold' | 'doubt'> = { fold: null, doubt: null },
): Promise<Observations> {
  const { conditions, sounds, seed } = plan;
  checkNoise(plan);
  let done = 0;
  const ofClips = await sideBySide(clips, async (clip) => {
    const readings = await streamClip(analyser, clip, {
      conditions,
      noises: sounds.noises,
      seed,
    });
    plan.onClip?.(++done, clips.length);
    return readings;
  });
  const readings = new Map(
    conditions.map((condition, i) => [condition, ofClips.map((ofClip) => ofClip[i]!)]),
  );
  const base = conditions[0];
  const longPlans = plan.streams ? planLongStreams(readings.get(base)!, seed) : [];
  const speakerless = plan.streams ? speakerlessSounds(sounds, seed) : [];
  return {
    model: analyser.modelId,
    engine: analyser.engineName,
    temperature: analyser.manifest.temperature,
    fold,
    doubt,
    readings,
    longStreams: await streamLong(analyser, longPlans, base, seed),
    speakerless: await streamSpeakerless(analyser, speakerless, base),
  };
}

function checkNoise({ conditions, sounds }: ObservationPlan): void {
  const noisy = conditions.find((condition) => snrDbOf(condition) !== null);
  if (noisy === undefined || sounds.noises.length > 0) return;
  throw new TonewireError('TW_USAGE', `The condition ${noisy} needs noise: give --noise DIR.`);
}
