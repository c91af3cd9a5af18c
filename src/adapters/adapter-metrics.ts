import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../protocol/clock.ts';
import type { AdapterCounters } from './adapter-counters.ts';
import type { AdapterHost } from './adapter-host.ts';
import type { AdapterStatus } from './adapter-lane.ts';

/** What became of events, by adapter. */
export function adapterCounters(registry: Registry): AdapterCounters {
  const counter = (name: string, help: string) =>
    new Counter({
      name: `tonewire_adapter_${name}_total`,
      help,
      labelNames: ['adapter'] as const,
      registers: [registry],
    });
  return {
    delivered: counter('delivered', 'Events an adapter delivered.'),
    dropped: counter(
      'dropped',
      'Events an adapter never tried: there was no room in its queue or outbox, or it was off.',
    ),
    failed: counter(
      'failed',
      'Events an adapter tried and gave up on; a durable one keeps them as dead letters.',
    ),
    retried: counter('retried', 'Attempts in vain that are to be followed by another.'),
  };
}

/** What waits for each adapter, read when it is asked for. */
export function registerAdapterGauges(registry: Registry, host: AdapterHost, clock: Clock): void {
  const gauge = (name: string, help: string, read: (status: AdapterStatus) => number) =>
    new Gauge({
      name: `tonewire_adapter_${name}`,
      help,
      labelNames: ['adapter'] as const,
      registers: [registry],
      collect() {
        for (const status of host.status) this.set({ adapter: status.name }, read(status));
      },
    });
  gauge('waiting_events', 'Events that wait for an adapter.', ({ events }) => events);
  gauge('waiting_bytes', 'JSON that waits in the outbox.', ({ bytes }) => bytes);
  gauge('oldest_waiting_seconds', 'How long the oldest event waits.', ({ sinceMs }) =>
    sinceMs === undefined ? 0 : (clock.nowMs() - sinceMs) / 1000,
  );
  gauge('dead_letters', 'Durable events given up on.', ({ deadLetters }) => deadLetters);
  gauge('circuit_open', '1 while a target is left alone because it fails.', ({ circuitOpen }) =>
    circuitOpen ? 1 : 0,
  );
  gauge('off', '1 when an adapter did not start or its target is gone.', ({ state }) =>
    state === 'off' ? 1 : 0,
  );
}
