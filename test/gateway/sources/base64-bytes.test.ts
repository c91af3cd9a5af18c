import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeBase64 } from '../../../src/gateway/sources/base64-bytes.ts';

/** Decodes a text that stands amid others, as a payload does in its message. */
function decode(text: string): Uint8Array | undefined {
  const around = Buffer.from(`"${text}"`);
  return decodeBase64(around, 1, around.length - 1);
}

describe('base64 in bytes', () => {
  it('decodes what base64 encodes, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        assert.deepEqual(decode(text), Buffer.from(bytes));
        assert.deepEqual(decode(text.replaceAll('=', '')), Buffer.from(bytes));
      }),
    );
  });

  it('refuses all else', () => {
    for (const text of ['A', 'AAAAA', 'AA=A', '=', 'AAA==', 'AA AA', 'AA-_', '====', 'ŁŁŁŁ']) {
      assert.equal(decode(text), undefined, text);
    }
  });
});
