/**
 * A process that carries calls: worker-process.ts starts it and talks to it. It listens nowhere; its
 * sockets come from the primary, and its events go there.
 */
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createLogger } from '../log/logger.ts';
import { systemClock } from '../protocol/clock.ts';
import { toTonewireError } from '../protocol/errors.ts';
import { type CallWorker, startCallWorker } from './call-worker.ts';
import type { WorkerReply, WorkerRequest } from './worker-messages.ts';

let worker: CallWorker | undefined;

/** Resolves when the channel has taken it. */
function say(reply: WorkerReply): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(reply, undefined, undefined, () => resolve());
  });
}

async function answer(request: WorkerRequest, socket: Socket | undefined): Promise<void> {
  switch (request.type) {
    case 'start':
      worker = await start(request);
      break;
    case 'socket':
      if (socket) worker?.accept(request, requestOf(request, socket), socket);
      break;
    case 'refuse':
      worker?.refuse(request.callId);
      break;
    case 'transcript':
      worker?.transcript(request.source, request.callId, request.line);
      break;
    case 'metrics':
      await say({ type: 'metrics', metrics: (await worker?.metrics()) ?? [] });
      break;
    case 'drain':
      await worker?.drain();
      await say({ type: 'drained' });
      break;
    case 'close':
      await worker?.close();
      process.exit();
  }
}

async function start({ name, config }: Extract<WorkerRequest, { type: 'start' }>) {
  const logger = createLogger(config.log.level, process.stderr, systemClock).child({
    worker: name,
  });
  const started = await startCallWorker({ name, config, logger, clock: systemClock, say });
  await say({ type: 'ready', modelId: started.modelId });
  return started;
}

/** The request as the primary read it. */
function requestOf(
  { method, url, headers }: Extract<WorkerRequest, { type: 'socket' }>,
  socket: Socket,
): IncomingMessage {
  return Object.assign(new IncomingMessage(socket), { method, url, headers });
}

process.on('message', (request: WorkerRequest, socket: Socket | undefined) => {
  answer(request, socket).catch(async (cause) => {
    const { code, message } = toTonewireError(cause);
    await say({ type: 'failed', code, message });
    process.exit(1);
  });
});
// The primary decides when to go: a terminal's Ctrl+C reaches every process of the group.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
