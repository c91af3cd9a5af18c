import assert from 'node:assert/strict';
import { assertEvent } from '../../src/protocol/validate.ts';
import { eventsOf, GatewayUnderTest, newCallId } from './gateway-under-test.ts';

/** One server-sent event, field by field. */
type Block = Readonly<Record<string, string>>;

describe('conformance: the feed at /v1/events', () => {
  let gateway: GatewayUnderTest;

  before(async () => {
    gateway = await GatewayUnderTest.reach();
  });

  after(() => gateway.leave());

  it("carries a call's events over a WebSocket as the caller got them, in order", async () => {
    const callId = newCallId();
    const feed = await gateway.open(`/v1/events?callId=${callId}`);
    const told = eventsOf(await gateway.playCall(callId));
    await feed.message('call.ended');
    feed.close();
    await feed.closed;
    assert.ok(told.length > 2);
    for (const event of feed.received) assertEvent(event);
    assert.deepEqual(feed.received, told);
  });

  it("carries a call's events as server-sent events as the caller got them, in order", async () => {
    const callId = newCallId();
    const abort = new AbortController();
    const { signal } = abort;
    const response = await gateway.get(`/v1/events?callId=${callId}`, { signal });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const told = eventsOf(await gateway.playCall(callId));
    const blocks = await blocksUntil(response, 'call.ended');
    abort.abort();
    assert.ok(told.length > 2);
    const events = blocks.map(({ data }): unknown => JSON.parse(data ?? ''));
    assert.deepEqual(events, told);
    for (const [i, event] of events.entries()) {
      assertEvent(event);
      assert.deepEqual([blocks[i]?.id, blocks[i]?.event], [event.id, event.type]);
    }
  });

  it('is narrowed by call, type and leg', async () => {
    const [callId, other] = [newCallId(), newCallId()];
    const types = 'emotion.updated,call.ended';
    const [narrow, wrongLeg] = await Promise.all([
      gateway.open(`/v1/events?callId=${callId}&types=${types}&leg=customer`),
      gateway.open(`/v1/events?callId=${callId}&leg=agent`),
    ]);
    await gateway.playCall(other);
    const told = eventsOf(await gateway.playCall(callId));
    for (const feed of [narrow, wrongLeg]) {
      await feed.message('call.ended');
      feed.close();
      await feed.closed;
    }
    assert.deepEqual(
      narrow.received,
      told.filter(({ type }) => types.split(',').includes(type)),
    );
    assert.deepEqual(
      wrongLeg.received.map(({ type }) => type),
      ['call.started', 'call.ended'],
    );
  });
});

/** Reads server-sent events up to and with the first of this type; comments are left out. */
async function blocksUntil(response: Response, type: string): Promise<Block[]> {
  const blocks: Block[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    const parts = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const fields = part.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]);
      if (fields.every(([name]) => name === '')) continue;
      const block = Object.fromEntries(fields);
      blocks.push(block);
      if (block.event === type) return blocks;
    }
  }
  assert.fail(`the feed ended before ${type}`);
}
