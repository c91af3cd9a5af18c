import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type CallDetail,
  type CallSummary,
  type DaySummary,
  DESK_ENDPOINTS,
  DESK_FEED_PATH,
  type DeskBatch,
  type DeskEndpointName,
  type DeskRole,
  type LiveCall,
} from '../../src/protocol/dashboard.ts';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.ts';

/** Everything that a page may load comes from the gateway; nothing is inline. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface DeskServerOptions {
  /** The folder of the built page. */
  readonly pages: string;
  /** Wanted of whoever comes; absent: the gateway is open. */
  readonly apiKey?: string;
  readonly role?: DeskRole;
  readonly calls?: readonly LiveCall[];
  readonly details?: readonly CallDetail[];
  readonly history?: readonly CallSummary[];
  readonly days?: readonly DaySummary[];
  /** Called when the page plays the sample call; gives its id. */
  readonly playSampleCall?: () => string;
}

export interface DeskRequest {
  readonly endpoint: DeskEndpointName | 'tokens';
  readonly path: readonly string[];
  readonly body: unknown;
}

/** A gateway's desk as the contract says, whose calls are made up; what was asked of it is kept. */
export class DeskServer {
  readonly url: string;
  readonly requests: DeskRequest[] = [];
  calls: readonly LiveCall[];
  /** The call that the newest `desk.watch` named. */
  watched: string | null = null;
  readonly #options: DeskServerOptions;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'tonewire.v1',
  });
  #tokens = 0;

  private constructor(options: DeskServerOptions, port: number) {
    this.#options = options;
    this.calls = options.calls ?? [];
    this.url = `http://127.0.0.1:${port}/`;
  }

  static async start(options: DeskServerOptions): Promise<DeskServer> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const desk = new DeskServer(options, port);
    desk.#server.on('upgrade', (request, socket, head) => {
      if (request.url !== DESK_FEED_PATH || !desk.#known(request)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
        return;
      }
      desk.#sockets.handleUpgrade(request, socket, head, (client) => desk.#welcome(client));
    });
    desk.#server.listen(port, '127.0.0.1');
    await once(desk.#server, 'listening');
    return desk;
  }

  get subscribers(): number {
    return this.#sockets.clients.size;
  }

  /** Sends a batch to every page; what is left out is empty. */
  push(batch: Partial<DeskBatch>): void {
    const whole = {
      type: 'desk.batch',
      at: now(),
      calls: [],
      updates: [],
      events: [],
      actions: [],
    };
    const json = JSON.stringify({ ...whole, ...batch });
    for (const client of this.#sockets.clients) client.send(json);
  }

  /** Cuts every page's feed, as a network does. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(client: WebSocket): void {
    client.on('message', (data) => {
      this.watched = JSON.parse(String(data)).callId;
    });
    const snapshot = { type: 'desk.snapshot', intervalMs: 250, at: now() };
    client.send(JSON.stringify({ ...snapshot, calls: this.calls, total: this.calls.length }));
  }

  #known({ headers }: IncomingMessage): boolean {
    if (this.#options.apiKey === undefined) return true;
    const shown = `${headers.authorization ?? ''} ${headers['sec-websocket-protocol'] ?? ''}`;
    return /desk-token-\d+/.test(shown);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    if (pathname === '/v1/tokens') return this.#issue(request, response);
    if (!pathname.startsWith('/v1/')) return this.#page(pathname, response);
    if (!this.#known(request)) return refuse(response, 'TW_UNAUTHORIZED');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? JSON.parse(String(Buffer.concat(chunks))) : undefined;
    const found = endpointOf(request.method ?? 'GET', pathname);
    if (!found) return refuse(response, 'TW_NOT_FOUND');
    this.requests.push({ ...found, body });
    const answer = this.#body(found.endpoint, found.path, body);
    if (answer === undefined) return refuse(response, 'TW_NOT_FOUND');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  async #issue(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.#options.apiKey}`) {
      return refuse(response, 'TW_UNAUTHORIZED');
    }
    this.#tokens += 1;
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token: `desk-token-${this.#tokens}`, expiresAt }));
  }

  async #page(pathname: string, response: ServerResponse): Promise<void> {
    const file = join(this.#options.pages, normalize(pathname === '/' ? '/index.html' : pathname));
    const content = await readFile(file).catch(() => undefined);
    if (content === undefined) return refuse(response, 'TW_NOT_FOUND');
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    });
    response.end(content);
  }

  #body(endpoint: DeskEndpointName, path: readonly string[], body: unknown): unknown {
    const { details = [], history = [], days = [], role = 'supervisor' } = this.#options;
    switch (endpoint) {
      case 'session':
        return {
          open: this.#options.apiKey === undefined,
          role,
          name: 'ada',
          version: '0.1.0',
          sampleCall: true,
          history: { persistent: true, retentionDays: 30 },
        };
      case 'liveCalls':
        return { at: now(), calls: this.calls, total: this.calls.length };
      case 'call':
        return details.find(({ callId }) => callId === path[0]);
      case 'history':
        return pageOf(history, body as { readonly cursor?: string; readonly search?: string });
      case 'days':
        return { days };
      case 'acknowledge': {
        const acknowledgement = { by: 'ada', at: now() };
        const [callId, alertId] = path as [string, string];
        this.push({
          actions: [{ type: 'alert.acknowledged', callId, alertId, acknowledgement }],
        });
        return acknowledgement;
      }
      case 'addNote': {
        const note = {
          noteId: `n${this.requests.length}`,
          by: 'ada',
          at: now(),
          atMs: null,
          ...(body as { text: string }),
        };
        this.push({ actions: [{ type: 'note.added', callId: path[0]!, note }] });
        return note;
      }
      case 'playSampleCall':
        return { callId: this.#options.playSampleCall?.() ?? 'sample' };
      case 'deleteCall':
        return { calls: 1 };
      case 'deleteCaller':
        return { calls: 3 };
      case 'exportCall':
      case 'exportHistory':
      case 'sampleCallAudio':
        return {};
    }
  }
}

const PAGE = 50;

function pageOf(
  history: readonly CallSummary[],
  { cursor = '0', search = '' }: { readonly cursor?: string; readonly search?: string },
) {
  const found = history.filter(({ caller }) => (caller ?? '').includes(search));
  const start = Number(cursor);
  const more = start + PAGE < found.length;
  return { calls: found.slice(start, start + PAGE), nextCursor: more ? `${start + PAGE}` : null };
}

function endpointOf(method: string, pathname: string) {
  const segments = pathname.split('/');
  for (const [name, endpoint] of Object.entries(DESK_ENDPOINTS)) {
    const wanted = endpoint.path.split('/');
    const fits =
      endpoint.method === method &&
      wanted.length === segments.length &&
      wanted.every((part, i) => part.startsWith(':') || part === segments[i]);
    if (!fits) continue;
    const path = segments.filter((_, i) => wanted[i]!.startsWith(':')).map(decodeURIComponent);
    return { endpoint: name as DeskEndpointName, path };
  }
  return undefined;
}

function refuse(response: ServerResponse, code: ErrorCode): void {
  response.writeHead(ERRORS[code].httpStatus, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message: ERRORS[code].meaning } }));
}

function now(): string {
  return new Date().toISOString();
}
