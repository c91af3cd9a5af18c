import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { TonewireEvent } from '../../src/protocol/events.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';

/** Whoever presses play waits no longer than this for something to move, in milliseconds of the call. */
const PATIENCE_MS = 2000;

describe('the sample call of a gateway', function () {
  this.timeout(60_000);
  let tonewire: Tonewire | undefined;

  afterEach(() => tonewire?.close());

  it('is read from its first second, and has a label within two', async () => {
    const flags = { 'server.port': 0, 'server.drainTimeoutMs': 0 };
    const running = await startTonewire(loadConfig({ flags }), { logger: silentLogger });
    tonewire = running;
    const readings: TonewireEvent<'emotion.updated'>['data'][] = [];
    const changed = new Promise<number>((resolve) => {
      running.bus.subscribe((event) => {
        if (event.type === 'emotion.updated') readings.push(event.data);
        if (event.type === 'emotion.changed') resolve(event.data.atMs);
      });
    });
    const response = await fetch(`${running.url}/v1/sample-call`, { method: 'POST' });
    assert.equal(response.status, 200);
    assert.ok((await changed) <= PATIENCE_MS, 'no longer listening');
    assert.ok(readings[0]!.span.endMs <= 1000, 'the first reading');
    assert.equal(readings[0]!.leg, 'customer');
  });
});
