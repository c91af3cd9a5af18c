import { loadConfig } from '../../src/config/load-config.ts';
import { type Logger, silentLogger } from '../../src/log/logger.ts';
import { type Clock, systemClock } from '../../src/protocol/clock.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { FAKE_UPDATE_MS, FakeAnalyser } from './fake-analyser.ts';
import { WsClient } from './ws-client.ts';

export const KEY = 'a-key-of-the-desk-tests';
export const AUDIO = { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 1 };

/** As much as the made-up analyser answers with one update. */
export const UPDATE_AUDIO = Buffer.alloc((FAKE_UPDATE_MS * AUDIO.sampleRateHz * 2) / 1000);

/** A whole Tonewire, only its analyser made up: an update every 100 ms of audio. */
export interface TestDesk {
  readonly tonewire: Tonewire;
  /** Asks the desk, with the key unless told otherwise; JSON where there is a body to send. */
  ask(method: string, path: string, body?: unknown, credential?: string): Promise<Response>;
  /** A desk token of this role. */
  token(role: 'viewer' | 'supervisor', subject?: string): Promise<string>;
  /** A page on the feed, after its snapshot. */
  page(credential?: string): Promise<WsClient>;
  /** Plays a call of so many updates over /v1/stream, to its end. */
  call(start: object, updates?: number): Promise<void>;
  /** A call over /v1/stream that goes on. */
  startCall(start: object, updates?: number): Promise<WsClient>;
}

const running: Tonewire[] = [];

export async function startDesk(
  flags: Readonly<Record<string, unknown>> = {},
  parts: { readonly logger?: Logger; readonly clock?: Clock } = {},
): Promise<TestDesk> {
  const { logger = silentLogger, clock = systemClock } = parts;
  const keys = { 'auth.apiKeys': [{ id: 'front-desk', key: KEY }] };
  const base = { 'server.port': 0, 'server.drainTimeoutMs': 0, 'desk.updateIntervalMs': 50 };
  const config = loadConfig({ flags: { ...base, ...keys, ...flags } });
  const analyser = new FakeAnalyser();
  const tonewire = await startTonewire(config, { logger, clock, analyser });
  running.push(tonewire);
  const ws = tonewire.url.replace('http', 'ws');
  const headers = (credential: string) => ({ authorization: `Bearer ${credential}` });

  const ask: TestDesk['ask'] = (method, path, body, credential = KEY) =>
    fetch(tonewire.url + path, {
      method,
      headers: { ...headers(credential), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const startCall: TestDesk['startCall'] = async (start, updates = 5) => {
    const options = { headers: headers(KEY) };
    const client = await WsClient.open(`${ws}/v1/stream`, ['tonewire.v1'], options);
    client.send({ type: 'session.start', audio: AUDIO, ...start });
    await client.message('session.started');
    for (let i = 0; i < updates; i += 1) client.sendBinary(UPDATE_AUDIO);
    if (updates > 0) await client.message('emotion.updated');
    return client;
  };
  return {
    tonewire,
    ask,
    startCall,
    async call(start, updates) {
      const client = await startCall(start, updates);
      client.send({ type: 'session.end' });
      await client.closed;
    },
    async token(role, subject = role) {
      const response = await ask('POST', '/v1/tokens', { use: 'desk', role, subject });
      const { token } = (await response.json()) as { token: string };
      return token;
    },
    async page(credential = KEY) {
      const page = await WsClient.open(`${ws}/v1/desk`, [], { headers: headers(credential) });
      await page.message('desk.snapshot');
      return page;
    },
  };
}

/** Stops what `startDesk` started. Call in `afterEach`. */
export async function stopDesks(): Promise<void> {
  await Promise.all(running.splice(0).map((tonewire) => tonewire.close()));
}
