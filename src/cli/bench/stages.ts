import type { Config } from '../../config/schema.ts';
import { SessionEvents } from '../../gateway/session-events.ts';
import { decodePayload, parseTwilioMessage } from '../../gateway/sources/twilio-messages.ts';
import { readCount, TwilioTrack } from '../../gateway/sources/twilio-track.ts';
import { Decoder } from '../../pipeline/decode.ts';
import type { Engine } from '../../pipeline/engines/engine.ts';
import { loadEngine } from '../../pipeline/engines/load-engine.ts';
import { FeatureExtractor } from '../../pipeline/features/extractor.ts';
import { ANALYSIS_RATE_HZ, HOP_SAMPLES, WINDOW_SAMPLES } from '../../pipeline/features/layout.ts';
import { LegReadings } from '../../pipeline/leg-readings.ts';
import { loadModelFolder, type ModelFolder } from '../../pipeline/model-folder.ts';
import { createHead } from '../../pipeline/network/linear-head.ts';
import { initialState } from '../../pipeline/network/shape.ts';
import { Resampler } from '../../pipeline/resample.ts';
import { SpeechGate } from '../../pipeline/speech-gate.ts';
import { systemClock } from '../../protocol/clock.ts';
import type { EventData } from '../../protocol/events.ts';
import { findModelFolder } from '../../tonewire.ts';
import { TWILIO_RATE_HZ } from '../callers/twilio-caller.ts';
import { rounded } from './distribution.ts';
import { prepareMaterial, type StageMaterial } from './stage-material.ts';

/** CPU milliseconds that one second of one leg's audio costs in each stage, measured alone. */
export interface StageCosts {
  /** JSON text → message → checked → base64 decoded → placed on the track's clock. */
  readonly ingest: number;
  readonly decode: number;
  readonly resample: number;
  readonly features: number;
  readonly gate: number;
  /** Model steps at the batch size that was asked for. */
  readonly model: number;
  /** Calibration, attention and contribution traces, smoothing, totals. */
  readonly readings: number;
  /** Envelopes and JSON of the events. */
  readonly events: number;
}

export interface StageReport {
  readonly stages: StageCosts;
  /** The model's cost by batch size. */
  readonly modelByBatch: Readonly<Record<string, number>>;
  /** Share of the audio in which the speech gate was open: only that reaches the model. */
  readonly speechShare: number;
  readonly audioSeconds: number;
}

const BATCH_SIZES = [1, 16, 64];
/** Long enough that the timer's grain and a collection or two do not matter. */
const MIN_MEASURED_MS = 400;

/**
 * Measures each stage by itself, in this process, over the same audio, in chunks as a telephone
 * sends them. User and system time of all threads; each stage is warm before it is measured.
 */
export async function measureStages(
  config: Config,
  payloads: readonly string[],
  batchLegs: number,
): Promise<StageReport> {
  const model = await loadModelFolder(findModelFolder(config.analysis.model));
  const { engine: name, engineThreads: threads, maxBatchLegs } = config.analysis;
  const engine = await loadEngine(name, model, { threads });
  const material = await prepareMaterial(config, payloads);
  const perSecond = async (run: () => unknown) => (await cpuMs(run)) / material.audioSeconds;
  const batch = Math.max(1, Math.min(Math.round(batchLegs), maxBatchLegs));
  const modelByBatch: Record<string, number> = {};
  for (const size of [...new Set([...BATCH_SIZES, batch])].sort((a, b) => a - b)) {
    const stepMs = await cpuMs(await modelStep(engine, model, material, size));
    const legSteps = material.speechFrameCount / model.manifest.stepFrames / material.audioSeconds;
    modelByBatch[size] = rounded((stepMs / size) * legSteps, 4);
  }
  const { audioSeconds, speechShare } = material;
  const resampler = new Resampler(TWILIO_RATE_HZ, ANALYSIS_RATE_HZ);
  const stages: StageCosts = {
    ingest: rounded(await perSecond(ingest(material)), 4),
    decode: rounded(await perSecond(decode(material)), 4),
    resample: rounded(await perSecond(resample(material, resampler)), 4),
    features: rounded(await perSecond(features(material)), 4),
    gate: rounded(await perSecond(gate(material)), 4),
    model: modelByBatch[batch]!,
    readings: rounded(await perSecond(await readings(engine, model, material, config)), 4),
    events: rounded(await perSecond(events(material)), 4),
  };
  resampler.free();
  await engine.close();
  return { stages, modelByBatch, speechShare, audioSeconds };
}

