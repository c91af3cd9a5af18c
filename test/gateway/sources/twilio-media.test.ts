import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type MediaFrame, scanMedia } from '../../../src/gateway/sources/twilio-media.ts';
import { mediaFrame, parseTwilioMessage } from '../../../src/gateway/sources/twilio-messages.ts';

const PAYLOAD = Buffer.from(Uint8Array.from({ length: 160 }, (_, i) => (i * 37) % 256));

/** As Twilio's documentation shows it. */
const MESSAGE = {
  event: 'media',
  sequenceNumber: '3',
  media: { track: 'outbound', chunk: '1', timestamp: '5', payload: PAYLOAD.toString('base64') },
  streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
};

/** What the reader of any message makes of it; undefined when it refuses it or it is no media. */
function parsed(text: string): MediaFrame | undefined {
  try {
    const message = parseTwilioMessage(text);
    return message?.event === 'media' ? mediaFrame(message) : undefined;
  } catch {
    return undefined;
  }
}

describe('the quick reader of Twilio media', () => {
  it('reads a message as Twilio sends it', () => {
    assert.deepEqual(scanMedia(Buffer.from(JSON.stringify(MESSAGE))), {
      track: 'outbound',
      sequence: 3,
      timestampMs: 5,
      audio: PAYLOAD,
    });
  });

  it('reads members in any order, and numbers that are not strings', () => {
    const { payload } = MESSAGE.media;
    const text = JSON.stringify({ media: { payload, timestamp: 0 }, event: 'media' });
    const frame = scanMedia(Buffer.from(text));
    assert.deepEqual(frame, {
      track: 'inbound',
      sequence: undefined,
      timestampMs: 0,
      audio: PAYLOAD,
    });
  });

  it('leaves what is out of the ordinary to the reader of any message', () => {
    const { media } = MESSAGE;
    const others: unknown[] = [
      { ...MESSAGE, event: 'mark' },
      { ...MESSAGE, media: { ...media, track: 'inbound_track' } },
      { ...MESSAGE, media: { ...media, payload: 'A' } },
      { ...MESSAGE, media: { ...media, timestamp: '1.5' } },
      { ...MESSAGE, media: { ...media, chunk: 'quoted \\" here' } },
      { ...MESSAGE, sequenceNumber: '9'.repeat(16) },
      { event: 'media', media: { track: 'inbound' } },
      [MESSAGE],
    ];
    for (const other of others) {
      assert.equal(scanMedia(Buffer.from(JSON.stringify(other))), undefined);
    }
    const text = JSON.stringify(MESSAGE);
    for (const other of [` ${text}`, `${text} `, text.slice(0, -1), `${text}}`, '', '{}']) {
      assert.equal(scanMedia(Buffer.from(other)), undefined, other);
    }
    const twice = text.replace('"streamSid"', '"media":{"payload":""},"streamSid"');
    assert.equal(scanMedia(Buffer.from(twice)), undefined);
  });

  it('never reads what the reader of any message reads otherwise, or refuses', () => {
    const text = Buffer.from(JSON.stringify(MESSAGE));
    const edit = fc.record({
      at: fc.nat(text.length - 1),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.constantFrom('"', ',', ':', '{', '}', '0', '=', '\\', ' ', '-', 'é', '"media":', 'A'),
        fc.string({ maxLength: 2 }),
      ),
    });
    let read = 0;
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
        let changed = text;
        for (const { at, cut, put } of edits) {
          const from = Math.min(at, changed.length);
          const rest = changed.subarray(from + cut);
          changed = Buffer.concat([changed.subarray(0, from), Buffer.from(put), rest]);
        }
        const frame = scanMedia(changed);
        if (frame === undefined) return;
        read += 1;
        assert.deepEqual(frame, parsed(changed.toString('utf8')));
      }),
      { numRuns: 5000 },
    );
    assert.ok(read > 200, `only ${read} were read`);
  });
});
