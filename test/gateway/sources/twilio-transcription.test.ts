import assert from 'node:assert/strict';
import fc from 'fast-check';
import { transcriptOf } from '../../../src/gateway/sources/twilio-transcription.ts';
import { TonewireError } from '../../../src/protocol/errors.ts';
import { parseClientMessage } from '../../../src/protocol/validate.ts';

const text = fc.oneof(fc.string({ maxLength: 1500, unit: 'binary' }), fc.constant('Hello.'));
const field = fc.oneof(text, fc.constant(undefined), fc.array(fc.string(), { maxLength: 2 }));
const data = fc.oneof(
  field,
  fc.record({ transcript: fc.oneof(text, fc.anything()), confidence: fc.anything() }).map(
    // A cyclic or odd value has no JSON.
    (value) => {
      try {
        return JSON.stringify(value);
      } catch {
        return '{}';
      }
    },
  ),
);
const form = fc.record({
  TranscriptionData: data,
  Track: fc.oneof(field, fc.constantFrom('inbound_track', 'outbound_track', 'both_tracks')),
  Final: field,
  LanguageCode: fc.oneof(field, fc.constantFrom('en-US', 'cmn-Hans-CN', 'x')),
});

describe("a form of Twilio's transcription", () => {
  it('gives a line that tonewire.v1 would take, or none, or TW_BAD_REQUEST, whatever it holds', () => {
    let lines = 0;
    fc.assert(
      fc.property(form, (fields) => {
        try {
          const line = transcriptOf(fields);
          if (line === undefined) return;
          assert.deepEqual(parseClientMessage(JSON.stringify(line)), line);
          lines += 1;
        } catch (error) {
          assert.ok(error instanceof TonewireError && error.code === 'TW_BAD_REQUEST', `${error}`);
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(lines > 20, `${lines} lines`);
  });

  it('cut to what a line may hold stays a line', () => {
    const transcript = `${'a'.repeat(999)}\u{1F642} and more`;
    const line = transcriptOf({ TranscriptionData: JSON.stringify({ transcript }) });
    assert.equal(line?.text.length, 1000);
  });
});