/** CPU time of one run, all threads of the process. */
async function cpuMs(run: () => unknown): Promise<number> {
  for (let i = 0; i < 3; i++) await run();
  const before = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    await run();
    const { user, system } = process.cpuUsage(before);
    const usedMs = (user + system) / 1000;
    if (usedMs >= MIN_MEASURED_MS) return usedMs / runs;
  }
}

function ingest({ messages }: StageMaterial) {
  return () => {
    const track = new TwilioTrack(TWILIO_RATE_HZ);
    for (const bytes of messages) {
      const message = parseTwilioMessage(bytes.toString('utf8'));
      if (message?.event !== 'media') continue;
      const { timestamp, payload } = message.media;
      const audio = decodePayload(payload);
      const sequence = readCount(message.sequenceNumber);
      track.place({ sequence, timestampMs: readCount(timestamp) }, audio.length);
    }
  };
}

function decode({ chunks }: StageMaterial) {
  const decoder = new Decoder('mulaw');
  return () => {
    for (const chunk of chunks) decoder.decode(chunk);
  };
}

function resample({ chunks }: StageMaterial, resampler: Resampler) {
  const decoder = new Decoder('mulaw');
  const decoded = chunks.map((chunk) => decoder.decode(chunk).slice());
  return () => {
    for (const samples of decoded) resampler.push(samples);
  };
}

function features({ samples }: StageMaterial) {
  const extractor = new FeatureExtractor();
  return () => {
    for (let at = 0; at + WINDOW_SAMPLES <= samples.length; at += HOP_SAMPLES) {
      extractor.compute(samples, at);
    }
  };
}

function gate({ levels }: StageMaterial) {
  const speechGate = new SpeechGate();
  return () => {
    for (const { intensityDb, voicing } of levels) speechGate.update(intensityDb, voicing);
  };
}

async function modelStep(
  engine: Engine,
  { manifest }: ModelFolder,
  { speechFrames }: StageMaterial,
  batchSize: number,
) {
  const { stepFrames, shape } = manifest;
  const rowLength = stepFrames * shape.featureCount;
  const frames = Float32Array.from(
    { length: batchSize * rowLength },
    (_, i) => speechFrames[i % speechFrames.length]!,
  );
  const fresh = initialState(shape);
  const state = Float32Array.from(
    { length: batchSize * fresh.length },
    (_, i) => fresh[i % fresh.length]!,
  );
  return () => engine.step({ batchSize, frameCount: stepFrames, frames, state });
}

async function readings(
  engine: Engine,
  model: ModelFolder,
  material: StageMaterial,
  { analysis }: Config,
) {
  const { id, temperature, shape, stepFrames } = model.manifest;
  const step = await modelStep(engine, model, material, 1);
  const { logits, scores, logNormaliser, state } = await step();
  const head = createHead(shape, model.weights);
  const leg = new LegReadings({ id, temperature, head }, analysis.smoothing);
  leg.state.set(state);
  const steps = Math.floor(material.speechFrameCount / stepFrames);
  const updates = material.outputs.filter(({ type }) => type === 'emotion.updated').length;
  const { prosody } = material;
  return () => {
    for (let i = 0; i < steps; i++) {
      const span = {
        startMs: i * stepFrames * shape.hopMs,
        endMs: (i + 1) * stepFrames * shape.hopMs,
      };
      leg.read(span, logits, scores, logNormaliser[0]!);
    }
    const span = { startMs: 0, endMs: steps * stepFrames * shape.hopMs };
    for (let i = 0; i < updates; i++) leg.update(span, true, prosody);
  };
}

function events({ outputs }: StageMaterial) {
  const session = new SessionEvents(systemClock);
  const callId = 'CA00000000000000000000000000000000';
  return () => {
    for (const { type, data } of outputs) {
      const whole = { callId, leg: 'customer', ...data } as EventData<typeof type>;
      JSON.stringify(session.make(type, whole));
    }
  };
}
