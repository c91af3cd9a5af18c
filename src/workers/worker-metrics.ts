import { Counter, Gauge, type Registry } from 'prom-client';
import type { MetricJson } from './worker-messages.ts';
import type { Workers } from './workers.ts';

/** What the primary knows of its workers, in numbers. */
export function registerWorkerMetrics(registry: Registry, workers: Workers): void {
  new Gauge({
    name: 'tonewire_worker_calls',
    help: 'Calls running in each worker.',
    labelNames: ['worker'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [worker, calls] of workers.runningByWorker) this.set({ worker }, calls);
    },
  });
  const counted = {
    restarts: 'Workers that ended unexpectedly and were started again.',
    calls_lost: 'Calls that ended with their worker.',
  } as const;
  for (const [name, help] of Object.entries(counted)) {
    new Counter({
      name: `tonewire_worker_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(workers.counts[name as keyof typeof counted]);
      },
    });
  }
}

/** The workers' own numbers, each value labelled by its worker. */
export async function labelledMetrics(workers: Workers): Promise<MetricJson[][]> {
  const all = await workers.metrics();
  return [...all].map(([worker, metrics]) =>
    metrics.map((metric) => ({
      ...metric,
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } })),
    })),
  );
}
