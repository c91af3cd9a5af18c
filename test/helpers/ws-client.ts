import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';

/** A message as the server sent it: a control reply or an event. */
export type Received = Readonly<Record<string, unknown>> & { readonly type: string };

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** An upgrade the server refused. */
export interface Refused {
  readonly status: number;
  readonly code: string;
}

/** A WebSocket client that remembers what it received and lets a test wait for more. */
export class WsClient {
  readonly socket: WebSocket;
  readonly received: Received[] = [];
  readonly closed: Promise<Closed>;
  readonly #waiting = new Set<(message: Received) => void>();

  constructor(url: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data) => {
      const message: Received = JSON.parse(String(data));
      this.received.push(message);
      for (const offer of this.#waiting) offer(message);
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** Connects and waits until the socket is open. */
  static async open(
    url: string,
    protocols: string[] = [],
    options: ClientOptions = {},
  ): Promise<WsClient> {
    const client = new WsClient(url, protocols, options);
    await once(client.socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** The first message, past or to come, of this type. */
  message(type: string): Promise<Received> {
    return new Promise((resolve) => {
      const offer = (message: Received) => {
        if (message.type !== type) return;
        this.#waiting.delete(offer);
        resolve(message);
      };
      this.#waiting.add(offer);
      for (const message of this.received) offer(message);
    });
  }

  close(): void {
    this.socket.close();
  }
}

/** Knocks where the server is expected to refuse, and says how it did. */
export async function refusedUpgrade(
  url: string,
  options: ClientOptions = {},
  protocols: string[] = [],
): Promise<Refused> {
  const socket = new WebSocket(url, protocols, options);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const body: { error: { code: string } } = JSON.parse(Buffer.concat(chunks).toString());
  return { status: response.statusCode ?? 0, code: body.error.code };
}
