import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes, type AuthenticateHandler } from 'aedes';

export interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** A real MQTT broker on a free port; remembers what clients published. */
export async function mqttBroker(
  options: { authenticate?: AuthenticateHandler; port?: number } = {},
) {
  const { authenticate, port: wanted = 0 } = options;
  const aedes = await Aedes.createBroker(authenticate && { authenticate });
  const published: Published[] = [];
  const sockets = new Set<Socket>();
  aedes.on('publish', ({ topic, payload, qos, retain }, client) => {
    // Those without a client are the broker's own, and wills.
    if (client || topic.endsWith('status')) {
      published.push({ topic, payload: payload.toString(), qos, retain });
    }
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    aedes.handle(socket);
  });
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    aedes,
    port,
    url: `mqtt://127.0.0.1:${port}`,
    published,
    /** Resolves once a message of that topic was published. */
    async publishedTo(topic: string, payload?: string): Promise<Published> {
      const matches = (one: Published) =>
        one.topic === topic && (payload === undefined || one.payload === payload);
      for (;;) {
        const found = published.find(matches);
        if (found) return found;
        await once(aedes, 'publish');
      }
    },
    /** Cuts every connection, as a lost network does. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}
