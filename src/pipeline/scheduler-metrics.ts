import { Counter, Gauge, type Registry } from 'prom-client';
import type { Scheduler } from './scheduler.ts';

/** What the model does, in numbers: steps over batches is the mean batch. */
export function registerSchedulerMetrics(registry: Registry, scheduler: Scheduler): void {
  const counted = {
    batches: 'Batches the model ran.',
    steps: "Legs' steps in those batches.",
    failures: 'Steps lost to a failing engine; each is also an audio.gap.',
  } as const;
  for (const [name, help] of Object.entries(counted)) {
    new Counter({
      name: `tonewire_model_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(scheduler.counts[name as keyof typeof counted]);
      },
    });
  }
  new Gauge({
    name: 'tonewire_model_waiting_legs',
    help: 'Legs that wait for a step.',
    registers: [registry],
    collect() {
      this.set(scheduler.waitingLegs);
    },
  });
}
