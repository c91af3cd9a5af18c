import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { ConversationOrder } from '../../../src/adapters/bot/conversation-order.ts';
import type { BotContext } from '../../../src/protocol/bot-context.ts';

const context = (suggestion: string): BotContext => ({
  current: 'sounds calm',
  trend: 'steady',
  since: 0,
  confidence: 1,
  suggestion,
});
const at = (second: number) => ({
  time: `2026-01-02T03:04:${String(second).padStart(2, '0')}.000Z`,
  context: context(String(second)),
});

describe('the order within a conversation', () => {
  it('says what was told before', async () => {
    const order = new ConversationOrder(10);
    const before: (string | undefined)[] = [];
    for (const second of [1, 2]) {
      await order.take('a', at(second), async (told) => void before.push(told?.suggestion));
    }
    assert.deepEqual(before, [undefined, '1']);
  });

  it('does not take for told what failed, and goes on after it', async () => {
    const order = new ConversationOrder(10);
    const fail = () => Promise.reject(new RangeError('refused'));
    await assert.rejects(order.take('a', at(2), fail), RangeError);
    const told: string[] = [];
    await order.take('a', at(1), async () => void told.push('1'));
    assert.deepEqual(told, ['1']);
  });

  it('keeps nothing of conversations in which nothing was ever told', async () => {
    const order = new ConversationOrder(10);
    const fail = () => Promise.reject(new RangeError('refused'));
    for (let i = 0; i < 100; i++) await order.take(`c-${i}`, at(1), fail).catch(() => undefined);
    assert.equal(order.size, 0);
  });

  it('forgets the conversation told longest ago when there are too many', async () => {
    const order = new ConversationOrder(2);
    const tell = async () => undefined;
    for (const conversation of ['a', 'b', 'c']) await order.take(conversation, at(2), tell);
    assert.equal(order.size, 2);
    const told: string[] = [];
    for (const conversation of ['a', 'c']) {
      await order.take(conversation, at(1), async () => void told.push(conversation));
    }
    assert.deepEqual(told, ['a'], 'an older one is told where the newer is forgotten');
  });

  it('tells one thing at a time, and nothing older after something newer, for any arrivals', async () => {
    const arrivals = fc.array(
      fc.record({
        conversation: fc.constantFrom('a', 'b'),
        second: fc.integer({ min: 0, max: 59 }),
        fails: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async (script) => {
        const order = new ConversationOrder(10);
        const running = new Set<string>();
        const told = new Map<string, number[]>();
        const taken = script.map(({ conversation, second, fails }) =>
          order.take(conversation, at(second), async () => {
            assert.ok(!running.has(conversation), 'two at a time');
            running.add(conversation);
            await setImmediate();
            running.delete(conversation);
            if (fails) throw new RangeError('refused');
            told.set(conversation, [...(told.get(conversation) ?? []), second]);
          }),
        );
        const results = await Promise.allSettled(taken);
        for (const result of results) {
          if (result.status === 'rejected') assert.ok(result.reason instanceof RangeError);
        }
        for (const seconds of told.values()) {
          assert.deepEqual(
            seconds,
            [...seconds].sort((one, other) => one - other),
          );
        }
      }),
    );
  });
});
