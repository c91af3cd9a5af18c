import { performance } from 'node:perf_hooks';
import { systemClock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Emotion } from '../protocol/labels.ts';
import type { Analyser, AnalyserLoad, AudioFormat, LegOutput } from './analysis.ts';
import { emotionPlaces } from './calibration.ts';
import type { Engine } from './engines/engine.ts';
import { loadThreadedEngine } from './engines/engine-thread.ts';
import type { EngineName } from './engines/load-engine.ts';
import { FEATURE_COUNT } from './features/layout.ts';
import { checkGolden, GOLDEN_TOLERANCE } from './golden.ts';
import { type LegOptions, LegPipeline } from './leg.ts';
import { LegReadings } from './leg-readings.ts';
import { loadModelFolder, type ModelFolder } from './model-folder.ts';
import { createHeads, type Head } from './network/linear-head.ts';
import { stateSize } from './network/shape.ts';
import { Rounds } from './rounds.ts';
import { Scheduler } from './scheduler.ts';
import type { SmootherOptions } from './smoother.ts';

export interface AnalyserOptions {
  /** The model's folder. */
  readonly model: string;
  readonly engine: EngineName;
  readonly engineThreads: number;
  readonly maxBatchLegs: number;
  readonly gatherMs: number;
  readonly updateIntervalMs: number;
  readonly maxPendingSteps: number;
  readonly maxGapFillMs: number;
  readonly smoothing: SmootherOptions;
  /** The emotions that may be told. */
  readonly emotions: readonly Emotion[];
}

/**
 * The pipeline's one wiring file. A leg's bytes wait for a round (all legs, one after the other), then:
 * front end (decode → resample → windows → features → speech gate) → leg (cuts steps, keeps order) →
 * scheduler (one batched step for all legs) → engine → readings (calibrate, account, smooth) →
 * outputs. Rounds, scheduler and engine are shared and stateless towards legs; everything a leg
 * remembers is its own.
 */
export class ModelAnalyser implements Analyser {
  readonly modelId: string;
  readonly engineName: string;
  readonly scheduler: Scheduler;
  readonly #rounds: Rounds;
  readonly #engine: Engine;
  readonly #model: ModelFolder;
  readonly #heads: readonly Head[];
  readonly #options: AnalyserOptions;
  readonly #legOptions: LegOptions;

  constructor(model: ModelFolder, engine: Engine, options: AnalyserOptions) {
    const { shape, stepFrames, id } = model.manifest;
    this.modelId = id;
    this.engineName = engine.name;
    this.#model = model;
    this.#heads = createHeads(shape, model.weights);
    this.#engine = engine;
    this.#options = options;
    this.#legOptions = { ...options, stepFrames };
    const { maxBatchLegs, gatherMs } = options;
    this.#rounds = new Rounds(gatherMs, systemClock, eventLoopBusyShare());
    const sizes = {
      featureCount: FEATURE_COUNT,
      stateSize: stateSize(shape),
      labelCount: shape.labelCount,
      maxFrameCount: stepFrames,
      maxBatchLegs,
    };
    this.scheduler = new Scheduler(engine, sizes, systemClock);
  }

  openLeg(format: AudioFormat, emit: (output: LegOutput) => void): LegPipeline {
    return this.openReadableLeg(format, emit).leg;
  }

  /** A leg whose readings can be looked at between events: for evaluation. */
  openReadableLeg(format: AudioFormat, emit: (output: LegOutput) => void) {
    const { id, temperature, shape } = this.#model.manifest;
    const open = emotionPlaces(this.#options.emotions);
    const readingModel = { id, temperature, shape, heads: this.#heads, open };
    const readings = new LegReadings(readingModel, this.#options.smoothing);
    const { scheduler } = this;
    const leg = new LegPipeline(format, this.#legOptions, this.#rounds, scheduler, readings, emit);
    return { leg, readings };
  }

  get load(): AnalyserLoad {
    return this.scheduler.load;
  }

  get manifest(): ModelFolder['manifest'] {
    return this.#model.manifest;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** Says, each time it is asked, for what share of the time since the last time the event loop was busy. */
function eventLoopBusyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/**
 * Loads the model and an engine that runs it. Throws TW_MODEL_INVALID for a folder that does not
 * match its manifest, or whose golden outputs the engine does not give, and TW_ENGINE_MISSING for an engine that is not installed.
 */
export async function createAnalyser(options: AnalyserOptions): Promise<ModelAnalyser> {
  const model = await loadModelFolder(options.model);
  const { engine: name, engineThreads: threads } = options;
  const engine = await loadThreadedEngine({ name, model, threads });
  const difference = await checkGolden(engine, model);
  if (!(difference <= GOLDEN_TOLERANCE)) {
    await engine.close();
    throw new TonewireError(
      'TW_MODEL_INVALID',
      `${options.model}: ${engine.name} differs from the golden outputs by ${difference} on a logit.`,
    );
  }
  return new ModelAnalyser(model, engine, options);
}
