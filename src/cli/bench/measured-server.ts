import type { Profiler } from 'node:inspector';
import { systemClock } from '../../protocol/clock.ts';
import { GATEWAY_NODE_FLAGS } from '../../workers/gateway-flags.ts';
import { BenchProcess } from './bench-process.ts';
import type { Listening, Question, Usage } from './server-messages.ts';

/** A gateway in a process of its own, and what it uses. */
export class MeasuredServer {
  readonly listening: Listening;
  /** From starting its process until it listened. */
  readonly readyMs: number;
  readonly #process: BenchProcess;

  private constructor(child: BenchProcess, listening: Listening, readyMs: number) {
    this.#process = child;
    this.listening = listening;
    this.readyMs = readyMs;
  }

  /** Starts it with these options over the defaults. Its log and its errors go to standard error. */
  static async start(flags: Readonly<Record<string, unknown>>): Promise<MeasuredServer> {
    const startedMs = systemClock.monotonicMs();
    const child = new BenchProcess({
      program: 'server-process',
      argument: flags,
      nodeFlags: ['--expose-gc', ...GATEWAY_NODE_FLAGS],
    });
    const listening = await child.answer<Listening>();
    return new MeasuredServer(child, listening, systemClock.monotonicMs() - startedMs);
  }

  /** What it has used since it started. Collecting garbage costs time, so never amid a measurement. */
  usage({ collect }: { readonly collect: boolean }): Promise<Usage> {
    return this.#ask({ type: 'usage', collect });
  }

  /** Samples its event loop for so long, which costs it some of its speed. */
  profile(ms: number): Promise<Profiler.Profile> {
    return this.#ask({ type: 'profile', ms });
  }

  /** Lets it go, and waits until it is gone. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  #ask<T>(question: Question): Promise<T> {
    return this.#process.ask(question);
  }
}
