import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Any secret will do: nobody checks the signatures, but making them costs what it costs. */
const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

/** An endpoint that takes every webhook. */
export class WebhookSink {
  readonly #server: Server;
  received = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.received += 1;
      request.resume();
      response.writeHead(204).end();
    });
  }

  static async start(): Promise<WebhookSink> {
    const sink = new WebhookSink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  /** What a gateway has to be told of it: its default events, which leave the rolling ones out. */
  get flags(): Record<string, unknown> {
    const { port } = this.#server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    return { 'adapters.webhooks': [{ name: 'sink', url, secret: SECRET, maxQueue: 100_000 }] };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
