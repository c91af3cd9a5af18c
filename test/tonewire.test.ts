import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loadConfig } from '../src/config/load-config.ts';
import * as tonewirePackage from '../src/index.ts';
import { silentLogger } from '../src/log/logger.ts';
import { TonewireError } from '../src/protocol/errors.ts';
import { startTonewire, type Tonewire } from '../src/tonewire.ts';
import { FakeAnalyser } from './helpers/fake-analyser.ts';
import { removeTemporaryFolders, temporaryFolder } from './helpers/temporary-folder.ts';

const QUIET = { 'server.port': 0, 'log.level': 'silent' };

describe('startTonewire', () => {
  const running: Tonewire[] = [];
  const start = async (flags: Readonly<Record<string, unknown>> = {}) => {
    const config = loadConfig({ flags: { ...QUIET, ...flags } });
    const parts = { logger: silentLogger, analyser: new FakeAnalyser() };
    const tonewire = await startTonewire(config, parts);
    running.push(tonewire);
    return tonewire;
  };

  afterEach(async () => {
    await Promise.all(running.splice(0).map((tonewire) => tonewire.close()));
    removeTemporaryFolders();
  });

  it('answers on its own port, its adapters counted among the metrics', async () => {
    const { url, open, modelId } = await start();
    assert.deepEqual([open, modelId], [true, 'fake-v1']);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.match(await (await fetch(`${url}/metrics`)).text(), /tonewire_adapter_dropped_total/);
  });

  it('has no feed when it is switched off', async () => {
    assert.equal((await start({ 'adapters.feed.enabled': false })).feed, undefined);
  });

  it('says TW_CONFIG_INVALID when the port is taken', async () => {
    const { port } = await start();
    await assert.rejects(
      start({ 'server.port': port }),
      (error) => error instanceof TonewireError && error.code === 'TW_CONFIG_INVALID',
    );
  });

  it('keeps a store where one is named, and lets go of it', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const first = await start({ 'store.path': path });
    await assert.rejects(
      start({ 'store.path': path }),
      (error) => error instanceof TonewireError && error.code === 'TW_STORE_LOCKED',
    );
    await first.close();
    await start({ 'store.path': path });
  });

  it('may be drained and closed, and closed again', async () => {
    const tonewire = await start();
    await tonewire.drain();
    await tonewire.close();
    await tonewire.close();
  });
});

describe('the package entry', () => {
  it('exports these names', () => {
    assert.deepEqual(
      Object.keys(tonewirePackage).sort(),
      [
        'BotContextSchema',
        'CLOSE_CODES',
        'CONSENTS',
        'EMOTIONS',
        'ENCODINGS',
        'ERRORS',
        'EVENT_DATA_SCHEMAS',
        'EVENT_TYPES',
        'ClientMessageSchema',
        'LEGS',
        'MAX_TRANSCRIPT_CHARACTERS',
        'MEASURES',
        'PERCEIVED',
        'ROLES',
        'SAMPLE_RATES_HZ',
        'SIGNALS',
        'SUBPROTOCOL',
        'ServerMessageSchema',
        'TOKEN_USES',
        'TokenRequestSchema',
        'TRENDS',
        'TonewireError',
        'UNDECIDED',
        'VERSION',
        'assertEvent',
        'createLogger',
        'createTonewire',
        'createOpenaiRealtimeAdapter',
        'createSocketIoRoomAdapter',
        'eventSchema',
        'isEvent',
        'loadConfig',
        'parseClientMessage',
        'parseServerMessage',
        'silentLogger',
        'startTonewire',
        'systemClock',
        'toTonewireError',
      ].sort(),
    );
  });
});
