/**
 * What a durable webhook costs: `npx tsx bench/outbox.ts --out FILE`. CPU per event against the same
 * webhook live, events a second, and what a dead target does to the latency of another;
 * bench/README.md says how to read the result.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Adapter } from '../src/adapters/adapter.ts';
import { AdapterHost } from '../src/adapters/adapter-host.ts';
import { EventBus } from '../src/adapters/event-bus.ts';
import { createWebhookAdapter } from '../src/adapters/webhook.ts';
import { type Distribution, distribution, rounded } from '../src/cli/bench/distribution.ts';
import { measuredCommit, thisMachine } from '../src/cli/bench/machine.ts';
import { silentLogger } from '../src/log/logger.ts';
import { systemClock } from '../src/protocol/clock.ts';
import type { AnyEvent } from '../src/protocol/events.ts';
import { countingCounters } from '../test/helpers/adapter-doubles.ts';
import { memoryOutbox } from '../test/helpers/memory-outbox.ts';
import { sampleEvent } from '../test/helpers/sample-events.ts';

const EVENTS = 4000;
const ROUNDS = 5;
const CALLS = 50;
/** A step of the model answers several legs. */
const EVENTS_A_TURN = 5;
/** For the latency: 200 events a second. */
const LATENCY_EVENTS = 1000;
const TURN_MS = 25;
/** Nobody listens there. */
const DEAD_URL = 'http://127.0.0.1:9/';
const QUEUE = { maxEvents: 100_000, maxInFlight: 8 };

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const sink = fork(fileURLToPath(import.meta.url), ['sink']);
  const [port] = (await once(sink, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  try {
    const rounds: Record<'live' | 'durable' | 'noTarget', Cost>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        live: await cost(webhook('sink', url, 'live')),
        durable: await cost(webhook('sink', url, 'durable')),
        noTarget: await cost({ name: 'none', delivery: 'durable', queue: QUEUE, event() {} }),
      });
    }
    const alone: Distribution[] = [];
    const besideDead: Distribution[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await latencies(url, false));
      besideDead.push(await latencies(url, true));
    }
    const cpuUs = (which: 'live' | 'durable' | 'noTarget') =>
      median(rounds.map((one) => one[which].cpuUs));
    const rate = (which: 'live' | 'durable' | 'noTarget') =>
      Math.max(...rounds.map((one) => one[which].eventsPerSecond));
    const result = {
      events: EVENTS,
      rounds: ROUNDS,
      cpuUsPerEvent: {
        live: cpuUs('live'),
        durable: cpuUs('durable'),
        noTarget: cpuUs('noTarget'),
      },
      addedCpuUsPerEvent: rounded(cpuUs('durable') - cpuUs('live'), 1),
      bestEventsPerSecond: { durable: rate('durable'), noTarget: rate('noTarget') },
      eventsPerCpuSecond: {
        durable: Math.round(1e6 / cpuUs('durable')),
        noTarget: Math.round(1e6 / cpuUs('noTarget')),
      },
      latencyMs: { alone: ofRounds(alone), besideDeadTarget: ofRounds(besideDead) },
      machine: thisMachine(),
      commit: measuredCommit(),
    };
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (values.out === undefined) console.log(text);
    else writeFileSync(values.out, text);
  } finally {
    sink.kill();
  }
}

function webhook(name: string, url: string, delivery: 'live' | 'durable'): Adapter {
  return createWebhookAdapter({
    name,
    url,
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    previousSecrets: [],
    filter: {
      events: ['emotion.updated'],
      minConfidence: 0,
      metadata: [],
      sampling: { minIntervalMs: 0, everyNth: 1 },
    },
    delivery,
    maxQueue: QUEUE.maxEvents,
    timeoutMs: 15_000,
    maxInFlight: QUEUE.maxInFlight,
    maxAttempts: 1,
  });
}

/** Runs adapters over an outbox in a file of its own while `work` publishes. */
async function hosting(
  adapters: readonly Adapter[],
  work: (bus: EventBus, host: AdapterHost) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tonewire-outbox-'));
  const options = { clock: systemClock, maxRows: 1_000_000, maxBytes: 2 ** 31 };
  const { outbox, close } = await memoryOutbox(options, join(folder, 'store.db'));
  const bus = new EventBus(silentLogger);
  const { counters } = countingCounters();
  const lent = { bus, logger: silentLogger, clock: systemClock, counters, maxCalls: CALLS, outbox };
  const host = new AdapterHost({ adapters, ...lent });
  host.start();
  await work(bus, host);
  await host.stop(60_000);
  close();
  rmSync(folder, { recursive: true, force: true });
}

interface Cost {
  readonly cpuUs: number;
  readonly eventsPerSecond: number;
}

async function cost(adapter: Adapter): Promise<Cost> {
  let cpuUs = 0;
  let seconds = 0;
  await hosting([adapter], async (bus, host) => {
    await publish(bus, EVENTS_A_TURN * 20);
    await emptied(host);
    const startedMs = performance.now();
    const before = process.cpuUsage();
    await publish(bus, EVENTS);
    await emptied(host);
    const { user, system } = process.cpuUsage(before);
    cpuUs = (user + system) / EVENTS;
    seconds = (performance.now() - startedMs) / 1000;
  });
  return { cpuUs: rounded(cpuUs, 1), eventsPerSecond: Math.round(EVENTS / seconds) };
}

/** From publishing to having the target's answer, in milliseconds. */
async function latencies(url: string, besideDead: boolean): Promise<Distribution> {
  const published = new Map<string, number>();
  const tookMs: number[] = [];
  const good = webhook('good', url, 'durable');
  const timed: Adapter = {
    ...good,
    async event(event, signal) {
      await good.event?.(event, signal);
      tookMs.push(performance.now() - published.get(event.id)!);
    },
  };
  const dead = besideDead ? [webhook('dead', DEAD_URL, 'durable')] : [];
  await hosting([...dead, timed], async (bus) => {
    await publish(bus, LATENCY_EVENTS, TURN_MS, (event) => {
      published.set(event.id, performance.now());
    });
    while (tookMs.length < LATENCY_EVENTS) await turn();
  });
  return distribution(tookMs.slice(LATENCY_EVENTS / 10))!;
}

function ofRounds(rounds: readonly Distribution[]) {
  const of = (which: 'p50' | 'p99') => rounds.map((round) => round[which]);
  return { medianP50: median(of('p50')), medianP99: median(of('p99')), p99ByRound: of('p99') };
}

async function publish(
  bus: EventBus,
  count: number,
  pauseMs = 0,
  before: (event: AnyEvent) => void = () => undefined,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const callId = `call-${index % CALLS}`;
    const event = sampleEvent('emotion.updated', index, { callId });
    before(event);
    bus.publish(event);
    if (index % EVENTS_A_TURN === EVENTS_A_TURN - 1) await turn(pauseMs);
  }
}

async function emptied(host: AdapterHost): Promise<void> {
  while (host.status.some(({ events }) => events > 0)) await turn(5);
}

function turn(pauseMs = 0): Promise<void> {
  return new Promise((resolve) => {
    if (pauseMs > 0) setTimeout(resolve, pauseMs);
    else setImmediate(resolve);
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)]!;
}

if (process.argv[2] === 'sink') {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
} else await main();
