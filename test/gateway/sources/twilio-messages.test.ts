import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTwilioMessage } from '../../../src/gateway/sources/twilio-messages.ts';
import { TonewireError } from '../../../src/protocol/errors.ts';

describe('the reader of Twilio messages', () => {
  it('answers any text at all with a message or a coded error', () => {
    const event = fc.constantFrom('connected', 'start', 'media', 'dtmf', 'mark', 'stop');
    const near = fc.record({ event, start: fc.jsonValue(), media: fc.jsonValue() });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      near.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          parseTwilioMessage(input);
        } catch (cause) {
          assert.ok(cause instanceof TonewireError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never repeats in an error what the sender wrote', () => {
    const secret = 'my-card-is-4111';
    for (const text of [
      `{"event":["${secret}"]}`,
      `{"event":"start","start":{"callSid":"${secret} !"}}`,
      `{"event":"start","start":{"callSid":"CA1","customParameters":{"a":{"b":"${secret}"}}}}`,
      `{"event":"media","media":{"payload":${secret}`,
    ]) {
      assert.throws(
        () => parseTwilioMessage(text),
        (cause) => cause instanceof TonewireError && !cause.message.includes(secret),
      );
    }
  });
});
