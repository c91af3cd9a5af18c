import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallOrder } from '../../../src/adapters/outbox/call-order.ts';
import type { OutboxEntry } from '../../../src/adapters/outbox/outbox-entry.ts';

function entry(seq: number, callId: string, dueMs = 0): OutboxEntry {
  return { seq, callId, bytes: 1, sinceMs: seq, attempts: 0, dueMs, event: undefined };
}

describe('CallOrder', () => {
  it('gives the first of each call, and the next once that has left', () => {
    const order = new CallOrder();
    for (const one of [entry(1, 'a'), entry(2, 'a'), entry(3, 'b')]) order.add(one, 0);
    const first = order.take()!;
    assert.deepEqual([first.seq, order.take()?.seq, order.take()], [1, 3, undefined]);
    order.done(first, 0);
    assert.deepEqual([order.ready, order.take()?.seq], [1, 2]);
  });

  it('holds a call up for an event that waits, and no other call', () => {
    const order = new CallOrder();
    for (const one of [entry(1, 'a'), entry(2, 'a'), entry(3, 'b')]) order.add(one, 0);
    const first = order.take()!;
    first.dueMs = 50;
    order.putBack(first, 10);
    assert.equal(order.take()?.seq, 3);
    assert.equal(order.ready, 0);
    assert.deepEqual([order.wake(49), order.ready], [50, 0]);
    assert.deepEqual([order.wake(50), order.ready], [undefined, 1]);
    assert.equal(order.take()?.seq, 1);
  });

  it('knows since when the oldest waits', () => {
    const order = new CallOrder();
    assert.equal(order.oldestMs, undefined);
    for (const one of [entry(7, 'a'), entry(8, 'b')]) order.add(one, 0);
    assert.equal(order.oldestMs, 7);
    order.done(order.take()!, 0);
    assert.equal(order.oldestMs, 8);
  });

  it('never lets one event of a call overtake another, whatever happens, and loses none', () => {
    const step = fc.record({ what: fc.nat(3), call: fc.nat(4), pick: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const order = new CallOrder();
        const taken: OutboxEntry[] = [];
        const left: OutboxEntry[] = [];
        let added = 0;
        let nowMs = 0;
        const pick = (index: number) => taken.splice(index % taken.length, 1)[0]!;
        for (const { what, call, pick: index } of steps) {
          nowMs += 1;
          order.wake(nowMs);
          if (what === 0) {
            added += 1;
            order.add(entry(added, `call-${call}`), nowMs);
          } else if (what === 1) {
            const next = order.take();
            if (!next) continue;
            assert.ok(!taken.some(({ callId }) => callId === next.callId));
            taken.push(next);
          } else if (taken.length > 0) {
            const one = pick(index);
            one.dueMs = nowMs + index;
            if (what === 2) order.putBack(one, nowMs);
            else left.push(one);
            if (what === 3) order.done(one, nowMs);
          }
        }
        for (const one of taken) order.done(one, nowMs);
        left.push(...taken);
        order.wake(Number.POSITIVE_INFINITY);
        for (let next = order.take(); next; next = order.take()) {
          left.push(next);
          order.done(next, Number.POSITIVE_INFINITY);
        }
        assert.equal(left.length, added);
        for (let call = 0; call <= 4; call += 1) {
          const own = left.filter(({ callId }) => callId === `call-${call}`);
          assert.deepEqual(
            own.map(({ seq }) => seq),
            own.map(({ seq }) => seq).sort((one, two) => one - two),
          );
        }
      }),
    );
  });
});
