import assert from 'node:assert/strict';
import { SenderRates } from '../../../src/gateway/overload/sender-rates.ts';
import { assertThrowsCode } from '../../helpers/assert-throws-code.ts';

function rates(maxSenders = 100) {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { rates: new SenderRates({ maxUpgradesPerSecond: 2, maxSenders }, clock), pass };
}

describe('SenderRates', () => {
  it('refuses a sender that knocks too often, and no other', () => {
    const { rates: limit, pass } = rates();
    for (let i = 0; i < 8; i++) limit.knock('flood');
    assertThrowsCode('TW_RATE_LIMITED', () => limit.knock('flood'));
    limit.knock('other');
    pass(500);
    limit.knock('flood');
    assertThrowsCode('TW_RATE_LIMITED', () => limit.knock('flood'));
  });

  it('remembers so many senders, and forgets the one that was quiet longest', () => {
    const { rates: limit } = rates(3);
    for (let i = 0; i < 8; i++) limit.knock('flood');
    for (const sender of ['one', 'two']) limit.knock(sender);
    assertThrowsCode('TW_RATE_LIMITED', () => limit.knock('flood'));
    for (let i = 0; i < 7; i++) limit.knock('one');
    limit.knock('three');
    limit.knock('four');
    assert.equal(limit.senders, 3);
    limit.knock('flood');
  });
});
