import type { WebSocket } from 'ws';

/** Asks for a sign of life every `heartbeatMs`, which also keeps proxies from closing a silent socket; cuts off who gives none. */
export function keepAlive(socket: WebSocket, heartbeatMs: number): void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeatMs);
  socket.once('close', () => clearInterval(heartbeat));
}
