import assert from 'node:assert/strict';
import type { LegOutput } from '../../src/pipeline/analysis.ts';
import type { Engine } from '../../src/pipeline/engines/engine.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { LegQueue } from '../../src/pipeline/leg-queue.ts';
import { randomReadings, schedulerFor } from '../helpers/random-model.ts';

const PROSODY = { pitchHz: null, voicedShare: 0, intensityDb: -40, speechRateHz: 0 };

const STUCK: Engine = {
  name: 'stuck',
  step: () => new Promise(() => undefined),
  close: async () => undefined,
};

function span(i: number) {
  return { startMs: i * 256, endMs: (i + 1) * 256 };
}

describe("a leg's queue", () => {
  it('stays bounded while the model stands still, and counts the speech it loses', () => {
    const outputs: LegOutput[] = [];
    const maxPendingSteps = 3;
    const queue = new LegQueue(maxPendingSteps, schedulerFor(STUCK), randomReadings(), (output) =>
      outputs.push(output),
    );
    let longest = 0;
    for (let i = 0; i < 500; i++) {
      const frames = new Float32Array(8 * FEATURE_COUNT);
      if (i < 250) queue.add({ kind: 'step', frames, frameCount: 8, span: span(i) });
      queue.add({ kind: 'update', span: span(i), speaking: true, prosody: PROSODY });
      queue.add({ kind: 'segment', span: span(i), prosody: PROSODY });
      queue.advance();
      longest = Math.max(longest, queue.length);
    }
    assert.ok(longest <= 4 * (maxPendingSteps + 1), `${longest} items`);
    assert.equal(queue.pendingSteps, maxPendingSteps);
    assert.equal(queue.lostMs, (250 - maxPendingSteps) * 256);
    assert.deepEqual(outputs, []);
  });

  it('lets whoever waits at a barrier go when it is closed', async () => {
    const queue = new LegQueue(3, schedulerFor(STUCK), randomReadings(), () => undefined);
    const frames = new Float32Array(8 * FEATURE_COUNT);
    queue.add({ kind: 'step', frames, frameCount: 8, span: span(0) });
    const waiting = queue.barrier();
    queue.close();
    await waiting;
    assert.equal(queue.length, 0);
  });
});
