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

  it('is told in the emotions that the configuration leaves, and no other', async () => {
    const told = ['neutral', 'sadness', 'fear'];
    const options = { 'server.port': 0, 'server.drainTimeoutMs': 0, 'analysis.emotions': told };
    const running = await startTonewire(loadConfig({ flags: options }), { logger: silentLogger });
    tonewire = running;
    const labels = new Set<string>();
    const read = new Promise<TonewireEvent<'emotion.updated'>['data']>((resolve) => {
      running.bus.subscribe((event) => {
        if (event.type !== 'emotion.updated') return;
        labels.add(event.data.label);
        if (event.data.label !== 'listening') resolve(event.data);
      });
    });
    await fetch(`${running.url}/v1/sample-call`, { method: 'POST' });
    const { probabilities } = await read;
    const likely = Object.entries(probabilities).filter(([, p]) => p > 0);
    assert.deepEqual(
      likely.map(([name]) => name).filter((name) => !told.includes(name)),
      [],
    );
    assert.ok(Math.abs(likely.reduce((sum, [, p]) => sum + p, 0) - 1) < 1e-3);
    for (const label of labels) assert.ok(['listening', 'uncertain', ...told].includes(label));
  });
});
