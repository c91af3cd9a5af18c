import assert from 'node:assert/strict';
import { type ErrorCode, TonewireError } from '../../src/protocol/errors.ts';

/** Runs `work`, which must throw a TonewireError of that code; returns it for a closer look. */
export function assertThrowsCode(code: ErrorCode, work: () => unknown): TonewireError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof TonewireError, `not a TonewireError: ${error}`);
    assert.equal(error.code, code);
    return error;
  }
  assert.fail(`${code} was not thrown`);
}
