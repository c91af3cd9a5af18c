import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { compileSender } from './compile-sender.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** How long a process may go on after it has accepted what it was to live for. */
const A_MOMENT_MS = 20;
/** One in so many is killed at any instant since it was started, its recovery included. */
const KILLED_EARLY = 5;

export interface KillRun {
  readonly kills: number;
  /** Kills that came before the process had accepted anything. */
  readonly killsWhileStarting: number;
  /** Events that a process said were accepted, before it was killed. */
  readonly accepted: number;
  /** Different events that came. */
  readonly delivered: number;
  /** Accepted, and never came. */
  readonly lost: number;
  /** Deliveries of an event that had come before. */
  readonly duplicates: number;
  readonly duplicatesPerThousand: number;
  /** First deliveries that came before an earlier one of their call. */
  readonly overtaken: number;
  /** Requests whose signature did not hold. */
  readonly unverified: number;
}

export interface KillOptions {
  readonly kills: number;
  /** Events that a process accepts before it is killed, on average. */
  readonly eventsALife: number;
  /** For the store file and what else is needed. */
  readonly folder: string;
  /** 0 to 1. */
  random(): number;
  progress?(kill: number): void;
}

/**
 * Kills a sender (`kill -9`) at random instants under load, again and again on one store file, then
 * lets a last one deliver what is left, and compares what was accepted with what a real HTTP
 * receiver got.
 */
export async function killRun(options: KillOptions): Promise<KillRun> {
  const { kills, folder, random } = options;
  const sender = compileSender(folder);
  const store = join(folder, 'store.db');
  const receiver = await Receiver.start();
  const accepted = new Set<string>();
  let killsWhileStarting = 0;
  let startMs = 1000;
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const life = new Life(sender, [store, receiver.url, SECRET, String(kill), 'load']);
      if (random() * KILLED_EARLY < 1) await wait(random() * startMs);
      else {
        startMs = await life.accepts(1);
        await life.accepts(Math.ceil(random() * 2 * options.eventsALife));
        await wait(random() * A_MOMENT_MS);
      }
      await life.kill();
      if (life.accepted.length === 0) killsWhileStarting += 1;
      for (const id of life.accepted) accepted.add(id);
      options.progress?.(kill);
    }
    const last = new Life(sender, [store, receiver.url, SECRET, String(kills + 1), 'drain']);
    await last.ended;
  } finally {
    await receiver.close();
  }
  return { kills, killsWhileStarting, ...receiver.compare(accepted) };
}

/** One sender, from its start to its end. */
class Life {
  readonly accepted: string[] = [];
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #startedMs = performance.now();
  #said = '';

  constructor(sender: string, words: readonly string[]) {
    this.#child = spawn(process.execPath, [sender, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  /** Once it has accepted so many; returns how long it has lived, in milliseconds. */
  async accepts(events: number): Promise<number> {
    while (this.accepted.length < events) await once(this.#child.stdout!, 'data');
    return performance.now() - this.#startedMs;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** A line that was cut off by the kill stays out. */
  #hear(text: string): void {
    const lines = (this.#said + text).split('\n');
    this.#said = lines.pop() ?? '';
    this.accepted.push(...lines);
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers 200 to whatever verifies, and remembers how often each event came. */
class Receiver {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #webhook = new Webhook(SECRET);
  readonly #times = new Map<string, number>();
  /** By call, the place of the latest first delivery. */
  readonly #latest = new Map<string, readonly number[]>();
  #unverified = 0;
  #overtaken = 0;

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        response.writeHead(this.#take(body, request.headers) ? 200 : 401).end();
      });
      // A killed sender breaks off in the middle.
      request.on('error', () => undefined);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  compare(accepted: ReadonlySet<string>): Omit<KillRun, 'kills' | 'killsWhileStarting'> {
    const delivered = this.#times.size;
    const deliveries = [...this.#times.values()].reduce((sum, times) => sum + times, 0);
    const duplicates = deliveries - delivered;
    return {
      accepted: accepted.size,
      delivered,
      lost: [...accepted].filter((id) => !this.#times.has(id)).length,
      duplicates,
      duplicatesPerThousand: Number(((1000 * duplicates) / Math.max(delivered, 1)).toFixed(2)),
      overtaken: this.#overtaken,
      unverified: this.#unverified,
    };
  }

  #take(body: string, headers: IncomingHttpHeaders): boolean {
    try {
      this.#webhook.verify(body, headers as Record<string, string>);
    } catch {
      this.#unverified += 1;
      return false;
    }
    const { id, data } = JSON.parse(body) as { id: string; data: { callId: string } };
    const times = this.#times.get(id) ?? 0;
    this.#times.set(id, times + 1);
    if (times === 0) this.#checkOrder(data.callId, id.split('-').map(Number));
    return true;
  }

  #checkOrder(callId: string, place: readonly number[]): void {
    const [run = 0, sequence = 0] = place;
    const [latestRun = 0, latestSequence = -1] = this.#latest.get(callId) ?? [];
    const later = run > latestRun || (run === latestRun && sequence > latestSequence);
    if (later) this.#latest.set(callId, place);
    else this.#overtaken += 1;
  }
}
