import assert from 'node:assert/strict';
import { StreamTokens } from '../../src/gateway/stream-token.ts';

describe('a stream token', () => {
  let nowMs = 1_000_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const tokens = new StreamTokens('a secret of the gateway', 60_000, clock);

  it('opens its own call until it expires', () => {
    const token = tokens.issue('CA1');
    assert.equal(tokens.verify('CA1', token), true);
    assert.equal(tokens.verify('CA2', token), false);
    nowMs += 60_001;
    assert.equal(tokens.verify('CA1', token), false);
  });

  it('cannot be given a longer life or another secret', () => {
    const [expiresMs, mac] = tokens.issue('CA1').split('.');
    assert.equal(tokens.verify('CA1', `${Number(expiresMs) + 1}.${mac}`), false);
    const others = new StreamTokens('another secret, same length', 60_000, clock);
    assert.equal(others.verify('CA1', `${expiresMs}.${mac}`), false);
  });

  it('is refused when it is no token at all', () => {
    for (const text of ['', '.', '1.', 'x.y', `${'9'.repeat(40)}.${'A'.repeat(43)}`]) {
      assert.equal(tokens.verify('CA1', text), false);
    }
  });
});
