import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Server } from 'socket.io';
import {
  io as connectTo,
  type ManagerOptions,
  type Socket,
  type SocketOptions,
} from 'socket.io-client';
import { createSocketIoAdapter, createSocketIoRoomAdapter } from '../../src/adapters/socket-io.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { Authenticator } from '../../src/gateway/auth.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { AnyEvent, EventType } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { gate, lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

const KEY = '0123456789abcdef';

function configOf(options: object = {}, flags: Readonly<Record<string, unknown>> = {}) {
  const socketIo = [{ name: 'desk', port: 0, ...options }];
  const keys = [{ id: 'desk', key: KEY }];
  return loadConfig({ flags: { 'auth.apiKeys': keys, ...flags, 'adapters.socketIo': socketIo } });
}

function adapterOf(config: ReturnType<typeof configOf>) {
  const [options] = config.adapters.socketIo;
  assert.ok(options);
  const auth = new Authenticator(config, systemClock);
  const { allowedOrigins } = config.auth;
  const adapter = createSocketIoAdapter(options, allowedOrigins, (request) =>
    auth.admit(request, 'events'),
  );
  return { adapter, auth };
}

const noSignal = () => new AbortController().signal;

/** A real client that remembers what it got. */
function client(port: number, options: Partial<ManagerOptions & SocketOptions> = {}) {
  const socket = connectTo(`http://127.0.0.1:${port}`, { reconnection: false, ...options });
  const events: AnyEvent[] = [];
  const waiting: { count: number; open: () => void }[] = [];
  socket.onAny((name: string, event: AnyEvent) => {
    assert.equal(name, event.type);
    events.push(event);
    for (const { count, open } of waiting) if (events.length >= count) open();
  });
  const got = (count: number) => {
    const { opened, open } = gate();
    waiting.push({ count, open });
    if (events.length >= count) open();
    return opened;
  };
  return { socket, events, got };
}

async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
}

async function refusal(socket: Socket): Promise<unknown> {
  const error = await new Promise<{ data?: { code?: string } }>((resolve, reject) => {
    socket.once('connect_error', resolve);
    socket.once('connect', () => reject(new assert.AssertionError({ message: 'it connected' })));
  });
  return error.data?.code;
}

