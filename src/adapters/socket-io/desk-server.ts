import { once } from 'node:events';
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server, ServerOptions, Socket } from 'socket.io';
import { TonewireError, toTonewireError } from '../../protocol/errors.ts';
import { loadPeer } from '../load-peer.ts';
import type { SocketIoConfig } from '../socket-io.ts';
import { ALL_CALLS, callRoom } from './event-rooms.ts';

/** What shows who asks. */
type RequestHead = Pick<IncomingMessage, 'headers' | 'url'>;

/** Rejects with a TonewireError unless whoever asks may read events. */
export type Admit = (request: RequestHead) => Promise<unknown>;

/** Clients only ever say who they are and which call they want. */
const MAX_CLIENT_MESSAGE_BYTES = 16_384;
/** How long a connection may take to say it. */
const JOIN_TIMEOUT_MS = 5000;
const MAX_CALL_ID_LENGTH = 256;

export interface DeskServer {
  readonly io: Server;
  readonly port: number;
  close(): Promise<void>;
}

/** A Socket.IO server of our own. Rejects with TW_ADAPTER_MISSING, or TW_ADAPTER_FAILED where the port is taken. */
export async function startDeskServer(
  config: SocketIoConfig,
  allowedOrigins: readonly string[],
  admit: Admit,
): Promise<DeskServer> {
  const { Server } = await loadPeer('socket.io', () => import('socket.io'));
  const http = createServer((_request, response) => void response.writeHead(404).end());
  const io: Server = new Server(
    http,
    serverOptions(config, allowedOrigins, () => io),
  );
  io.use(async (socket, next) => {
    try {
      await admit(headOf(socket));
      await socket.join(roomOf(socket));
      next();
    } catch (cause) {
      const { code, message } = toTonewireError(cause);
      next(Object.assign(new TonewireError(code, message), { data: { code } }));
    }
  });
  await listen(http, config);
  const { port } = http.address() as AddressInfo;
  const close = async () => {
    const closed = io.close();
    // Those too that never said anything.
    http.closeAllConnections();
    await closed;
  };
  return { io, port, close };
}

function serverOptions(
  { path, maxClients }: SocketIoConfig,
  allowedOrigins: readonly string[],
  server: () => Server,
): Partial<ServerOptions> {
  return {
    path,
    serveClient: false,
    maxHttpBufferSize: MAX_CLIENT_MESSAGE_BYTES,
    connectTimeout: JOIN_TIMEOUT_MS,
    cors: { origin: [...allowedOrigins] },
    // Before a connection exists, authenticated or not.
    allowRequest: (_request, decide) => decide(null, server().engine.clientsCount < maxClients),
  };
}

/** Browsers can set no headers, so clients of Socket.IO show their key or token in `auth`. */
function headOf({ request, handshake }: Socket): RequestHead {
  const { token } = handshake.auth;
  if (typeof token !== 'string') return request;
  const headers = { ...request.headers, authorization: `Bearer ${token}` };
  return { headers, ...(request.url !== undefined && { url: request.url }) };
}

/** Throws TW_BAD_REQUEST. */
function roomOf({ handshake }: Socket): string {
  const { callId } = handshake.auth;
  if (callId === undefined) return ALL_CALLS;
  if (typeof callId === 'string' && callId !== '' && callId.length <= MAX_CALL_ID_LENGTH) {
    return callRoom(callId);
  }
  throw new TonewireError('TW_BAD_REQUEST', 'auth.callId takes the id of a call.');
}

async function listen(http: HttpServer, { name, host, port }: SocketIoConfig): Promise<void> {
  try {
    http.listen(port, host);
    await once(http, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new TonewireError('TW_ADAPTER_FAILED', `Socket.IO ${name}: cannot listen (${code}).`, {
      cause,
    });
  }
}
