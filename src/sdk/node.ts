import { WebSocket } from 'ws';
import type { ConnectOptions } from './options.ts';
import { EmotionStream } from './stream.ts';

export * from './client.ts';

/** Opens a call over `ws`. Throws the coded reason where that fails. */
export function connect(options: ConnectOptions): Promise<EmotionStream> {
  return EmotionStream.connect(options, WebSocket);
}
