import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a client sent, as far as tests look at it. */
export interface ClientEvent {
  readonly type: string;
  readonly event_id?: string;
  readonly item?: { readonly id: string; readonly content: readonly { readonly text: string }[] };
  readonly item_id?: string;
  readonly session?: { readonly instructions: string };
}

export type Reply = (socket: WebSocket, event: ClientEvent) => void;

/** As the Realtime API answers what it takes. */
const takes: Reply = (socket, event) => {
  const say = (message: object) => socket.send(JSON.stringify({ event_id: 'event_1', ...message }));
  if (event.type === 'conversation.item.create') {
    say({ type: 'conversation.item.added', previous_item_id: null, item: event.item });
    say({ type: 'conversation.item.done', previous_item_id: null, item: event.item });
  }
  if (event.type === 'conversation.item.delete') {
    say({ type: 'conversation.item.deleted', item_id: event.item_id });
  }
  if (event.type === 'session.update') say({ type: 'session.updated', session: event.session });
};

/** As it answers what it does not: an `error` event that names the client's, and the session goes on. */
export const refuses =
  (type: string, code: string | null): Reply =>
  (socket, { event_id }) =>
    socket.send(
      JSON.stringify({
        type: 'error',
        event_id: 'event_2',
        error: { type, code, message: 'No.', param: null, event_id },
      }),
    );

/** The sideband of OpenAI's server controls: `?call_id=` and a key, or 401 and 404. */
export async function openaiRealtimeServer(reply: Reply = takes) {
  const received: ClientEvent[] = [];
  const sockets: WebSocket[] = [];
  const callIds: (string | null)[] = [];
  const wss = new WebSocketServer({ noServer: true });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => {
    const callId = new URL(request.url ?? '', 'http://x').searchParams.get('call_id');
    const status = request.headers.authorization !== 'Bearer sk-test' ? 401 : 404;
    if (status === 401 || !callId?.startsWith('rtc_')) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    wss.handleUpgrade(request, socket, head, (client) => {
      callIds.push(callId);
      sockets.push(client);
      client.send(JSON.stringify({ type: 'session.created', event_id: 'event_0', session: {} }));
      client.on('message', (data) => {
        const event = JSON.parse(String(data)) as ClientEvent;
        received.push(event);
        reply(client, event);
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    received,
    sockets,
    callIds,
    texts: () => received.flatMap(({ item }) => item?.content.map(({ text }) => text) ?? []),
    async close() {
      for (const socket of sockets) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
