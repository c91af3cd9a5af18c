import assert from 'node:assert/strict';
import { assertEvent } from '../../src/protocol/validate.ts';
import {
  assertWellFormed,
  eventsOf,
  GatewayUnderTest,
  newCallId,
  SPOKEN_MS,
  START,
  spokenPieces,
} from './gateway-under-test.ts';

describe('conformance: the app protocol tonewire.v1', () => {
  let gateway: GatewayUnderTest;

  before(async () => {
    gateway = await GatewayUnderTest.reach();
  });

  after(() => gateway.leave());

  it('is chosen where the client offers it', async () => {
    const client = await gateway.open('/v1/stream');
    assert.equal(client.socket.protocol, 'tonewire.v1');
    client.close();
    await client.closed;
  });

  it('answers session.start first, with the call, its legs and the model', async () => {
    const callId = newCallId();
    const [first] = await gateway.playCall(callId);
    assert.equal(first?.type, 'session.started');
    assert.equal(first.callId, callId);
    assert.deepEqual(first.legs, [{ leg: 'customer', analysed: true }]);
    assert.ok(first.model);
  });

  it('tells the events of the call, from call.started to call.ended, numbered from 0', async () => {
    const callId = newCallId();
    const events = eventsOf(await gateway.playCall(callId));
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      [...events.keys()],
    );
    assert.equal(events.at(0)?.type, 'call.started');
    assert.equal(events.at(-1)?.type, 'call.ended');
    assert.ok(events.some(({ type }) => type === 'emotion.updated'));
    for (const event of events) {
      assertEvent(event);
      assert.equal(event.data.callId, callId);
      assert.match(event.subject, new RegExp(`^${callId}(/customer)?$`));
    }
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  });

  it('sums the call up in session.ended, which comes last, as the events add up', async () => {
    const received = await gateway.playCall(newCallId());
    const events = eventsOf(received);
    const updates = events.filter(({ type }) => type === 'emotion.updated').length;
    const ended = received.at(-1);
    assert.equal(ended?.type, 'session.ended');
    assert.equal(ended.reason, 'stopped');
    const totals = ended.totals as { legs: { speechMs: number }[] };
    assert.deepEqual(totals, {
      durationMs: SPOKEN_MS,
      events: events.length,
      legs: [
        {
          leg: 'customer',
          analysed: true,
          audioMs: SPOKEN_MS,
          speechMs: totals.legs[0]?.speechMs,
          updates,
          gapMs: 0,
        },
      ],
    });
  });

  it('names the call where the client does not', async () => {
    const client = await gateway.open('/v1/stream');
    client.send(START);
    const started = await client.message('session.started');
    assert.ok(typeof started.callId === 'string' && started.callId.length > 0);
    client.send({ type: 'session.end' });
    assert.equal((await client.message('session.ended')).callId, started.callId);
    assert.equal((await client.closed).code, 1000);
  });

  it('repeats metadata and consent in call.started', async () => {
    const client = await gateway.open('/v1/stream');
    client.send({ ...START, metadata: { queue: 'billing' } });
    client.send({ type: 'session.end' });
    const started: unknown = await client.message('call.started');
    assertEvent(started);
    assert.ok(started.type === 'call.started');
    assert.deepEqual(started.data.metadata, { queue: 'billing' });
    assert.deepEqual([started.data.consent, started.data.source], ['given', 'app']);
    await client.closed;
  });

  it('does not analyse a call whose consent was denied, and says so', async () => {
    const client = await gateway.open('/v1/stream');
    client.send({ ...START, consent: 'denied' });
    for (const piece of spokenPieces()) client.sendBinary(piece);
    client.send({ type: 'session.end' });
    await client.closed;
    assertWellFormed(client.received);
    assert.deepEqual(
      eventsOf(client.received).map(({ type }) => type),
      ['call.started', 'call.ended'],
    );
    const legs = client.received[0]?.legs as { analysed: boolean; reason?: string }[];
    assert.deepEqual(
      legs.map(({ analysed, reason }) => [analysed, typeof reason]),
      [[false, 'string']],
    );
  });

  it('answers a ping with its id, or without one, before and during a call', async () => {
    const client = await gateway.open('/v1/stream');
    client.send({ type: 'ping', id: 'before' });
    client.send({ ...START });
    client.send({ type: 'ping', id: 'during' });
    client.send({ type: 'ping' });
    client.send({ type: 'session.end' });
    await client.closed;
    assert.deepEqual(
      client.received.filter(({ type }) => type === 'pong'),
      [{ type: 'pong', id: 'before' }, { type: 'pong', id: 'during' }, { type: 'pong' }],
    );
  });

  it('answers a flush once everything before it has been, and goes on after it', async () => {
    const client = await gateway.open('/v1/stream');
    client.send(START);
    for (const piece of spokenPieces()) client.sendBinary(piece);
    client.send({ type: 'session.flush', id: 'f1' });
    assert.deepEqual(await client.message('session.flushed'), {
      type: 'session.flushed',
      id: 'f1',
    });
    const before = client.received.filter(({ type }) => type === 'emotion.updated').length;
    assert.ok(before > 0);
    for (const piece of spokenPieces()) client.sendBinary(piece);
    client.send({ type: 'session.end' });
    const ended = await client.message('session.ended');
    assertWellFormed(client.received);
    const { durationMs, legs } = ended.totals as {
      durationMs: number;
      legs: { updates: number }[];
    };
    assert.equal(durationMs, 2 * SPOKEN_MS);
    assert.ok((legs[0]?.updates ?? 0) > before);
    await client.closed;
  });
});
