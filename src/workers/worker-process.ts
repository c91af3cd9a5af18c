import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { extname } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Principal } from '../gateway/auth.ts';
import type { ConnectionSlot } from '../gateway/connection-slots.ts';
import type { Knock } from '../gateway/upgrade.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Transcript } from '../protocol/messages.ts';
import { GATEWAY_NODE_FLAGS } from './gateway-flags.ts';
import type { MetricJson, WorkerLoad, WorkerReply, WorkerRequest } from './worker-messages.ts';

export interface WorkerProcessOptions {
  /** Shown in logs and metrics: a small number. */
  readonly name: string;
  readonly config: Config;
  readonly onEvents: (events: readonly string[]) => void;
}

const UNKNOWN: WorkerLoad = { running: 0, parked: 0, behind: false, busyShare: 0 };

/** A worker that does not answer a request for its numbers is left out of them after this. */
const METRICS_TIMEOUT_MS = 2000;

/** One process that carries calls. It ends once, for good; workers.ts starts another in its place. */
export class WorkerProcess {
  readonly name: string;
  /** Resolves with the model's id when it takes calls; rejects with why it does not. */
  readonly ready: Promise<string>;
  /** Resolves when it is gone, for whatever reason. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #onEvents: (events: readonly string[]) => void;
  readonly #slots = new Map<number, ConnectionSlot>();
  #nextId = 1;
  #taking = false;
  #load = UNKNOWN;

  constructor({ name, config, onEvents }: WorkerProcessOptions) {
    this.name = name;
    this.#onEvents = onEvents;
    this.#child = startProcess();
    this.gone = once(this.#child, 'exit').then(() => this.#end());
    this.ready = this.#whenReady();
    this.#child.on('message', (reply: WorkerReply) => this.#hear(reply));
    // Its end is what counts, and `gone` tells of that.
    this.#child.on('error', () => undefined);
    this.#ask({ type: 'start', name, config });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it takes sockets now. */
  get taking(): boolean {
    return this.#taking;
  }

  /** Sockets that it has. */
  get sockets(): number {
    return this.#slots.size;
  }

  get load(): WorkerLoad {
    return this.#load;
  }

  /** Gives it a socket whose upgrade was accepted. */
  handOver({ request, socket, head }: Knock, slot: ConnectionSlot, principal: Principal): void {
    if (!(socket instanceof Socket)) {
      throw new TonewireError('TW_INTERNAL', 'Only a network socket can be handed to a worker.');
    }
    const id = this.#nextId;
    this.#nextId += 1;
    this.#slots.set(id, slot);
    const { method = 'GET', url = '/', headers } = request;
    // What had arrived meanwhile; whoever keeps to the protocol waits for the handshake's answer.
    const early: Buffer | null = socket.read();
    const message: WorkerRequest = {
      type: 'socket',
      id,
      path: new URL(url, 'http://worker.invalid').pathname.replace(/(?<=.)\/$/, ''),
      method,
      url,
      headers,
      head: early === null ? head : Buffer.concat([head, early]),
      principal,
    };
    // Or Node's server would wait for it when it closes, and for ever once the worker is gone.
    Object.assign(socket, { server: null });
    this.#child.send(message, socket, (error) => {
      // Nothing but the shell of it is left here.
      socket.destroy();
      if (error !== null) this.#release(id);
    });
  }

  refuse(callId: string): void {
    this.#ask({ type: 'refuse', callId });
  }

  transcript(source: string, callId: string, line: Transcript): void {
    this.#ask({ type: 'transcript', source, callId, line });
  }

  /** Its numbers; none when it does not answer. */
  async metrics(): Promise<readonly MetricJson[]> {
    const answered = this.#reply('metrics', METRICS_TIMEOUT_MS);
    this.#ask({ type: 'metrics' });
    return (await answered)?.metrics ?? [];
  }

  /** Refuses new calls and lets the running ones finish; resolves when it has told of all of them, or is gone. */
  async drain(timeoutMs: number): Promise<void> {
    this.#taking = false;
    const drained = this.#reply('drained', timeoutMs);
    this.#ask({ type: 'drain' });
    await drained;
  }

  /** Lets it end its calls and go; ends it where it does not go in time. */
  async close(timeoutMs: number): Promise<void> {
    this.#taking = false;
    this.#ask({ type: 'close' });
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    await this.gone;
    clearTimeout(kill);
  }

  async #whenReady(): Promise<string> {
    const reply = await this.#reply('ready', undefined);
    if (reply) return reply.modelId;
    throw this.#failure ?? new TonewireError('TW_WORKER_LOST', 'A worker ended as it started.');
  }

  #failure: TonewireError | undefined;

  /** Its next reply of this type; undefined when it is gone first, or this time has passed. */
  #reply<T extends WorkerReply['type']>(type: T, timeoutMs: number | undefined) {
    return new Promise<Extract<WorkerReply, { type: T }> | undefined>((resolve) => {
      const settle = (reply?: Extract<WorkerReply, { type: T }>) => {
        clearTimeout(timer);
        this.#child.off('message', onMessage);
        resolve(reply);
      };
      const onMessage = (reply: WorkerReply) => {
        if (reply.type === type) settle(reply as Extract<WorkerReply, { type: T }>);
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(settle, timeoutMs);
      this.#child.on('message', onMessage);
      void this.gone.then(() => settle());
    });
  }

  #hear(reply: WorkerReply): void {
    switch (reply.type) {
      case 'ready':
        this.#taking = true;
        break;
      case 'failed':
        this.#failure = new TonewireError(reply.code, reply.message);
        break;
      case 'events':
        this.#onEvents(reply.events);
        break;
      case 'authenticated':
        this.#slots.get(reply.id)?.authenticated();
        break;
      case 'closed':
        this.#release(reply.id);
        break;
      case 'load':
        this.#load = reply.load;
        break;
    }
  }

  #release(id: number): void {
    this.#slots.get(id)?.release();
    this.#slots.delete(id);
  }

  #end(): void {
    this.#taking = false;
    this.#load = UNKNOWN;
    for (const id of [...this.#slots.keys()]) this.#release(id);
  }

  #ask(request: WorkerRequest): void {
    if (this.#child.connected) this.#child.send(request, () => undefined);
  }
}

/** The same kind of file as this code runs from: built JavaScript, or the source under a loader. */
function startProcess(): ChildProcess {
  const extension = extname(import.meta.url);
  const loader = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(new URL(`./worker-main${extension}`, import.meta.url), {
    execArgv: [...process.execArgv, ...GATEWAY_NODE_FLAGS, ...loader],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Bytes stay bytes, and texts are not escaped once more.
    serialization: 'advanced',
  });
}
