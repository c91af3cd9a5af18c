import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';

/** A network between a client and a gateway that can be cut, and stopped, as networks are. */
export class Network {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #down = false;
  /** Connections made so far. */
  connections = 0;
  /** Sees what passes towards the client. */
  onText: (text: string) => void = () => undefined;

  private constructor(targetPort: number) {
    this.#server = createServer((near) => this.#join(near, targetPort));
  }

  /** In front of the gateway at this address. */
  static async before(url: string): Promise<Network> {
    const network = new Network(Number(new URL(url).port));
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, without a goodbye. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** New connections break at once. */
  goDown(): void {
    this.#down = true;
    this.cut();
  }

  comeUp(): void {
    this.#down = false;
  }

  /** Nothing passes towards the client any more, and nobody is told. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      far.unpipe(near);
      near.unpipe(far);
    }
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, port: number): void {
    if (this.#down) {
      near.resetAndDestroy();
      return;
    }
    this.connections += 1;
    const far = tcpConnect(port, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    far.on('data', (bytes) => this.onText(bytes.toString('latin1')));
    near.pipe(far).pipe(near);
  }
}
