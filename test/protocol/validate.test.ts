import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TonewireError } from '../../src/protocol/errors.ts';
import { EVENT_TYPES, type EventData } from '../../src/protocol/events.ts';
import type { Label } from '../../src/protocol/labels.ts';
import type { Consent, SessionStart } from '../../src/protocol/messages.ts';
import {
  assertEvent,
  isEvent,
  parseClientMessage,
  parseServerMessage,
} from '../../src/protocol/validate.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

type Same<A, B> = [A, B] extends [B, A] ? true : false;
const typesAreNarrow: [
  Same<EventData<'emotion.updated'>['label'], Label>,
  Same<EventData<'emotion.updated'>['prosody']['pitchHz'], number | null>,
  Same<SessionStart['consent'], Consent | undefined>,
] = [true, true, true];

const start = {
  type: 'session.start',
  audio: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
};

describe('parseClientMessage', () => {
  it('reads each message', () => {
    const messages = [
      start,
      { ...start, legs: ['customer'], callId: 'a.b:c-1', metadata: { 'k.1': 'v' } },
      { ...start, consent: 'given' },
      { type: 'session.flush', id: '1' },
      { type: 'session.end' },
      { type: 'transcript', leg: 'customer', text: 'Hello.' },
      {
        type: 'transcript',
        leg: 'agent',
        text: 'Hel',
        final: false,
        span: { startMs: 0, endMs: 400 },
        language: 'en-GB',
        confidence: 0.9,
      },
      { type: 'ping' },
    ];
    for (const message of messages) {
      assert.deepEqual(parseClientMessage(JSON.stringify(message)), message);
    }
    assert.ok(typesAreNarrow.every(Boolean));
  });

  it('answers text that is no JSON with TW_BAD_JSON, without repeating it', () => {
    const { message } = assertThrowsCode('TW_BAD_JSON', () =>
      parseClientMessage('{"type": secret'),
    );
    assert.doesNotMatch(message, /secret/);
  });

  const refused: [string, unknown, RegExp][] = [
    ['a list', [], /must be a JSON object/],
    ['null', null, /must be a JSON object/],
    ['an unknown type', { type: 'nope' }, /type must be one of session\.start/],
    ['a type from the prototype', { type: 'constructor' }, /type must be one of/],
    ['no type', {}, /type must be one of/],
    ['a missing member', { type: 'session.start' }, /audio is missing/],
    [
      'an unknown encoding',
      { ...start, audio: { ...start.audio, encoding: 'mp3' } },
      /audio\.encoding must be one of pcm_s16le, mulaw, alaw/,
    ],
    [
      'three channels',
      { ...start, audio: { ...start.audio, channels: 3 } },
      /audio\.channels must be <= 2/,
    ],
    ['an unknown member', { ...start, legz: [] }, /legz is not known/],
    ['a call id with a blank', { ...start, callId: 'a b' }, /callId must match/],
    ['metadata that is not text', { ...start, metadata: { a: 1 } }, /metadata\.a must be string/],
    ['a metadata key with a line break', { ...start, metadata: { 'a\nb': 'x' } }, /metadata/],
    ['a number as id', { type: 'ping', id: 7 }, /id must be string/],
  ];
  for (const [what, message, reason] of refused) {
    it(`refuses ${what}, naming the field`, () => {
      const text = JSON.stringify(message);
      assert.match(
        assertThrowsCode('TW_BAD_MESSAGE', () => parseClientMessage(text)).message,
        reason,
      );
    });
  }

  it('refuses a metadata key that would reach a prototype', () => {
    const text = JSON.stringify(start).replace(/}$/, ',"metadata":{"__proto__":"x"}}');
    assertThrowsCode('TW_BAD_MESSAGE', () => parseClientMessage(text));
  });

  it('returns a message or throws one of its two codes, whatever comes', () => {
    const nearly = fc.record({
      type: fc.constantFrom('session.start', 'session.flush', 'session.end', 'ping', 'x'),
      audio: fc.jsonValue(),
      id: fc.jsonValue(),
      metadata: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      nearly.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          assert.ok(parseClientMessage(input).type);
        } catch (error) {
          assert.ok(error instanceof TonewireError, String(error));
          assert.match(error.code, /^TW_BAD_(JSON|MESSAGE)$/);
          assert.ok(error.message.length < 300, 'the answer stays short');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseServerMessage', () => {
  it('reads replies and events', () => {
    const pong = { type: 'pong', id: '1' };
    assert.deepEqual(parseServerMessage(JSON.stringify(pong)), pong);
    const event = sampleEvent('emotion.updated');
    assert.deepEqual(parseServerMessage(JSON.stringify(event)), event);
  });

  it('refuses what is neither', () => {
    assertThrowsCode('TW_BAD_MESSAGE', () => parseServerMessage('{"type":"ping"}'));
    assertThrowsCode('TW_BAD_MESSAGE', () => parseServerMessage('{"specversion":"1.0"}'));
    assertThrowsCode('TW_BAD_JSON', () => parseServerMessage(''));
  });
});

describe('isEvent and assertEvent', () => {
  for (const type of EVENT_TYPES) {
    it(`accept ${type}`, () => {
      assert.ok(isEvent(sampleEvent(type)));
      assertEvent(sampleEvent(type));
    });

    it(`refuse ${type} with any one member missing or one too many`, () => {
      const event: Record<string, unknown> = { ...sampleEvent(type) };
      for (const key of Object.keys(event)) {
        assert.ok(!isEvent({ ...event, [key]: undefined }), key);
      }
      assert.ok(!isEvent({ ...event, more: 1 }));
    });
  }

  it('name the wrong field', () => {
    const event = sampleEvent('audio.gap', 0, { filledMs: -1 });
    const { message } = assertThrowsCode('TW_BAD_MESSAGE', () => assertEvent(event));
    assert.match(message, /data\.filledMs/);
  });

  it('refuse anything that is no event', () => {
    fc.assert(fc.property(fc.anything(), (value) => !isEvent(value)));
  });
});
