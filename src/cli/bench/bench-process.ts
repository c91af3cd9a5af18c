import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';

/** What a process of a benchmark may be started with. */
export interface BenchProcessOptions {
  /** Its program beside this file, without the ending. */
  readonly program: string;
  /** Handed over as JSON, its only argument. */
  readonly argument: unknown;
  readonly nodeFlags?: readonly string[];
}

/**
 * A process of its own for one side of a benchmark, so that its CPU time is its own. It answers one
 * question at a time, and ends when we disconnect. Its errors go to standard error.
 */
export class BenchProcess {
  readonly #child: ChildProcess;

  constructor({ program, argument, nodeFlags = [] }: BenchProcessOptions) {
    // The same kind of file as this code runs from: built JavaScript, or the source under a loader.
    const path = new URL(`./${program}${extname(import.meta.url)}`, import.meta.url);
    this.#child = fork(path, [JSON.stringify(argument)], {
      execArgv: [...process.execArgv, ...nodeFlags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Typed arrays stay what they are.
      serialization: 'advanced',
    });
  }

  /** Its next message, unasked. Rejects with TW_CONNECT_FAILED when it ends instead. */
  answer<T>(): Promise<T> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onExit = () => {
        child.off('message', onMessage);
        reject(new TonewireError('TW_CONNECT_FAILED', 'A process of the benchmark ended early.'));
      };
      const onMessage = (message: T) => {
        child.off('exit', onExit);
        resolve(message);
      };
      child.once('exit', onExit);
      child.once('message', onMessage);
    });
  }

  ask<T>(question: object): Promise<T> {
    const answered = this.answer<T>();
    this.#child.send(question);
    return answered;
  }

  /** Lets it go, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}
