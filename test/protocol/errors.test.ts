import assert from 'node:assert/strict';
import { CLOSE_CODES } from '../../src/protocol/close-codes.ts';
import { ERRORS, TonewireError, toTonewireError } from '../../src/protocol/errors.ts';

describe('the table of errors', () => {
  for (const [code, row] of Object.entries(ERRORS)) {
    it(`${code} has a private close code, an HTTP error status and a meaning`, () => {
      assert.match(code, /^TW_[A-Z0-9_]+$/);
      assert.ok(row.closeCode >= 4000 && row.closeCode <= 4999);
      assert.ok(row.httpStatus >= 400 && row.httpStatus <= 599);
      assert.match(row.meaning, /\.$/);
    });
  }

  it('leaves the plain close codes to plain ends', () => {
    for (const code of Object.values(CLOSE_CODES)) assert.ok(code >= 1000 && code < 4000);
  });

  it('gives every caught thing a code and keeps its cause', () => {
    const cause = new RangeError('inner');
    const wrapped = toTonewireError(cause, 'TW_ADAPTER_FAILED');
    assert.equal(wrapped.code, 'TW_ADAPTER_FAILED');
    assert.equal(wrapped.cause, cause);
    assert.doesNotMatch(wrapped.message, /inner/);
    const own = new TonewireError('TW_FORBIDDEN');
    assert.equal(toTonewireError(own), own);
    assert.equal(own.row.closeCode, 4403);
  });
});
