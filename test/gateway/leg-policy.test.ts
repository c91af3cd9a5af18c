import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { decideLeg } from '../../src/gateway/leg-policy.ts';
import { LEGS } from '../../src/protocol/labels.ts';

const { analysis } = loadConfig();

describe('whose voice is analysed', () => {
  it('is the customer only, by default', () => {
    const decisions = LEGS.map((leg) => decideLeg(leg, 'unknown', analysis).analysed);
    assert.deepEqual(decisions, [true, false, false]);
  });

  it('is the agent, alone or on a mixed leg, only with a legal basis, even if the switch alone got through', () => {
    const agent = { analysed: true };
    const switched = { ...analysis, legs: { customer: true, mixed: true, agent } };
    const based = { ...agent, legalBasis: 'A safety study.' };
    const lawful = { ...analysis, legs: { ...switched.legs, agent: based } };
    for (const leg of ['agent', 'mixed'] as const) {
      assert.deepEqual(decideLeg(leg, 'given', switched), {
        analysed: false,
        reason: 'analysis.legs.agent.legalBasis names no legal basis.',
      });
      assert.deepEqual(decideLeg(leg, 'given', lawful), { analysed: true });
    }
  });

  it('is nobody once consent is denied, or where it is required and not given', () => {
    const strict = { ...analysis, requireConsent: true };
    for (const leg of LEGS) {
      assert.equal(decideLeg(leg, 'denied', analysis).analysed, false);
      assert.equal(decideLeg(leg, 'unknown', strict).analysed, false);
    }
    assert.equal(decideLeg('customer', 'given', strict).analysed, true);
  });

  it('is said with a reason', () => {
    const off = { ...analysis, legs: { ...analysis.legs, customer: false, mixed: false } };
    assert.deepEqual(decideLeg('customer', 'given', off), {
      analysed: false,
      reason: 'analysis.legs.customer is off.',
    });
    assert.deepEqual(decideLeg('mixed', 'given', off), {
      analysed: false,
      reason: 'analysis.legs.mixed is off.',
    });
  });
});
