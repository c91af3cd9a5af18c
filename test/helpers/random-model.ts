import type { AudioFormat, LegOutput } from '../../src/pipeline/analysis.ts';
import { emotionPlaces } from '../../src/pipeline/calibration.ts';
import type { Engine } from '../../src/pipeline/engines/engine.ts';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { type LegOptions, LegPipeline } from '../../src/pipeline/leg.ts';
import { LegReadings } from '../../src/pipeline/leg-readings.ts';
import { createHeads } from '../../src/pipeline/network/linear-head.ts';
import { DEFAULT_SHAPE, stateSize } from '../../src/pipeline/network/shape.ts';
import type { WeightArrays } from '../../src/pipeline/network/weights.ts';
import { Rounds } from '../../src/pipeline/rounds.ts';
import { Scheduler } from '../../src/pipeline/scheduler.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import { initialWeights } from '../../src/training/initial-weights.ts';
import { exportOnnx } from '../../src/training/onnx-export.ts';
import { createRandom } from '../../src/training/random.ts';

export const SMALL = { ...DEFAULT_SHAPE, convChannels: 16, hiddenUnits: 16, attentionUnits: 8 };

export const SMOOTHING = {
  minSpeechMs: 300,
  enterProbability: 0.2,
  enterReadings: 2,
  leaveProbability: 0.15,
  maxEntropy: 1,
  confidenceHalfLifeMs: 4000,
};

export const LEG_OPTIONS: LegOptions = {
  stepFrames: 8,
  updateIntervalMs: 500,
  maxPendingSteps: 1000,
  maxGapFillMs: 2000,
};

function randomWeights(): WeightArrays {
  const weights = initialWeights(SMALL, createRandom(11));
  weights['input.mean'].fill(-4);
  weights['input.scale'].fill(0.2);
  weights['input.centre'].fill(1);
  return weights;
}

/** A small network with random weights on the real engine: right for all but what is said. */
export async function randomEngine(): Promise<Engine> {
  const weights = randomWeights();
  const manifest = { shape: SMALL };
  return loadEngine('onnxruntime', { weights, graph: exportOnnx(SMALL, weights), manifest });
}

export function schedulerFor(engine: Engine, maxBatchLegs = 16): Scheduler {
  return new Scheduler(
    engine,
    {
      featureCount: SMALL.featureCount,
      stateSize: stateSize(SMALL),
      labelCount: SMALL.labelCount,
      maxFrameCount: 8,
      maxBatchLegs,
    },
    systemClock,
  );
}

export function openLeg(
  scheduler: Scheduler,
  format: AudioFormat,
  emit: (output: LegOutput) => void,
  options: Partial<LegOptions> = {},
): LegPipeline {
  const all = { ...LEG_OPTIONS, ...options };
  return new LegPipeline(
    format,
    all,
    new Rounds(0, systemClock, () => 1),
    scheduler,
    randomReadings(),
    emit,
  );
}

export function randomReadings(emotions: readonly Emotion[] = EMOTIONS): LegReadings {
  const heads = createHeads(SMALL, randomWeights());
  const open = emotionPlaces(emotions);
  return new LegReadings({ id: 'random', temperature: 1, shape: SMALL, heads, open }, SMOOTHING);
}
