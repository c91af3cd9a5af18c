import assert from 'node:assert/strict';
import { addressFor } from '../../src/sdk/options.ts';

const BASE = new URL('ws://127.0.0.1:8460/v1/stream?key=k');

describe('addressFor', () => {
  it('leads a call to be resumed back to the worker that its token names', () => {
    const hello = { type: 'session.resume', resumeToken: '12.c2VjcmV0' } as const;
    assert.equal(addressFor(BASE, hello).href, `${BASE.href}&resume=12`);
  });

  it('is the plain address for any other first message', () => {
    assert.equal(addressFor(BASE, { type: 'session.resume', resumeToken: 'c2VjcmV0' }), BASE);
    assert.equal(addressFor(BASE, { type: 'ping' }), BASE);
  });
});
