import { createHash } from 'node:crypto';
import { DeliveryError } from '../delivery-error.ts';

/** One connection to a session of the Realtime API; a WebSocket of the package ws is one. */
export interface RealtimeSocket {
  send(text: string): void;
  on(name: 'message', listener: (data: unknown) => void): unknown;
  on(name: 'close', listener: () => void): unknown;
  /** Without a listener a failing socket would end the process. */
  on(name: 'error', listener: (cause: Error) => void): unknown;
  close(): void;
}

/** What of a server event counts here. */
interface ServerEvent {
  readonly type?: unknown;
  readonly item?: { readonly id?: unknown };
  readonly error?: {
    readonly event_id?: unknown;
    readonly type?: unknown;
    readonly code?: unknown;
  };
}

interface Waiting {
  readonly acknowledges: (event: ServerEvent) => boolean;
  readonly eventId: string;
  resolve(): void;
  reject(error: DeliveryError): void;
}

/** Longer than any answer that is waited for: audio and transcripts pass here too. */
const MAX_EVENT_LENGTH = 262_144;
/** Item ids have 32 characters at most. */
const ID_LENGTH = 24;

/** Speaks to one session: an item or instructions out, and what the server says of it back. */
export class RealtimeSession {
  readonly #socket: RealtimeSocket;
  readonly #who: string;
  #waiting: Waiting | undefined;
  #lastItem: string | undefined;
  #closed = false;

  constructor(socket: RealtimeSocket, who: string) {
    this.#socket = socket;
    this.#who = who;
    socket.on('message', (data) => this.#hear(data));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Adds a system message and takes the one before it away, so that only the newest stands in the
   * conversation. Asks for no response: it is heard on the next turn.
   * @param eventId one for each text; the same again makes the same item
   */
  async say(eventId: string, text: string, signal: AbortSignal): Promise<void> {
    const id = `tw_${createHash('sha256').update(eventId).digest('hex').slice(0, ID_LENGTH)}`;
    const content = [{ type: 'input_text', text }];
    await this.#request(
      { type: 'conversation.item.create', item: { id, type: 'message', role: 'system', content } },
      ({ type, item }) => String(type).startsWith('conversation.item.') && item?.id === id,
      signal,
    );
    const before = this.#lastItem;
    this.#lastItem = id;
    if (before !== undefined && before !== id) {
      // Nobody waits for it: that a message is there twice is no reason to send this one again.
      this.#socket.send(JSON.stringify({ type: 'conversation.item.delete', item_id: before }));
    }
  }

  /** Replaces the instructions of the session. */
  instruct(instructions: string, signal: AbortSignal): Promise<void> {
    return this.#request(
      { type: 'session.update', session: { type: 'realtime', instructions } },
      ({ type }) => type === 'session.updated',
      signal,
    );
  }

  close(): void {
    this.#socket.close();
    this.#end();
  }

  #request(
    event: object,
    acknowledges: (event: ServerEvent) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#closed) return Promise.reject(this.#failure('the session has ended'));
    const eventId = `tw_${crypto.randomUUID()}`;
    return new Promise((resolve, reject) => {
      const cut = () => reject(this.#failure('no answer in time'));
      const done = (settle: () => void) => () => {
        signal.removeEventListener('abort', cut);
        this.#waiting = undefined;
        settle();
      };
      signal.addEventListener('abort', cut, { once: true });
      this.#waiting = {
        acknowledges,
        eventId,
        resolve: done(resolve),
        reject: (error) => done(() => reject(error))(),
      };
      this.#socket.send(JSON.stringify({ event_id: eventId, ...event }));
    });
  }

  #hear(data: unknown): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const event = parsed(data);
    if (event.type === 'error' && event.error?.event_id === waiting.eventId) {
      waiting.reject(this.#refusal(event.error));
    } else if (waiting.acknowledges(event)) waiting.resolve();
  }

  #end(): void {
    this.#closed = true;
    this.#waiting?.reject(this.#failure('the session has ended'));
  }

  /** A request that the server calls invalid stays so; anything else may pass. */
  #refusal({ type, code }: NonNullable<ServerEvent['error']>): DeliveryError {
    const reason = /^[a-z_]{1,64}$/.test(String(code ?? type)) ? String(code ?? type) : 'an error';
    return new DeliveryError(`${this.#who}: it answered ${reason}.`, {
      prospect: type === 'invalid_request_error' ? 'permanent' : 'passing',
    });
  }

  #failure(reason: string): DeliveryError {
    return new DeliveryError(`${this.#who}: ${reason}.`);
  }
}

function parsed(data: unknown): ServerEvent {
  const text = String(data);
  if (text.length > MAX_EVENT_LENGTH) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
