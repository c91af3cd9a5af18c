import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import { createGateway, type Gateway } from '../gateway/server.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent, EventType } from '../protocol/events.ts';
import { assemble, type TonewireParts } from '../tonewire.ts';
import { InProcessCall, type InProcessCallOptions, requireContext } from './in-process-call.ts';

export interface PluginOptions extends TonewireParts {
  /** Default: every option's default. */
  readonly config?: Config;
}

/** A Tonewire without a port: part of a program that has one, or none. */
export interface TonewirePlugin {
  readonly modelId: string;
  /** Answers HTTP requests: `app.use('/tonewire', tonewire.handler)` in Express. */
  readonly handler: RequestListener;
  /** Takes the WebSocket upgrades under this path of an existing server; leaves the others alone. */
  attach(server: Server, path?: string): void;
  /** Opens a call whose audio this program sends itself. */
  openCall(options?: InProcessCallOptions): InProcessCall;
  /** Listens to the events of all calls until the returned function is called. */
  on<T extends EventType>(
    type: T,
    listener: (event: Extract<AnyEvent, { type: T }>) => void,
  ): () => void;
  /** Ends the calls and lets go of everything; the server it is attached to goes on. */
  close(): Promise<void>;
}

/** Tonewire inside a program of yours: for a bot, or beside the routes of an existing server. */
export async function createTonewire(options: PluginOptions = {}): Promise<TonewirePlugin> {
  const { config = loadConfig(), ...parts } = options;
  const made: { gateway?: Gateway } = {};
  const tonewire = await assemble(config, parts, async (serverOptions) => {
    made.gateway = createGateway(serverOptions);
    const { open, drain, close } = made.gateway;
    return { port: 0, url: '', open, drain, close };
  });
  const { gateway } = made;
  if (!gateway) throw new TonewireError('TW_INTERNAL');
  const detach: (() => void)[] = [];
  return {
    modelId: tonewire.modelId,
    handler: gateway.app,
    attach: (server, path = '') => void detach.push(takeUpgrades(server, path, gateway)),
    openCall: (call = {}) => new InProcessCall(requireContext(gateway.context), call),
    on: (type, listener) =>
      tonewire.bus.subscribe((event) => {
        if (event.type === type) listener(event as Parameters<typeof listener>[0]);
      }),
    close: async () => {
      for (const letGo of detach.splice(0)) letGo();
      await tonewire.close();
    },
  };
}

function takeUpgrades(server: Server, path: string, { upgrade }: Gateway): () => void {
  const prefix = `${path.replace(/\/$/, '')}/`;
  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!request.url?.startsWith(prefix)) return;
    request.url = request.url.slice(prefix.length - 1);
    upgrade(request, socket, head);
  };
  server.on('upgrade', listener);
  return () => server.off('upgrade', listener);
}
