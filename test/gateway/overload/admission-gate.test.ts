import assert from 'node:assert/strict';
import { loadConfig } from '../../../src/config/load-config.ts';
import { AdmissionGate } from '../../../src/gateway/overload/admission-gate.ts';
import type { LoadSample } from '../../../src/gateway/overload/load-signals.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import { assertThrowsCode } from '../../helpers/assert-throws-code.ts';

const IDLE: LoadSample = {
  eventLoopDelayMs: 0,
  eventLoopBusyShare: 0.1,
  backlogMs: 0,
  engineBusyShare: 0.1,
};

/** A gate that looks once a second, at what a test says. */
function gateUnder(flags: Record<string, unknown> = {}) {
  let nowMs = 0;
  let calls = 100;
  let sample = IDLE;
  const { overload: limits } = loadConfig({
    flags: { 'overload.sustainMs': 3000, 'overload.reopenShare': 0.8, ...flags },
  });
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const take = () => sample;
  const gate = new AdmissionGate({ limits, take, calls: () => calls, clock, logger: silentLogger });
  const look = (seconds: number, now: Partial<LoadSample>) => {
    sample = { ...IDLE, ...now };
    for (let i = 0; i < seconds; i++) {
      gate.look();
      nowMs += 1000;
    }
  };
  const setCalls = (count: number) => {
    calls = count;
  };
  return { gate, look, setCalls };
}

describe('AdmissionGate', () => {
  const BEHIND: readonly [string, Partial<LoadSample>][] = [
    ['the event loop is late', { eventLoopDelayMs: 250 }],
    ['the event loop is busy', { eventLoopBusyShare: 0.99 }],
    ['steps wait for the model', { backlogMs: 600 }],
    ['the engine is busy', { engineBusyShare: 0.99 }],
  ];

  for (const [why, sample] of BEHIND) {
    it(`refuses calls once ${why} for sustainMs, and takes them again once it is well below as long`, () => {
      const { gate, look } = gateUnder();
      look(3, sample);
      assert.equal(gate.closed, false);
      gate.requireOpen();
      look(1, sample);
      assert.equal(gate.closed, true);
      assertThrowsCode('TW_OVERLOADED', () => gate.requireOpen());
      look(3, {});
      assert.equal(gate.closed, true);
      look(1, {});
      assert.equal(gate.closed, false);
    });
  }

  it('lets a stall pass that is shorter', () => {
    const { gate, look } = gateUnder();
    for (let i = 0; i < 5; i++) {
      look(2, { eventLoopDelayMs: 5000 });
      look(1, {});
    }
    assert.equal(gate.closed, false);
  });

  it('stays closed while a signal is between reopenShare and its limit', () => {
    const { gate, look } = gateUnder();
    look(4, { eventLoopBusyShare: 1 });
    look(60, { eventLoopBusyShare: 0.9 });
    assert.equal(gate.closed, true);
    look(4, { eventLoopBusyShare: 0.7 });
    assert.equal(gate.closed, false);
  });

  it('never refuses while fewer than minCalls run, nor when it is off', () => {
    const few = gateUnder();
    few.setCalls(9);
    few.look(10, { backlogMs: 10_000 });
    assert.equal(few.gate.closed, false);
    few.setCalls(10);
    assert.equal(few.gate.closed, true);
    const off = gateUnder({ 'overload.enabled': false });
    off.look(10, { backlogMs: 10_000 });
    assert.equal(off.gate.closed, false);
  });
});