/** A Socket.IO server as an app has one. */
async function appServer() {
  const http = createServer();
  const io = new Server(http);
  io.on('connection', (socket) => socket.join('calls'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return { io, port, close: () => io.close() };
}

adapterContract('socket-io', async () => {
  const { io, port, close } = await appServer();
  const listener = client(port);
  await connected(listener.socket);
  const adapter = createSocketIoRoomAdapter({ namespace: io });
  const sent: EventType[] = [];
  return {
    // What it has emitted by the time it stops is still on its way to the client.
    adapter: {
      ...adapter,
      event: async (event, signal) => {
        await adapter.event?.(event, signal);
        sent.push(event.type);
        await listener.got(sent.length);
      },
    },
    received: () => listener.events.map(({ type }) => type),
    close: async () => {
      listener.socket.disconnect();
      await close();
    },
  };
});

describe('the Socket.IO adapter', () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  async function started(options: object = {}, flags: Readonly<Record<string, unknown>> = {}) {
    const { adapter, auth } = adapterOf(configOf(options, flags));
    await adapter.start?.(lentContext().context);
    cleanUp.push(() => adapter.stop?.());
    const join = (clientOptions: Partial<ManagerOptions & SocketOptions>) => {
      const one = client(adapter.port, clientOptions);
      cleanUp.push(() => one.socket.disconnect());
      return one;
    };
    const publish = async (event: AnyEvent) => adapter.event?.(event, noSignal());
    return { adapter, auth, join, publish };
  }

  for (const transports of [['websocket'], ['polling']]) {
    it(`sends every event under the name of its type, over ${transports}`, async () => {
      const { join, publish } = await started();
      const { socket, events, got } = join({ auth: { token: KEY }, transports });
      await connected(socket);
      const sent = [sampleEvent('call.started', 0), sampleEvent('emotion.changed', 1)];
      for (const event of sent) await publish(event);
      await got(2);
      assert.deepEqual(events, sent);
    });
  }

  it('sends a client that names a call the events of that call', async () => {
    const { join, publish } = await started();
    const all = join({ auth: { token: KEY } });
    const one = join({ auth: { token: KEY, callId: 'call-2' } });
    await Promise.all([connected(all.socket), connected(one.socket)]);
    await publish(sampleEvent('audio.gap', 1));
    await publish(sampleEvent('audio.gap', 2, { callId: 'call-2' }));
    await Promise.all([all.got(2), one.got(1)]);
    assert.deepEqual(
      one.events.map(({ sequence }) => sequence),
      [2],
    );
  });

  it('takes a key as a header, and a desk token made for it', async () => {
    const { auth, join } = await started();
    const { token } = await auth.tokens.issue({ use: 'desk' }, 'desk');
    await connected(join({ auth: { token } }).socket);
    await connected(join({ extraHeaders: { authorization: `Bearer ${KEY}` } }).socket);
  });

  it('refuses whoever shows no key, a wrong one, or a token for something else', async () => {
    const { auth, join, publish } = await started();
    const { token } = await auth.tokens.issue({ use: 'stream' }, 'desk');
    assert.equal(await refusal(join({}).socket), 'TW_UNAUTHORIZED');
    const wrong = join({ auth: { token: 'wrong' } });
    assert.equal(await refusal(wrong.socket), 'TW_UNAUTHORIZED');
    assert.equal(await refusal(join({ auth: { token } }).socket), 'TW_FORBIDDEN');
    await publish(sampleEvent('audio.gap'));
    assert.deepEqual(wrong.events, []);
  });

  it('refuses a call id that is none', async () => {
    const { join } = await started();
    for (const callId of ['', 7, 'x'.repeat(257), { toString: 1 }]) {
      assert.equal(await refusal(join({ auth: { token: KEY, callId } }).socket), 'TW_BAD_REQUEST');
    }
  });

  it('is open to this machine alone where nobody needs a key', async () => {
    const { join } = await started({}, { 'auth.apiKeys': [] });
    await connected(join({}).socket);
    const page = join({ extraHeaders: { origin: 'https://elsewhere.example.com' } });
    assert.equal(await refusal(page.socket), 'TW_FORBIDDEN');
  });

  it('takes no more than maxClients, whoever they are', async () => {
    const { join } = await started({ maxClients: 1 });
    await connected(join({ auth: { token: KEY }, transports: ['websocket'] }).socket);
    const second = join({ auth: { token: KEY }, transports: ['websocket'] }).socket;
    assert.equal(await refusal(second), undefined);
  });

  it('cuts off a client that does not read, and serves the others', async () => {
    const { join, publish } = await started({ maxQueuedEvents: 50 });
    const quick = join({ auth: { token: KEY }, transports: ['websocket'] });
    const slow = join({ auth: { token: KEY, callId: 'big' }, transports: ['websocket'] });
    await Promise.all([connected(quick.socket), connected(slow.socket)]);
    const tcp = slow.socket.io.engine.transport as unknown as {
      ws: { _socket: { pause(): void; resume(): void } };
    };
    tcp.ws._socket.pause();
    const gone = gate();
    slow.socket.on('disconnect', gone.open);
    const text = 'x'.repeat(1_000_000);
    // More than the sockets' own buffers take, and then more than may wait.
    for (let index = 0; index < 70; index += 1) {
      await publish(sampleEvent('alert.raised', index, { callId: 'big', text }));
      await quick.got(index + 1);
    }
    tcp.ws._socket.resume();
    await gone.opened;
    assert.ok(slow.events.length < 70);
    assert.equal(quick.events.length, 70);
  });

  it('answers nothing at other paths, and does not listen when the port is taken', async () => {
    const { adapter } = await started();
    const response = await fetch(`http://127.0.0.1:${adapter.port}/`);
    assert.equal(response.status, 404);
    const { adapter: second } = adapterOf(configOf({ port: adapter.port }));
    await assert.rejects(async () => second.start?.(lentContext().context), {
      code: 'TW_ADAPTER_FAILED',
      message: 'Socket.IO desk: cannot listen (EADDRINUSE).',
    });
  });

  it('lets go of its port and its clients when it stops, those too that say nothing', async () => {
    const { adapter, join } = await started();
    const { port } = adapter;
    const { socket } = join({ auth: { token: KEY } });
    await connected(socket);
    const mute = connect(port, '127.0.0.1');
    mute.on('error', () => undefined);
    await once(mute, 'connect');
    const disconnected = once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
    await adapter.stop?.();
    await disconnected;
    mute.destroy();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });

  it('is refused by the configuration on an open address without keys', () => {
    assert.throws(
      () => configOf({ host: '0.0.0.0' }, { 'auth.apiKeys': [] }),
      /auth\.apiKeys must hold a key when adapters\.socketIo\[0\]\.host/,
    );
  });
});

describe('the Socket.IO adapter in a server of the app', () => {
  it('emits to whom the app lets join, and leaves the server running', async () => {
    const { io, port, close } = await appServer();
    io.on('connection', (socket) => socket.on('watch', (id: string) => socket.join(`call:${id}`)));
    const adapter = createSocketIoRoomAdapter({
      namespace: io.of('/desk'),
      filter: { events: ['call.ended'] },
    });
    assert.deepEqual(adapter.filter, { events: ['call.ended'] });
    await adapter.start?.(lentContext().context);
    io.of('/desk').on('connection', (socket) => socket.join('call:call-1'));
    const listener = connectTo(`http://127.0.0.1:${port}/desk`);
    await connected(listener);
    const ended = new Promise((resolve) => listener.once('call.ended', resolve));
    await adapter.event?.(sampleEvent('call.ended', 3), noSignal());
    assert.deepEqual(await ended, sampleEvent('call.ended', 3));
    await adapter.stop?.();
    assert.ok(listener.connected);
    listener.disconnect();
    await close();
  });
});
