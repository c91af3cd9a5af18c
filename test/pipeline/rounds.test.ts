import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { type Hearer, Rounds } from '../../src/pipeline/rounds.ts';
import type { Clock } from '../../src/protocol/clock.ts';

/** A clock that the test sets. */
class SetClock implements Clock {
  ms = 0;
  nowMs = () => this.ms;
  monotonicMs = () => this.ms;
}

describe('Rounds', () => {
  const clock = new SetClock();
  let order: string[] = [];
  beforeEach(() => {
    order = [];
  });

  /** Resolves when it has heard. */
  function joins(rounds: Rounds, name: string): Promise<void> {
    return new Promise((resolve) => {
      const hearer: Hearer = {
        hear: () => {
          order.push(name);
          resolve();
        },
      };
      rounds.join(hearer);
    });
  }

  /** So many arrivals a millisecond apart: from here on company is expected. */
  async function grewBusy(rounds: Rounds): Promise<void> {
    for (let i = 0; i < 200; i++) {
      clock.ms += 1;
      void joins(rounds, 'before');
    }
    await joins(rounds, 'before');
    order = [];
  }

  it('lets all who joined in one turn of the event loop hear in the order they came', async () => {
    const rounds = new Rounds(0, clock, () => 1);
    await Promise.all(['a', 'b', 'c'].map((name) => joins(rounds, name)));
    assert.deepEqual(order, ['a', 'b', 'c']);
  });

  it('lets a leg of a quiet server hear at once, however long it may gather', async () => {
    const rounds = new Rounds(500, clock, () => 1);
    clock.ms += 5000;
    await joins(rounds, 'a');
    clock.ms += 5000;
    await joins(rounds, 'b');
    assert.deepEqual(order, ['a', 'b']);
  });

  it('gathers over turns of the event loop once company can be expected', async () => {
    // One busy round makes a share of 0.05, and a wait of 50 ms.
    const rounds = new Rounds(1000, clock, () => 1);
    await grewBusy(rounds);
    const first = joins(rounds, 'a');
    await setImmediate();
    await setImmediate();
    assert.deepEqual(order, []);
    await Promise.all([first, joins(rounds, 'b')]);
    assert.deepEqual(order, ['a', 'b']);
  });

  it('does not gather while the event loop has time, however many come', async () => {
    const rounds = new Rounds(60_000, clock, () => 0);
    await grewBusy(rounds);
    await joins(rounds, 'a');
    assert.deepEqual(order, ['a']);
  });

  it('gathers the longer the busier the event loop is', async () => {
    let busyShare = 0;
    const rounds = new Rounds(1000, clock, () => busyShare);
    await grewBusy(rounds);
    busyShare = 1;
    for (let i = 0; i < 3; i++) await joins(rounds, 'before');
    // Three busy rounds make a share of 0.1426; a slow machine only makes a timer later.
    const startedMs = performance.now();
    await joins(rounds, 'a');
    assert.ok(performance.now() - startedMs >= 140);
  });

  it('keeps who joins during a round for the next', async () => {
    const rounds = new Rounds(0, clock, () => 1);
    let again = 0;
    await new Promise<void>((resolve) => {
      const hearer: Hearer = {
        hear: () => {
          again += 1;
          if (again === 3) resolve();
          else rounds.join(hearer);
        },
      };
      rounds.join(hearer);
    });
    assert.equal(again, 3);
  });
});
