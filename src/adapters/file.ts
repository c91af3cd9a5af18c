import { mkdir } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { errorFields } from '../log/logger.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter, AdapterContext } from './adapter.ts';
import { FOLDER_MODE } from './file/appending-file.ts';
import { PathTemplate } from './file/path-template.ts';
import { RotatingFiles } from './file/rotating-files.ts';

export type FileConfig = Config['adapters']['files'][number];

/** With `fsync: interval`, how long an event may be on its way to the disk. */
const SYNC_INTERVAL_MS = 1000;

/** Appends each event as one line of JSON to a file that its path template names. */
export function createFileAdapter(config: FileConfig): Adapter {
  const template = new PathTemplate(config.path);
  let sink: FileSink | undefined;
  return {
    name: `file:${config.name}`,
    filter: config.filter,
    delivery: config.delivery,
    // One at a time: the lines of a file must not interleave.
    queue: { maxEvents: config.maxQueue, maxInFlight: 1 },
    async start(context) {
      try {
        await mkdir(template.root, { recursive: true, mode: FOLDER_MODE });
      } catch (cause) {
        throw failure(config.name, cause);
      }
      sink = new FileSink(config, template, context);
    },
    async event(event, signal) {
      if (!sink) throw new TonewireError('TW_INTERNAL', 'The file adapter was not started.');
      if (signal.aborted) throw new TonewireError('TW_ADAPTER_FAILED', 'The process is leaving.');
      try {
        await sink.write(event);
      } catch (cause) {
        throw failure(config.name, cause);
      }
    },
    stop: () => sink?.close(),
  };
}

class FileSink {
  readonly #config: FileConfig;
  readonly #template: PathTemplate;
  readonly #files: RotatingFiles;
  readonly #context: AdapterContext;
  #syncTimer: NodeJS.Timeout | undefined;

  constructor(config: FileConfig, template: PathTemplate, context: AdapterContext) {
    this.#config = config;
    this.#template = template;
    this.#context = context;
    this.#files = new RotatingFiles(template, config, context.clock);
  }

  async write(event: AnyEvent): Promise<void> {
    const line = Buffer.from(`${eventJson(event)}\n`);
    const path = this.#template.pathOf(event);
    const file = await this.#files.fileFor(path, line.length);
    await file.append(line);
    if (this.#config.fsync === 'always') await file.sync();
    if (this.#config.fsync === 'interval') this.#syncSoon();
    if (event.type === 'call.ended' && this.#template.namesCalls) await this.#files.close(path);
  }

  async close(): Promise<void> {
    clearTimeout(this.#syncTimer);
    await this.#files.closeAll();
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#files.sync().catch((cause: unknown) => {
        const { logger } = this.#context;
        logger.warn('files could not be synced', errorFields(failure(this.#config.name, cause)));
      });
    }, SYNC_INTERVAL_MS).unref();
  }
}

/** Says the system's code, such as ENOSPC, and no path: a path may name a call. */
function failure(name: string, cause: unknown): TonewireError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new TonewireError('TW_ADAPTER_FAILED', `File ${name}: cannot be written (${code}).`, {
    cause,
  });
}
