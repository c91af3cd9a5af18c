import assert from 'node:assert/strict';
import { Contexts } from '../../../src/adapters/context/contexts.ts';
import { EventBus } from '../../../src/adapters/event-bus.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { silentLogger } from '../../../src/log/logger.ts';
import type { AnyEvent } from '../../../src/protocol/events.ts';
import { assertEvent } from '../../../src/protocol/validate.ts';
import { sampleEvent } from '../../helpers/sample-events.ts';

const { context: config } = loadConfig();

function started(maxCalls = 10) {
  const bus = new EventBus(silentLogger);
  const seen: AnyEvent[] = [];
  const evictions: number[] = [];
  const contexts = new Contexts(config, maxCalls, { inc: () => void evictions.push(1) });
  contexts.follow(bus);
  bus.subscribe((event) => void seen.push(event));
  const start = (callId: string, metadata = {}) =>
    bus.publish(sampleEvent('call.started', 0, { callId, metadata }));
  const speak = (callId: string, updates: number, leg: 'customer' | 'agent' = 'customer') => {
    for (let i = 1; i <= updates; i++) {
      const span = { startMs: (i - 1) * 512, endMs: i * 512 };
      bus.publish(sampleEvent('emotion.updated', i, { callId, leg, span, speechMs: i * 512 }));
    }
  };
  const end = (callId: string) => bus.publish(sampleEvent('call.ended', 99, { callId }));
  return { bus, contexts, seen, start, speak, end, evictions };
}

describe('the contexts of all calls', () => {
  it('are published right after the update they sum up, as valid events', () => {
    const { seen, start, speak } = started();
    start('a', { conversationId: 'c-1' });
    speak('a', 4);
    const index = seen.findIndex(({ type }) => type === 'context.changed');
    const [update, changed] = [seen[index - 1], seen[index]];
    assert.ok(update?.type === 'emotion.updated' && changed?.type === 'context.changed');
    assertEvent(JSON.parse(JSON.stringify(changed)));
    assert.equal(changed.id, `${update.id}-context`);
    assert.equal(changed.sequence, update.sequence);
    assert.equal(changed.data.atMs, update.data.span.endMs);
    assert.deepEqual(changed.data.metadata, { conversationId: 'c-1' });
    assert.equal(changed.data.context.current, 'sounds angry');
  });

  it('answer when asked, before they are told and after', () => {
    const { contexts, start, speak } = started();
    start('a');
    assert.equal(contexts.get('a')?.context, undefined);
    speak('a', 1);
    assert.equal(contexts.get('a')?.context?.current, 'sounds angry');
    assert.equal(contexts.get('b'), undefined);
  });

  it('are about the configured leg only', () => {
    const { contexts, seen, start, speak } = started();
    start('a');
    speak('a', 20, 'agent');
    assert.equal(contexts.get('a')?.context, undefined);
    assert.ok(!seen.some(({ type }) => type === 'context.changed'));
  });

  it('are forgotten when their call ends', () => {
    const { contexts, start, speak, end } = started();
    for (let call = 0; call < 100; call++) {
      start(`call-${call}`);
      speak(`call-${call}`, 4);
      end(`call-${call}`);
    }
    assert.equal(contexts.size, 0);
  });

  it('start afresh when a call id comes again', () => {
    const { contexts, start, speak } = started();
    start('a', { n: '1' });
    speak('a', 4);
    start('a', { n: '2' });
    assert.deepEqual(contexts.get('a'), { callId: 'a', metadata: { n: '2' }, context: undefined });
  });

  it('are bounded: the oldest call goes, and is counted', () => {
    const { contexts, start, evictions } = started(2);
    for (const callId of ['a', 'b', 'c']) start(callId);
    assert.equal(contexts.size, 2);
    assert.equal(contexts.get('a'), undefined);
    assert.equal(evictions.length, 1);
  });

  it('are found by what a call goes by, the newest first', () => {
    const { contexts, start } = started();
    start('a', { session: 's' });
    start('b', { session: 's' });
    assert.equal(contexts.find(({ metadata }) => metadata.session === 's')?.callId, 'b');
    assert.equal(
      contexts.find(({ metadata }) => metadata.session === 't'),
      undefined,
    );
  });
});
