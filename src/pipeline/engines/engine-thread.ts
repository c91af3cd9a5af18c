import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TonewireError } from '../../protocol/errors.ts';
import type { NetworkShape } from '../network/shape.ts';
import type { Engine, StepInput, StepOutput } from './engine.ts';
import type { EngineReply, EngineRequest, EngineThreadData } from './engine-messages.ts';
import { StepMemory } from './step-memory.ts';

/** Below this the memory would soon be made anew. */
const FIRST_BATCH_SIZE = 16;

/**
 * An engine on a thread of its own, so that the event loop goes on while it computes. Steps run one
 * at a time; an answer's arrays are views that the next step overwrites.
 */
class ThreadedEngine implements Engine {
  readonly name: string;
  readonly #thread: Worker;
  readonly #shape: NetworkShape;
  #memory: StepMemory | undefined;
  #gone = false;

  constructor(name: string, thread: Worker, shape: NetworkShape) {
    this.name = name;
    this.#thread = thread;
    this.#shape = shape;
    thread.once('exit', () => {
      this.#gone = true;
    });
    thread.unref();
  }

  async step({ batchSize, frameCount, frames, state }: StepInput): Promise<StepOutput> {
    if (this.#gone) throw new TonewireError('TW_ENGINE_FAILED', "The engine's thread has ended.");
    const step = { batchSize, frameCount };
    const views = this.#roomFor(step).views(step);
    // In this order: the state may be the last answer's, which lies in the same memory.
    views.state.set(state.subarray(0, views.state.length));
    views.frames.set(frames.subarray(0, views.frames.length));
    const replied = nextReply(this.#thread);
    this.#ask({ type: 'step', step });
    // An answer that somebody waits for keeps the process alive; an idle engine does not.
    this.#thread.ref();
    try {
      await replied;
    } finally {
      this.#thread.unref();
    }
    return views;
  }

  async close(): Promise<void> {
    if (this.#gone) return;
    const ended = once(this.#thread, 'exit');
    this.#thread.ref();
    this.#ask({ type: 'close' });
    await ended;
  }

  #roomFor(step: { readonly batchSize: number; readonly frameCount: number }): StepMemory {
    if (this.#memory?.holds(step)) return this.#memory;
    const { batchSize, frameCount } = this.#memory?.room ?? {
      batchSize: FIRST_BATCH_SIZE,
      frameCount: 1,
    };
    const room = {
      batchSize: step.batchSize > batchSize ? 2 * step.batchSize : batchSize,
      frameCount: Math.max(frameCount, step.frameCount),
    };
    this.#memory = new StepMemory(this.#shape, room);
    this.#ask({ type: 'memory', block: this.#memory.block, room });
    return this.#memory;
  }

  #ask(request: EngineRequest): void {
    this.#thread.postMessage(request);
  }
}

/** The thread's next message. Rejects with the error it speaks of, or when the thread ends instead. */
function nextReply(thread: Worker): Promise<EngineReply> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      thread.off('message', onMessage);
      thread.off('error', onEnd);
      thread.off('exit', onEnd);
      act();
    };
    const onMessage = (reply: EngineReply) =>
      settle(() => {
        if (reply.type !== 'failed') resolve(reply);
        else reject(new TonewireError(reply.code, reply.message));
      });
    const onEnd = (cause: unknown) =>
      settle(() => reject(new TonewireError('TW_ENGINE_FAILED', undefined, { cause })));
    thread.on('message', onMessage);
    thread.on('error', onEnd);
    thread.on('exit', onEnd);
  });
}

/** Threads do not inherit a loader of TypeScript; run from its source, the program brings it along. */
function startThread(data: EngineThreadData): Worker {
  const extension = extname(import.meta.url);
  const program = new URL(`./engine-thread-main${extension}`, import.meta.url);
  if (extension !== '.ts') return new Worker(program, { workerData: data });
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${program}'); })`;
  return new Worker(start, { eval: true, workerData: data });
}

/** Starts an engine on its own thread. Throws what `loadEngine` does. */
export async function loadThreadedEngine(data: EngineThreadData): Promise<Engine> {
  const { name, threads } = data;
  const { graph, weights, manifest } = data.model;
  const { shape } = manifest;
  const thread = startThread({ name, threads, model: { graph, weights, manifest: { shape } } });
  const reply = await nextReply(thread);
  return new ThreadedEngine(reply.type === 'loaded' ? reply.name : name, thread, shape);
}
