import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CapacityReport } from '../../../src/cli/bench/capacity.ts';
import { capacityPlot } from '../../../src/cli/bench/capacity-plot.ts';
import { carried } from '../../../src/cli/bench/ramp.ts';
import { STAGES, stageShares } from '../../../src/cli/bench/stages.ts';

const GENERATOR = {
  processes: 1,
  cpuShare: 0.5,
  lateMs: { p50: 1, p99: 2, max: 3 },
  bottleneck: false,
};

const NOTHING_SPENT = stageShares({ nodes: [], startTime: 0, endTime: 0 });

const load = (legs: number, p99: number, more: Partial<CapacityReport> = {}): CapacityReport => ({
  legs,
  legsHeld: legs,
  seconds: 10,
  audioSeconds: 10 * legs,
  speechShare: 0.4,
  cpuMsPerAudioSecond: 1,
  cpuShareOfOneCore: legs / 1000,
  stages: NOTHING_SPENT,
  meanBatchLegs: 2,
  latencyMs: { count: 100, p50: 1, p95: 2, p99, max: p99 },
  firstEmotionMs: null,
  readyMs: 900,
  memoryPerLegBytes: 50_000,
  residentBytesPerLeg: null,
  gc: { ms: 1, count: 1, shareOfTime: 0.01 },
  eventLoopDelayMs: { p50: 0, p99: 1, max: 2 },
  drops: { events: 0, audioMs: 0 },
  refused: {},
  webhookDeliveries: 0,
  generator: GENERATOR,
  model: 'm',
  engine: 'e',
  machine: { cpuModel: 'c', cores: 2, memoryGiB: 1, platform: 'p', nodeVersion: 'v' },
  commit: null,
  measuredAt: '2026-11-27T00:00:00.000Z',
  ...more,
});

describe('the ramp', () => {
  it('counts a load as carried when no leg is lost, answers are prompt, and the callers kept up', () => {
    assert.ok(carried(load(10, 150)));
    assert.ok(!carried(load(10, 151)));
    assert.ok(!carried(load(10, 5, { legsHeld: 9 })));
    assert.ok(!carried(load(10, 5, { latencyMs: null })));
    assert.ok(!carried(load(10, 5, { generator: { ...GENERATOR, bottleneck: true } })));
  });

  it('is drawn as one SVG with each stage and the latency', () => {
    const svg = capacityPlot([load(10, 5), load(100, 9)]);
    assert.match(svg, /^<svg /);
    for (const name of [...STAGES, 'latency p99']) assert.ok(svg.includes(`>${name}<`), name);
  });

  it('is part of one command that measures everything', () => {
    const manifest = new URL('../../../package.json', import.meta.url);
    const { scripts } = JSON.parse(readFileSync(manifest, 'utf8'));
    assert.match(scripts['bench:record'], /bench\/record\.ts/);
  });
});
