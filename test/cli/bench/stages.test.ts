import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { STAGES, stageShares } from '../../../src/cli/bench/stages.ts';
import { PACKAGE_ROOT } from '../../../src/package-root.ts';

const file = (path: string) => pathToFileURL(PACKAGE_ROOT + path).href;

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
  children,
});

describe('stages', () => {
  it('counts a function for its file, and one of no stage for whoever called it', () => {
    const nodes = [
      node(1, '(root)', '', [2, 3, 4, 9]),
      node(2, '(idle)', ''),
      node(3, '(garbage collector)', ''),
      node(4, 'onStreamRead', 'node:internal/stream_base_commons', [5]),
      node(5, 'push', 'node:internal/streams/readable', [6]),
      node(6, 'getData', file('node_modules/ws/lib/receiver.js'), [7]),
      node(7, 'compute', file('dist/pipeline/features/extractor.js'), [8]),
      node(8, 'wasm-function[3]', 'wasm://wasm/0badcafe'),
      node(9, 'drainQueue', 'node:internal/timers', [10]),
      node(10, 'send', file('dist/adapters/feed.js')),
    ];
    const samples = [2, 3, 5, 6, 7, 8, 9, 10, 2];
    const timeDeltas = samples.map(() => 10);
    const shares = stageShares({ nodes, samples, timeDeltas, startTime: 0, endTime: 90 });
    const spent = STAGES.filter((stage) => shares[stage] > 0).map((stage) => [
      stage,
      Math.round(shares[stage] * 7),
    ]);
    assert.deepEqual(spent, [
      ['ingest', 2],
      ['features', 2],
      ['delivery', 1],
      ['gc', 1],
      ['rest', 1],
    ]);
  });

  it('is all zero for a profile of nothing', () => {
    const shares = stageShares({
      nodes: [],
      samples: [],
      timeDeltas: [],
      startTime: 0,
      endTime: 0,
    });
    assert.ok(STAGES.every((stage) => shares[stage] === 0));
  });
});
