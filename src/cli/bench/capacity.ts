import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../protocol/clock.ts';
import { type Distribution, distribution, rounded } from './distribution.ts';
import { type GeneratorReport, Load, type LoadResult } from './load/load.ts';
import type { Voice } from './load/load-messages.ts';
import { type Machine, measuredCommit, thisMachine } from './machine.ts';
import { MeasuredServer } from './measured-server.ts';
import type { Usage } from './server-messages.ts';
import { STAGES, type StageCosts, stageShares } from './stages.ts';
import { WebhookSink } from './webhook-sink.ts';

export interface CapacityOptions {
  readonly legs: number;
  /** How long to measure, after the warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** What the callers say, by turns. */
  readonly voices: readonly Voice[];
  readonly bothTracks: boolean;
  readonly jitterMs: number;
  /** Subscribers of the feed, one for each process of callers at least. */
  readonly subscribers: number;
  /** Processes that the callers are spread over. */
  readonly callerProcesses: number;
  /** Options of the measured gateway over its defaults. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly onPhase: (phase: string) => void;
}

/** What one fixed load comes to; bench/README.md defines each figure. */
export interface CapacityReport {
  readonly legs: number;
  /** Legs that stayed connected, lost no audio, and had every update within a second. */
  readonly legsHeld: number;
  readonly seconds: number;
  readonly audioSeconds: number;
  readonly speechShare: number;
  readonly cpuMsPerAudioSecond: number;
  readonly cpuShareOfOneCore: number;
  readonly stages: StageCosts;
  readonly meanBatchLegs: number;
  readonly latencyMs: Distribution | null;
  readonly firstEmotionMs: Distribution | null;
  readonly readyMs: number;
  readonly memoryPerLegBytes: number;
  /** Null when the process gave memory back meanwhile: then it says nothing. */
  readonly residentBytesPerLeg: number | null;
  readonly gc: { readonly ms: number; readonly count: number; readonly shareOfTime: number };
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly drops: { readonly events: number; readonly audioMs: number };
  /** Calls that were refused, by the code of the refusal. */
  readonly refused: Readonly<Record<string, number>>;
  readonly webhookDeliveries: number;
  readonly generator: GeneratorReport;
  readonly model: string;
  readonly engine: string;
  readonly machine: Machine;
  readonly commit: string | null;
  readonly measuredAt: string;
}

/** Long enough for some ten thousand samples of a gateway that is busy. */
const PROFILE_MS = 5000;
/** Connecting and asking take time in which the callers speak too. */
const SPARE_SECONDS = 20;

interface Measured {
  readonly refused: Readonly<Record<string, number>>;
  readonly result: LoadResult;
  readonly elapsedSeconds: number;
  readonly idle: Usage;
  readonly before: Usage;
  readonly after: Usage;
  /** All legs running, garbage collected. */
  readonly loaded: Usage;
  readonly shares: ReturnType<typeof stageShares>;
}

/**
 * Measures what one gateway process spends on so many live calls, and where. Rejects with TW_CONNECT_FAILED when
 * it cannot start; why, it says itself on standard error.
 */
export async function measureCapacity(options: CapacityOptions): Promise<CapacityReport> {
  const commit = measuredCommit();
  const sink = await WebhookSink.start();
  try {
    const flags = { ...roomFor(options), ...sink.flags, ...options.flags };
    const measured = await measureServer(flags, options);
    return {
      ...measured,
      webhookDeliveries: sink.received,
      machine: thisMachine(),
      commit,
      measuredAt: new Date(systemClock.nowMs()).toISOString(),
    };
  } finally {
    await sink.close();
  }
}

async function measureServer(flags: CapacityOptions['flags'], options: CapacityOptions) {
  options.onPhase('Starting the gateway');
  const server = await MeasuredServer.start(flags);
  try {
    const { model, engine } = server.listening;
    const measured = await runLoad(server, options);
    const readyMs = Math.round(server.readyMs);
    return { ...reportOf(options, measured), readyMs, model, engine };
  } finally {
    await server.stop();
  }
}

/** The defaults, but with room for this many calls and no limit that only a benchmark meets. */
function roomFor({ legs, subscribers }: CapacityOptions): Record<string, unknown> {
  return {
    'server.port': 0,
    'log.level': 'error',
    'limits.maxCalls': legs + 10,
    'limits.maxConnections': legs + subscribers + 100,
    'limits.feedQueueEvents': 100_000,
    'overload.maxUpgradesPerSecond': 100_000,
  };
}

async function runLoad(server: MeasuredServer, options: CapacityOptions): Promise<Measured> {
  const { legs, seconds, warmUpSeconds, voices, onPhase } = options;
  const idle = await server.usage({ collect: true });
  const maxSeconds = warmUpSeconds + seconds + PROFILE_MS / 1000 + SPARE_SECONDS;
  const { bothTracks, jitterMs, subscribers, callerProcesses } = options;
  const { url } = server.listening;
  const plan = { url, legs, bothTracks, jitterMs, subscribers, maxSeconds };
  const load = new Load(plan, callerProcesses);
  try {
    onPhase(`Connecting ${legs} callers`);
    const { refused } = await load.connect(voices);
    await load.speak();
    onPhase(`Warming up for ${warmUpSeconds} s`);
    await delay(warmUpSeconds * 1000);
    const before = await server.usage({ collect: false });
    const beganMs = systemClock.monotonicMs();
    await load.measure();
    onPhase(`Measuring for ${seconds} s`);
    await delay(seconds * 1000);
    const after = await server.usage({ collect: false });
    const elapsedSeconds = (systemClock.monotonicMs() - beganMs) / 1000;
    const result = await load.report();
    onPhase('Profiling');
    const shares = stageShares(await server.profile(PROFILE_MS));
    const loaded = await server.usage({ collect: true });
    onPhase('Hanging up');
    await load.stop();
    return { refused, result, elapsedSeconds, idle, before, after, loaded, shares };
  } finally {
    await load.close();
  }
}

function reportOf(options: CapacityOptions, measured: Measured) {
  const { legs, seconds, voices } = options;
  const { result, before, after, idle, loaded, elapsedSeconds, refused } = measured;
  const cpuMs = after.cpuMs - before.cpuMs;
  const batches = Math.max(1, after.batches - before.batches);
  const gcMs = after.gcMs - before.gcMs;
  return {
    legs,
    legsHeld: result.legsHeld,
    seconds,
    audioSeconds: rounded(result.audioSeconds, 1),
    speechShare: rounded(shareOfSpeech(voices), 3),
    cpuMsPerAudioSecond: rounded(cpuMs / result.audioSeconds, 3),
    cpuShareOfOneCore: rounded(cpuMs / 1000 / elapsedSeconds, 3),
    stages: stageCosts(measured),
    meanBatchLegs: rounded((after.steps - before.steps) / batches, 2),
    latencyMs: distribution(result.latenciesMs),
    firstEmotionMs: distribution(result.firstEmotionsMs),
    memoryPerLegBytes: Math.round((loaded.liveBytes - idle.liveBytes) / legs),
    residentBytesPerLeg:
      loaded.rssBytes < idle.rssBytes ? null : Math.round((loaded.rssBytes - idle.rssBytes) / legs),
    gc: {
      ms: rounded(gcMs, 1),
      count: after.gcCount - before.gcCount,
      shareOfTime: rounded(gcMs / 1000 / elapsedSeconds, 4),
    },
    eventLoopDelayMs: {
      p50: rounded(after.loopDelayMs.p50, 2),
      p99: rounded(after.loopDelayMs.p99, 2),
      max: rounded(after.loopDelayMs.max, 2),
    },
    drops: result.drops,
    refused,
    generator: result.generator,
  };
}

/** The measured CPU time, divided up as the profile of the same load says. */
function stageCosts({ result, before, after, shares }: Measured): StageCosts {
  const perSecond = (ms: number) => ms / result.audioSeconds;
  const all = after.cpuMs - before.cpuMs;
  const [from, to] = [before.threads, after.threads];
  const main = from && to ? to.mainMs - from.mainMs : all;
  const engine = from && to ? to.engineMs - from.engineMs : 0;
  const beyond = { model: engine, gc: all - main - engine };
  const costs = STAGES.map((stage) => {
    const ownThread = stage === 'model' || stage === 'gc' ? beyond[stage] : 0;
    return [stage, rounded(perSecond(shares[stage] * main + ownThread), 4)];
  });
  return Object.fromEntries(costs);
}

function shareOfSpeech(voices: readonly Voice[]): number {
  const chunks = voices.flatMap(({ speaking }) => speaking);
  return chunks.filter((speaking) => speaking).length / chunks.length;
}
