import { ERRORS, type ErrorCode, TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { Leg } from '../../protocol/labels.ts';
import { type ServerMessage, SUBPROTOCOL } from '../../protocol/messages.ts';
import { parseServerMessage } from '../../protocol/validate.ts';
import { type OpenSocket, openSocket } from './open-socket.ts';
import type { Pacer } from './pacer.ts';

export interface AppCallerOptions {
  /** The gateway's address, such as `ws://127.0.0.1:8460/`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly legs: readonly Leg[];
  readonly sampleRateHz: number;
  readonly onEvent: (event: AnyEvent) => void;
}

const BYTES_PER_SAMPLE = 2;

/** An app that speaks `tonewire.v1`: 16-bit PCM up, events down, on one socket. */
export class AppCaller {
  /** Resolves after `session.ended`; rejects with the server's coded error. */
  readonly closed: Promise<void>;
  readonly #socket: OpenSocket;
  readonly #options: AppCallerOptions;

  private constructor(socket: OpenSocket, closed: Promise<void>, options: AppCallerOptions) {
    this.#socket = socket;
    this.closed = closed;
    this.#options = options;
  }

  static async connect(options: AppCallerOptions): Promise<AppCaller> {
    let failure: TonewireError | undefined;
    const socket = await openSocket({
      url: new URL('/v1/stream', options.url).href,
      protocols: [SUBPROTOCOL],
      headers: authorization(options.apiKey),
      onText: (text) => {
        const message = parseServerMessage(text);
        if ('specversion' in message) options.onEvent(message);
        else failure ??= failureOf(message);
      },
    });
    const closed = socket.closed.catch((cause: unknown) => {
      // The `error` message says more than the close code after it.
      throw failure ?? cause;
    });
    closed.catch(() => undefined);
    return new AppCaller(socket, closed, options);
  }

  /**
   * The whole session, in the pacer's time. `bytes` is 16-bit PCM, interleaved when there are two
   * legs, and goes out in frames of `frameMs`. Ends early when the socket does.
   */
  async play(bytes: Uint8Array, frameMs: number, pacer: Pacer): Promise<void> {
    const { legs, sampleRateHz } = this.#options;
    const audio = { encoding: 'pcm_s16le', sampleRateHz, channels: legs.length };
    await this.#socket.send(JSON.stringify({ type: 'session.start', audio, legs }));
    const frameBytes = Math.round((sampleRateHz * frameMs) / 1000) * BYTES_PER_SAMPLE * legs.length;
    for (let at = 0, frame = 1; at < bytes.length; at += frameBytes, frame++) {
      await pacer.until(frame * frameMs);
      if (!this.#socket.isOpen) return;
      await this.#socket.send(bytes.subarray(at, at + frameBytes));
    }
    await this.#socket.send(JSON.stringify({ type: 'session.end' }));
  }

  hangUp(): void {
    this.#socket.close();
  }
}

function failureOf(message: ServerMessage): TonewireError | undefined {
  if (message.type !== 'error') return undefined;
  const known = Object.hasOwn(ERRORS, message.code);
  return new TonewireError(known ? (message.code as ErrorCode) : 'TW_INTERNAL', message.message);
}

/** An API key as the gateway wants to see it. */
export function authorization(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}
