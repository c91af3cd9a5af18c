import assert from 'node:assert/strict';
import { conversationOf } from '../../../src/adapters/bot/conversation-id.ts';

const call = { callId: 'CA1', metadata: { conversationId: 'c-7', 'x.y': 'z', empty: '' } };

describe('the conversation of a call', () => {
  it('is what the template makes of its id and metadata', () => {
    assert.equal(conversationOf('{callId}', call), 'CA1');
    assert.equal(conversationOf('tel-{callId}-{metadata.x.y}', call), 'tel-CA1-z');
    assert.equal(conversationOf('{metadata.conversationId}', call), 'c-7');
    assert.equal(conversationOf('fixed', call), 'fixed');
  });

  it('is unknown where the call does not say', () => {
    assert.equal(conversationOf('{metadata.other}', call), undefined);
    assert.equal(conversationOf('a-{metadata.empty}', call), undefined);
    assert.equal(conversationOf('{metadata.toString}', { callId: 'x', metadata: {} }), undefined);
  });

  it('never climbs a path', () => {
    for (const callId of ['.', '..']) {
      assert.equal(conversationOf('{callId}', { callId, metadata: {} }), undefined);
    }
  });

  it('takes what it is filled with as it is, braces and dollars too', () => {
    const odd = { callId: '{metadata.conversationId}$&$1', metadata: {} };
    assert.equal(conversationOf('{callId}', odd), odd.callId);
  });
});
