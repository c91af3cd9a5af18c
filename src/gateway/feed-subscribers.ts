import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { FeedMessage, FeedSubscriber } from '../adapters/feed.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError } from '../protocol/errors.ts';

/** Bytes a subscriber's socket may hold unsent before its queue waits for it. */
const SOCKET_BUFFER_BYTES = 256 * 1024;

/**
 * Lets what is written in one turn of the event loop leave together, for each write by itself is a
 * system call: a step of the model has answers for many legs at once.
 */
function writeByTurns(stream: Writable): () => void {
  let corked = false;
  return () => {
    if (corked) return;
    corked = true;
    stream.cork();
    setImmediate(() => {
      corked = false;
      stream.uncork();
    });
  };
}

/** A feed subscriber on a WebSocket, `stream` being what it writes to: one CloudEvent a message. */
export function socketSubscriber(socket: WebSocket, stream: Writable): FeedSubscriber {
  const gather = writeByTurns(stream);
  return {
    send: ({ json }: FeedMessage) =>
      new Promise((resolve, reject) => {
        gather();
        const roomy = socket.bufferedAmount < SOCKET_BUFFER_BYTES;
        socket.send(json, (cause) => (cause ? reject(gone(cause)) : resolve()));
        if (roomy) resolve();
      }),
    close(error: TonewireError): void {
      const { code, message } = error;
      const leaving = code === 'TW_DRAINING';
      if (!leaving) socket.send(JSON.stringify({ type: 'error', code, message }));
      socket.close(leaving ? CLOSE_CODES.goingAway : error.row.closeCode, code);
    },
  };
}

/** A feed subscriber on a stream of server-sent events; `event` names the type, `data` is the CloudEvent. */
export function responseSubscriber(
  response: ServerResponse,
  closeTimeoutMs: number,
): FeedSubscriber {
  const gather = writeByTurns(response);
  return {
    send: ({ id, type, json }: FeedMessage) =>
      new Promise((resolve, reject) => {
        gather();
        const roomy = response.writableLength < SOCKET_BUFFER_BYTES;
        response.write(`id: ${id}\nevent: ${type}\ndata: ${json}\n\n`, (cause) =>
          cause ? reject(gone(cause)) : resolve(),
        );
        if (roomy) resolve();
      }),
    close({ code, message }: TonewireError): void {
      response.end(`event: closed\ndata: ${JSON.stringify({ code, message })}\n\n`);
      // The end of a stream that nobody reads never arrives, and its socket would stay for good.
      const cutOff = setTimeout(() => response.destroy(), closeTimeoutMs);
      response.once('close', () => clearTimeout(cutOff));
    },
  };
}

function gone(cause: Error): TonewireError {
  return new TonewireError('TW_INTERNAL', 'The subscriber is gone.', { cause });
}
