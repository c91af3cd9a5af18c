import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { createTonewire, type TonewirePlugin } from '../../src/plugin/create-tonewire.ts';
import { connect } from '../../src/sdk/node.ts';
import { FakeAnalyser } from '../helpers/fake-analyser.ts';

describe('createTonewire', () => {
  let tonewire: TonewirePlugin;
  let analyser: FakeAnalyser;

  beforeEach(async () => {
    analyser = new FakeAnalyser();
    const config = loadConfig({ flags: { 'log.level': 'silent' } });
    tonewire = await createTonewire({ config, logger: silentLogger, analyser });
  });

  afterEach(() => tonewire.close());

  it('hears a call of its own process without any socket, and tells its events', async () => {
    const heard: string[] = [];
    tonewire.on('emotion.updated', ({ data }) => void heard.push(data.label));
    const call = tonewire.openCall({ callId: 'bot-1', consent: 'given' });
    await call.send(new Int16Array(3200));
    const totals = await call.end();
    const types: string[] = [];
    for await (const event of call) types.push(event.type);
    assert.deepEqual(types, ['call.started', 'emotion.updated', 'emotion.updated', 'call.ended']);
    assert.deepEqual([totals.durationMs, totals.reason], [200, 'stopped']);
    assert.deepEqual(heard, ['neutral', 'neutral']);
  });

  it('lets a sender wait while the analysis is behind', async () => {
    const call = tonewire.openCall();
    const [leg] = analyser.legs;
    let drain: () => void = () => undefined;
    leg!.drainGate = new Promise<void>((resolve) => {
      drain = resolve;
    });
    leg!.pendingMs = 60_000;
    let waiting = true;
    const sent = call.send(new Int16Array(1600)).then(() => {
      waiting = false;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(waiting);
    drain();
    await sent;
    await call.end();
  });

  it('answers beside the routes of an Express server, under a path, and leaves the others alone', async () => {
    const app = express();
    app.get('/hello', (_request, response) => void response.send('mine'));
    app.use('/tonewire', tonewire.handler);
    const server = createServer(app);
    tonewire.attach(server, '/tonewire');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assert.equal(await (await fetch(`${url}/hello`)).text(), 'mine');
      assert.equal((await fetch(`${url}/tonewire/healthz`)).status, 200);
      const stream = await connect({ url: `${url}/tonewire` });
      await stream.send(new Int16Array(1600));
      assert.equal((await stream.end()).durationMs, 100);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
