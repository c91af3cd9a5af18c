import assert from 'node:assert/strict';
import type { WsClient } from '../helpers/ws-client.ts';
import {
  assertWellFormed,
  documented,
  GatewayUnderTest,
  newCallId,
  refusalOf,
  START,
} from './gateway-under-test.ts';

type Sent = object | string | Buffer;

const audio = (changes: object) => ({ ...START, audio: { ...START.audio, ...changes } });

/** Only what is wrong whatever the gateway's limits are. Text goes as it stands, bytes as binary. */
const MISUSES: readonly [what: string, code: string, sent: readonly Sent[]][] = [
  ['text that is not JSON', 'TW_BAD_JSON', ['{"type":']],
  ['JSON that is no object', 'TW_BAD_MESSAGE', ['[1, 2]']],
  ['a type that does not exist', 'TW_BAD_MESSAGE', [{ type: 'session.steal' }]],
  ['a field that does not exist', 'TW_BAD_MESSAGE', [{ ...START, admin: true }]],
  ['a start without a format', 'TW_BAD_MESSAGE', [{ type: 'session.start' }]],
  ['three channels', 'TW_BAD_MESSAGE', [audio({ channels: 3 })]],
  ['more channels than legs', 'TW_BAD_MESSAGE', [{ ...audio({ channels: 2 }), legs: ['agent'] }]],
  ['a sample rate off the list', 'TW_UNSUPPORTED_AUDIO', [audio({ sampleRateHz: 12_345 })]],
  ['audio before a start', 'TW_OUT_OF_ORDER', [Buffer.alloc(320)]],
  ['a flush before a start', 'TW_OUT_OF_ORDER', [{ type: 'session.flush' }]],
  ['an end before a start', 'TW_OUT_OF_ORDER', [{ type: 'session.end' }]],
  [
    'a flood before a start',
    'TW_RATE_LIMITED',
    Array.from({ length: 40 }, () => ({ type: 'ping' })),
  ],
];

/** What ends a call that has started. */
const FATAL: readonly [what: string, code: string, sent: Sent][] = [
  ['text that is not JSON', 'TW_BAD_JSON', '{"type":'],
  ['a type that does not exist', 'TW_BAD_MESSAGE', { type: 'session.steal' }],
  ['a second start', 'TW_OUT_OF_ORDER', START],
];

function say(client: WsClient, sent: Sent): void {
  if (Buffer.isBuffer(sent)) client.sendBinary(sent);
  else if (typeof sent === 'string') client.sendText(sent);
  else client.send(sent);
}

/** The coded error came last, and the socket was closed as the documentation says. */
async function assertRefused(client: WsClient, code: string): Promise<void> {
  const closed = await client.closed;
  assertWellFormed(client.received);
  const last = client.received.at(-1);
  assert.deepEqual([last?.type, last?.code], ['error', code]);
  assert.deepEqual(closed, { code: documented(code).closeCode, reason: code });
}

describe('conformance: a misuse', () => {
  let gateway: GatewayUnderTest;

  before(async () => {
    gateway = await GatewayUnderTest.reach();
  });

  after(() => gateway.leave());

  for (const [what, code, sent] of MISUSES) {
    it(`of /v1/stream by ${what} is refused with ${code}`, async () => {
      const client = await gateway.open('/v1/stream');
      for (const message of sent) say(client, message);
      await assertRefused(client, code);
      assert.ok(client.received.every(({ type }) => type === 'error' || type === 'pong'));
    });
  }

  for (const [what, code, sent] of FATAL) {
    it(`of a running call by ${what} ends it with ${code}`, async () => {
      const callId = newCallId();
      const client = await gateway.open('/v1/stream');
      client.send({ ...START, callId });
      await client.message('session.started');
      say(client, sent);
      await assertRefused(client, code);
      const ended = client.received.at(-2);
      assert.equal(ended?.type, 'call.ended');
      assert.equal((ended.data as { reason: string }).reason, code);
    });
  }

  it('of the id of a running call is refused, and that call goes on', async () => {
    const callId = newCallId();
    const [owner, thief] = await Promise.all([
      gateway.open('/v1/stream'),
      gateway.open('/v1/stream'),
    ]);
    owner.send({ ...START, callId });
    await owner.message('session.started');
    thief.send({ ...START, callId });
    await assertRefused(thief, 'TW_OUT_OF_ORDER');
    owner.send({ type: 'session.end' });
    assert.equal((await owner.message('session.ended')).reason, 'stopped');
    assert.equal((await owner.closed).code, 1000);
  });

  it('repeats nothing of a malformed text in its message', async () => {
    const client = await gateway.open('/v1/stream');
    client.sendText('{"secret-of-the-caller');
    await client.closed;
    assert.doesNotMatch(JSON.stringify(client.received), /secret/);
  });

  it('by a path that does not exist is refused, as a request and as an upgrade', async () => {
    const { httpStatus: status } = documented('TW_NOT_FOUND');
    const expected = { status, code: 'TW_NOT_FOUND' };
    assert.deepEqual(await refusalOf(await gateway.get('/v1/nothing')), expected);
    assert.deepEqual(await gateway.refused('/v1/nothing'), expected);
  });

  it('of the feed by a filter that does not exist is refused', async () => {
    const { httpStatus: status } = documented('TW_BAD_REQUEST');
    const expected = { status, code: 'TW_BAD_REQUEST' };
    for (const query of ['types=everything', 'leg=robot']) {
      const response = await gateway.get(`/v1/events?${query}`);
      assert.deepEqual(await refusalOf(response), expected);
      assert.deepEqual(await gateway.refused(`/v1/events?${query}`), expected);
    }
  });

  it('by a wrong key, or none, is refused where a key is needed', async function () {
    // A gateway on a loopback address may need none.
    if (gateway.key === undefined) this.skip();
    const { httpStatus: status } = documented('TW_UNAUTHORIZED');
    const expected = { status, code: 'TW_UNAUTHORIZED' };
    for (const key of ['not-the-key-of-anybody', '']) {
      assert.deepEqual(await gateway.refused('/v1/stream', key), expected);
      assert.deepEqual(await gateway.refused('/v1/events', key), expected);
      assert.deepEqual(await refusalOf(await gateway.get('/v1/events', {}, key)), expected);
    }
  });
});
