/**
 * The measured gateway, in a process of its own, so that its CPU time is its own. Started by
 * measured-server.ts with the configuration's flags as its argument; answers each question with what
 * it has used so far, and ends when its parent disconnects.
 */
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../config/load-config.ts';
import { loadAnalyser, startTonewire } from '../../tonewire.ts';
import type { Listening, Question, Usage } from './server-messages.ts';
import { threadTimes } from './thread-times.ts';

const LOOP_DELAY_RESOLUTION_MS = 5;
const PROFILE_INTERVAL_US = 250;
const NANOSECONDS = 1e6;

const config = loadConfig({ flags: JSON.parse(process.argv[2] ?? '{}') });
const threadsBefore = threadTimes();
const analyser = await loadAnalyser(config);
/** The engine's thread, and those it made. */
const engineThreads = [...(threadTimes()?.keys() ?? [])].filter((id) => !threadsBefore?.has(id));
const tonewire = await startTonewire(config, { analyser });

const gc = { ms: 0, count: 0 };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    gc.ms += duration;
    gc.count += 1;
  }
}).observe({ entryTypes: ['gc'] });
const loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
loopDelay.enable();

process.on('message', async (question: Question) => {
  process.send?.(question.type === 'usage' ? usage(question.collect) : await profile(question.ms));
});
process.on('disconnect', () => void stop());
const { url } = tonewire;
const { modelId: model, engineName: engine } = analyser;
process.send?.({ url, model, engine } satisfies Listening);

function usage(collect: boolean): Usage {
  const { user, system } = process.cpuUsage();
  const threads = threadTimes();
  const times = (ids: readonly number[]) =>
    ids.reduce((sum, id) => sum + (threads?.get(id) ?? 0), 0);
  const cpuMs = (user + system) / 1000;
  if (collect) globalThis.gc?.();
  const { rss: rssBytes, heapUsed, external } = process.memoryUsage();
  const { batches, steps } = analyser.scheduler.counts;
  return {
    cpuMs,
    threads: threads && { mainMs: times([process.pid]), engineMs: times(engineThreads) },
    gcMs: gc.ms,
    gcCount: gc.count,
    loopDelayMs: takeLoopDelay(),
    rssBytes,
    liveBytes: heapUsed + external,
    batches,
    steps,
  };
}

/** How late a timer was since the last time we asked. */
function takeLoopDelay(): Usage['loopDelayMs'] {
  const late = (ns: number) => Math.max(0, ns / NANOSECONDS - LOOP_DELAY_RESOLUTION_MS);
  const delays = {
    p50: late(loopDelay.percentile(50)),
    p99: late(loopDelay.percentile(99)),
    max: late(loopDelay.max),
  };
  loopDelay.reset();
  return delays;
}

/** Samples the event loop's thread for so long. */
async function profile(ms: number) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL_US });
  await session.post('Profiler.start');
  await delay(ms);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profile;
}

async function stop(): Promise<void> {
  await tonewire.close();
  await analyser.close();
}
