/**
 * The measured gateway, in a process of its own, so that its CPU time is its own. Started by
 * measured-server.ts with the configuration's flags as its argument; answers each question with what
 * it has used so far, and ends when its parent disconnects.
 */
import { loadConfig } from '../../config/load-config.ts';
import { loadAnalyser, startTonewire } from '../../tonewire.ts';

/** Sent once. */
export interface Listening {
  readonly type: 'listening';
  readonly url: string;
  readonly model: string;
  readonly engine: string;
}

/** What the gateway has used since it started. */
export interface Usage {
  readonly type: 'usage';
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** JavaScript heap and the buffers outside it; of use after a full collection only. */
  readonly liveBytes: number;
  /** Model steps: batches run, and legs served by them. */
  readonly batches: number;
  readonly steps: number;
}

export interface Question {
  readonly type: 'usage';
  /** Whether to collect garbage, after the CPU time was read and before the memory. */
  readonly collect: boolean;
}

const config = loadConfig({ flags: JSON.parse(process.argv[2] ?? '{}') });
const analyser = await loadAnalyser(config);
const tonewire = await startTonewire(config, { analyser });

process.on('message', ({ collect }: Question) => process.send?.(usage(collect)));
process.on('disconnect', () => void stop());
const { url } = tonewire;
const { modelId: model, engineName: engine } = analyser;
process.send?.({ type: 'listening', url, model, engine } satisfies Listening);

function usage(collect: boolean): Usage {
  const { user, system } = process.cpuUsage();
  if (collect) globalThis.gc?.();
  const { rss: rssBytes, heapUsed, external } = process.memoryUsage();
  const { batches, steps } = analyser.scheduler.counts;
  return {
    type: 'usage',
    cpuMs: (user + system) / 1000,
    rssBytes,
    liveBytes: heapUsed + external,
    batches,
    steps,
  };
}

async function stop(): Promise<void> {
  await tonewire.close();
  await analyser.close();
}
