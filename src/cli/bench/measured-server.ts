import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TonewireError } from '../../protocol/errors.ts';
import type { Listening, Question, Usage } from './server-process.ts';

/** The same file as this code runs from: built JavaScript, or the source under a loader. */
const PROGRAM = fileURLToPath(
  new URL(`./server-process${extname(import.meta.url)}`, import.meta.url),
);

/** A gateway in a process of its own, and what it uses. */
export class MeasuredServer {
  readonly listening: Listening;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, listening: Listening) {
    this.#process = child;
    this.listening = listening;
  }

  /** Starts it with these options over the defaults. Its log and its errors go to standard error. */
  static async start(flags: Readonly<Record<string, unknown>>): Promise<MeasuredServer> {
    const child = fork(PROGRAM, [JSON.stringify(flags)], {
      execArgv: [...process.execArgv, '--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new MeasuredServer(child, await answer<Listening>(child));
  }

  /** What it has used since it started. Collecting garbage costs time, so never amid a measurement. */
  async usage({ collect }: { readonly collect: boolean }): Promise<Usage> {
    const answered = answer<Usage>(this.#process);
    this.#process.send({ type: 'usage', collect } satisfies Question);
    return answered;
  }

  /** Lets it go, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.disconnect();
    await gone;
  }
}

/** The child's next message; what it wrote to standard error says why there is none. */
function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => {
      child.off('message', onMessage);
      reject(new TonewireError('TW_CONNECT_FAILED', 'The measured gateway ended too early.'));
    };
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message as T);
    };
    child.once('exit', onExit);
    child.once('message', onMessage);
  });
}
