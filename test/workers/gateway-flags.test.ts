import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { GATEWAY_NODE_FLAGS } from '../../src/workers/gateway-flags.ts';

describe('how a gateway starts Node', () => {
  it('is the same by npm start and by npm run demo as in a worker and in the benchmark', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const command = ['node', ...GATEWAY_NODE_FLAGS, 'bin/tonewire.js'].join(' ');
    for (const name of ['start', 'demo']) assert.ok(scripts[name].includes(`${command} `), name);
  });
});
