import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../config/load-config.ts';
import { systemClock } from '../../protocol/clock.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import { subscribeToEvents } from '../callers/event-feed.ts';
import { type Distribution, distribution, rounded } from './distribution.ts';
import { Fleet } from './fleet.ts';
import { type Machine, measuredCommit, thisMachine } from './machine.ts';
import { MeasuredServer } from './measured-server.ts';
import type { Usage } from './server-process.ts';
import { measureStages, type StageCosts } from './stages.ts';

export interface CapacityOptions {
  readonly legs: number;
  /** How long to measure, after the warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** What every caller says: Twilio payloads of one leg, of 20 ms each. */
  readonly payloads: readonly string[];
  /** Options of the measured gateway over its defaults. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly onPhase: (phase: string) => void;
}

/** What `tonewire bench capacity` reports; bench/README.md defines each figure. */
export interface CapacityReport {
  readonly legs: number;
  /** Legs that stayed connected, lost no audio, and had every update within MAX_HELD_LATENCY_MS. */
  readonly legsHeld: number;
  readonly seconds: number;
  readonly audioSeconds: number;
  readonly speechShare: number;
  readonly cpuMsPerAudioSecond: number;
  readonly cpuShareOfOneCore: number;
  readonly stages: StageCosts & { readonly rest: number };
  readonly modelByBatch: Readonly<Record<string, number>>;
  readonly meanBatchLegs: number;
  readonly latencyMs: Distribution | null;
  readonly memoryPerLegBytes: number;
  /** Null when the process gave memory back meanwhile: then it says nothing. */
  readonly residentBytesPerLeg: number | null;
  readonly drops: { readonly events: number; readonly audioMs: number };
  readonly senderLateMs: number;
  readonly model: string;
  readonly engine: string;
  readonly machine: Machine;
  readonly commit: string | null;
  readonly measuredAt: string;
}

/** A leg that is answered later than this is not keeping up, even when nothing of it is lost. */
const MAX_HELD_LATENCY_MS = 1000;

interface Heard {
  readonly latenciesMs: number[];
  drops: number;
  droppedMs: number;
}

interface LoadReport {
  readonly fleet: Fleet;
  readonly heard: Heard;
  readonly audioSeconds: number;
  readonly elapsedSeconds: number;
  readonly idle: Usage;
  readonly before: Usage;
  readonly after: Usage;
  /** All legs running, garbage collected. */
  readonly loaded: Usage;
  readonly legsHeld: number;
}

/** Measures what one gateway process spends on so many live calls, and where. */
export async function measureCapacity(options: CapacityOptions): Promise<CapacityReport> {
  const commit = measuredCommit();
  const flags = { ...roomFor(options.legs), ...options.flags };
  const config = loadConfig({ flags });
  options.onPhase('Starting the gateway');
  const server = await MeasuredServer.start(flags);
  const { model, engine } = server.listening;
  let load: LoadReport;
  try {
    load = await runLoad(server, options);
  } finally {
    await server.stop();
  }
  const batches = Math.max(1, load.after.batches - load.before.batches);
  const meanBatchLegs = (load.after.steps - load.before.steps) / batches;
  options.onPhase('Measuring each stage alone');
  const report = await measureStages(config, options.payloads, meanBatchLegs);
  const cpuMs = load.after.cpuMs - load.before.cpuMs;
  const cpuMsPerAudioSecond = cpuMs / load.audioSeconds;
  const known = Object.values(report.stages).reduce((sum, cost) => sum + cost, 0);
  const { legs, seconds } = options;
  const { idle, loaded, heard } = load;
  return {
    legs,
    legsHeld: load.legsHeld,
    seconds,
    audioSeconds: rounded(load.audioSeconds, 1),
    speechShare: rounded(report.speechShare, 3),
    cpuMsPerAudioSecond: rounded(cpuMsPerAudioSecond, 3),
    cpuShareOfOneCore: rounded(cpuMs / 1000 / load.elapsedSeconds, 3),
    stages: { ...report.stages, rest: rounded(cpuMsPerAudioSecond - known, 4) },
    modelByBatch: report.modelByBatch,
    meanBatchLegs: rounded(meanBatchLegs, 2),
    latencyMs: distribution(heard.latenciesMs),
    memoryPerLegBytes: Math.round((loaded.liveBytes - idle.liveBytes) / legs),
    residentBytesPerLeg:
      loaded.rssBytes < idle.rssBytes ? null : Math.round((loaded.rssBytes - idle.rssBytes) / legs),
    drops: { events: heard.drops, audioMs: Math.round(heard.droppedMs) },
    senderLateMs: rounded(load.fleet.longestTickMs, 1),
    model,
    engine,
    machine: thisMachine(),
    commit,
    measuredAt: new Date(systemClock.nowMs()).toISOString(),
  };
}

/** The defaults, but with room for this many calls and no limit that only a benchmark meets. */
function roomFor(legs: number): Record<string, unknown> {
  return {
    'server.port': 0,
    'log.level': 'error',
    'limits.maxCalls': legs + 10,
    'limits.maxConnections': legs + 100,
    'limits.feedQueueEvents': 100_000,
  };
}

async function runLoad(server: MeasuredServer, options: CapacityOptions): Promise<LoadReport> {
  const { legs, seconds, warmUpSeconds, payloads, onPhase } = options;
  const clock = systemClock;
  const url = server.listening.url.replace('http', 'ws');
  const idle = await server.usage({ collect: true });
  onPhase(`Connecting ${legs} callers`);
  const maxSeconds = warmUpSeconds + seconds + 5;
  const fleet = await Fleet.connect({ url, clock, legs, payloads, maxSeconds });
  const heard: Heard = { latenciesMs: [], drops: 0, droppedMs: 0 };
  let sinceMs = Number.POSITIVE_INFINITY;
  const feed = await subscribeToEvents({
    url,
    onEvent: (event) => hear(event, fleet, heard, sinceMs, clock.monotonicMs()),
  });
  fleet.speak();
  onPhase(`Warming up for ${warmUpSeconds} s`);
  await delay(warmUpSeconds * 1000);
  const before = await server.usage({ collect: false });
  const sentBeforeMs = fleet.sentMs;
  sinceMs = clock.monotonicMs();
  fleet.forgetDelays();
  onPhase(`Measuring for ${seconds} s`);
  await delay(seconds * 1000);
  const after = await server.usage({ collect: false });
  const audioSeconds = (fleet.sentMs - sentBeforeMs) / 1000;
  const elapsedSeconds = (clock.monotonicMs() - sinceMs) / 1000;
  sinceMs = Number.POSITIVE_INFINITY;
  const loaded = await server.usage({ collect: true });
  const legsHeld = fleet.heldLegs;
  onPhase('Hanging up');
  await fleet.stop();
  feed.close();
  return { fleet, heard, audioSeconds, elapsedSeconds, idle, before, after, loaded, legsHeld };
}

/** Latency: from sending the chunk that completes an update's last hop to having the update. */
function hear(event: AnyEvent, fleet: Fleet, heard: Heard, sinceMs: number, nowMs: number): void {
  if (event.type === 'audio.gap') {
    heard.drops += 1;
    heard.droppedMs += event.data.span.endMs - event.data.span.startMs;
    fleet.fell(event.data.callId);
  } else if (event.type === 'emotion.updated') {
    const sentMs = fleet.sentAtMs(event.data.callId, event.data.span.endMs);
    if (sentMs === undefined || sentMs < sinceMs) return;
    heard.latenciesMs.push(nowMs - sentMs);
    if (nowMs - sentMs > MAX_HELD_LATENCY_MS) fleet.fell(event.data.callId);
  }
}
