import { type LogFields, type Logger, silentLogger } from '../../src/log/logger.ts';
import type { AnyEvent, EventType } from '../../src/protocol/events.ts';
import { assertEvent } from '../../src/protocol/validate.ts';

/** What a gateway with workers says, past or to come. */
export class Heard {
  readonly events: AnyEvent[] = [];
  /** Process id by worker. */
  readonly workers = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  readonly logger: Logger = {
    ...silentLogger,
    info: (message: string, fields: LogFields = {}) => {
      if (message !== 'a worker is ready') return;
      this.workers.set(String(fields.worker), Number(fields.pid));
      this.#tell();
    },
    child: () => this.logger,
  };

  hear(event: AnyEvent): void {
    assertEvent(JSON.parse(JSON.stringify(event)));
    this.events.push(event);
    this.#tell();
  }

  /** Resolves once something is found. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  event<T extends EventType>(type: T, callId: string): Promise<Extract<AnyEvent, { type: T }>> {
    const matches = (event: AnyEvent): event is Extract<AnyEvent, { type: T }> =>
      event.type === type && event.data.callId === callId;
    return this.until(() => this.events.find(matches));
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
