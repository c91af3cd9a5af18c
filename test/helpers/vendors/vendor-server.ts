import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it arrived. */
export interface VendorRequest {
  readonly method: string;
  /** Without the query; as it was sent, so that encoded parts stay encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed, when it was JSON. */
  readonly body: unknown;
}

export interface VendorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export type Misbehaviour = (response: ServerResponse, request: VendorRequest) => void;

export interface VendorServer {
  readonly url: string;
  /** All of them, in the order they came. */
  readonly requests: VendorRequest[];
  /** From now on whatever is asked is answered so; undefined: as the vendor does. */
  misbehave(how: Misbehaviour | undefined): void;
  close(): Promise<void>;
}

/** A real HTTP server on a free port that answers as a vendor's service does. */
export async function vendorServer(
  answer: (request: VendorRequest) => VendorAnswer | Promise<VendorAnswer>,
  protocol: 'http/1.1' | 'h2' = 'http/1.1',
): Promise<VendorServer> {
  const requests: VendorRequest[] = [];
  let misbehaviour: Misbehaviour | undefined;
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    const [path = '', search] = (incoming.url ?? '').split('?');
    const { method = '', headers } = incoming;
    const body = text === '' ? undefined : JSON.parse(text);
    const request = { method, path, query: new URLSearchParams(search), headers, body };
    requests.push(request);
    if (misbehaviour) {
      misbehaviour(response, request);
      return;
    }
    const { status, headers: answered, body: json } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...answered });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  };
  const sockets = new Set<Socket>();
  const server =
    protocol === 'h2'
      ? // HTTP/2's requests and responses have all that is used here.
        createHttp2Server((...parts) => void serve(...(parts as unknown as [never, never])))
      : createServer((incoming, response) => void serve(incoming, response));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    misbehave(how) {
      misbehaviour = how;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers with a status and, perhaps, something. */
export const answering =
  (status: number, headers: Record<string, string> = {}, text?: string): Misbehaviour =>
  (response) =>
    void response.writeHead(status, headers).end(text);
