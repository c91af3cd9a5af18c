import type { ConnectOptions } from './options.ts';
import { EmotionStream } from './stream.ts';
import type { WebSocketMaker } from './web-socket.ts';

export * from './client.ts';

/** Opens a call over the browser's own WebSocket. Throws the coded reason where that fails. */
export function connect(options: ConnectOptions): Promise<EmotionStream> {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket: WebSocketMaker };
  return EmotionStream.connect(options, WebSocket);
}
