import assert from 'node:assert/strict';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import type { FakeLeg } from '../helpers/fake-analyser.ts';
import { chunks, noise } from '../helpers/signals.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { refusedUpgrade, type WsClient } from '../helpers/ws-client.ts';

/** The same stretch of time on both legs: equally many bytes. */
export interface BothLegs {
  readonly customer: Uint8Array;
  readonly agent: Uint8Array;
}

/** One call's sender, in its vendor's words. */
export interface DialectCaller {
  readonly client: WsClient;
  /** Announces the call with a customer's and an agent's leg. */
  start(): void;
  /** What both legs say next; it follows what was said before. */
  audio(heard: BothLegs): void;
  stop(): void;
}

/** How a vendor says the few things that every source understands. */
export interface SourceDialect {
  /** As `call.started` names it. */
  readonly source: string;
  readonly path: string;
  /** One leg's audio. */
  readonly bytesPerMs: number;
  /** Connects, and greets where the vendor greets, but does not start the call yet. */
  connect(url: string, callId: string): Promise<DialectCaller>;
  /** By name: what may be said during a call and changes nothing. */
  readonly asides: Readonly<Record<string, (caller: DialectCaller) => void>>;
}

/** A call that has started, with what its legs have heard. */
interface RunningCall extends DialectCaller {
  readonly callId: string;
  readonly legs: { readonly customer: FakeLeg; readonly agent: FakeLeg };
}

const BOTH_ANALYSED = {
  // A call whose line is cut waits for its sender, but not for long.
  'limits.resumeWindowMs': 20,
  'analysis.legs': { agent: { analysed: true, legalBasis: 'A safety study.' } },
};

/** Uneven on purpose, in milliseconds. */
const CUTS_MS = [20, 1, 7, 300, 40, 3, 20];

/** The least that limits.maxMessageBytes may be. */
const SMALL_LIMIT_BYTES = 4096;

/** A timer that a call leaves behind is not to hold up the test run for the hours of the default. */
const SOON_OVER = { 'limits.maxCallDurationMs': 5000, 'limits.idleTimeoutMs': 5000 };

/**
 * What every source owes, whatever its vendor calls it. Everything goes over a real socket to a
 * real gateway; only the analysis behind it is a stand-in that keeps what it hears.
 */
export function sourceContract(name: string, dialect: SourceDialect): void {
  describe(`the source contract: ${name}`, () => {
    let server: TestServer;

    beforeEach(async () => {
      server = await startTestServer(BOTH_ANALYSED);
    });

    afterEach(stopTestServers);

    const connect = (callId: string) => dialect.connect(server.ws(dialect.path), callId);

    async function startCall(callId: string): Promise<RunningCall> {
      const caller = await connect(callId);
      const opened = server.analyser.legs.length;
      caller.start();
      const { data } = await server.event('call.started', callId);
      const legOf = (name: 'customer' | 'agent') => {
        const leg = server.analyser.legs[opened + data.legs.findIndex(({ leg }) => leg === name)];
        assert.ok(leg, `no leg of ${callId} was opened for the ${name}`);
        return leg;
      };
      return { ...caller, callId, legs: { customer: legOf('customer'), agent: legOf('agent') } };
    }

    const speech = (seconds: number, seed: number): BothLegs => ({
      customer: randomBytes(seconds * 1000 * dialect.bytesPerMs, seed),
      agent: randomBytes(seconds * 1000 * dialect.bytesPerMs, seed + 1),
    });

    const ended = async (callId: string) => (await server.event('call.ended', callId)).data;

    describe('a whole call', () => {
      it('runs from call.started to call.ended under the name of its source', async () => {
        const call = await startCall('call-1');
        call.audio(speech(1, 1));
        call.stop();
        assert.equal((await ended('call-1')).reason, 'stopped');
        assert.equal((await call.client.closed).code, 1000);
        const first = server.events[0];
        assert.ok(first?.type === 'call.started');
        assert.equal(first.data.source, dialect.source);
        assert.deepEqual(sequenceOf(server.events), [...server.events.keys()]);
        assert.deepEqual(endsOf(server.events), ['call.started', 'call.ended']);
        assert.equal(server.events.length, 2 + 2 * 10, 'ten updates a leg');
      });

      it('is heard byte for byte on the leg it was sent for, however it is cut', async () => {
        const call = await startCall('call-1');
        const spoken = speech(3, 1);
        const sent = sayInPieces(call, spoken, dialect.bytesPerMs);
        assert.ok(sent > 50);
        call.stop();
        const { legs } = await ended('call-1');
        assertHeard(call, spoken);
        assert.deepEqual(
          legs.map(({ leg, audioMs }) => [leg, audioMs]),
          [
            ['customer', 3000],
            ['agent', 3000],
          ],
        );
      });

      it('does not mix with a call that speaks at the same time', async () => {
        const [one, two] = [await startCall('call-1'), await startCall('call-2')];
        const [ofOne, ofTwo] = [speech(1, 1), speech(1, 3)];
        const piecesOfTwo = pieces(ofTwo, dialect.bytesPerMs);
        for (const [i, piece] of pieces(ofOne, dialect.bytesPerMs).entries()) {
          one.audio(piece);
          two.audio(piecesOfTwo[i]!);
        }
        one.stop();
        two.stop();
        await Promise.all([ended('call-1'), ended('call-2')]);
        assertHeard(one, ofOne);
        assertHeard(two, ofTwo);
        for (const callId of ['call-1', 'call-2']) {
          const own = server.events.filter(({ data }) => data.callId === callId);
          assert.deepEqual(sequenceOf(own), [...own.keys()]);
        }
      });

      it('lets go of its id, which the next call may have', async () => {
        const first = await startCall('call-1');
        first.stop();
        await first.client.closed;
        const second = await connect('call-1');
        second.start();
        second.stop();
        assert.equal((await second.client.closed).code, 1000);
        const whole = ['call.started', 'call.ended'];
        assert.deepEqual(endsOf(server.events), [...whole, ...whole]);
      });
    });

    describe('a call that goes wrong', () => {
      async function assertRefused({ client }: DialectCaller, code: ErrorCode) {
        const { closeCode } = ERRORS[code];
        assert.deepEqual(await client.closed, { code: closeCode, reason: code });
      }

      it('refuses audio before a start', async () => {
        const caller = await connect('call-1');
        caller.audio(speech(0.02, 1));
        await assertRefused(caller, 'TW_OUT_OF_ORDER');
        assert.deepEqual([server.events, server.analyser.legs], [[], []]);
      });

      it('refuses a stop before a start', async () => {
        const caller = await connect('call-1');
        caller.stop();
        await assertRefused(caller, 'TW_OUT_OF_ORDER');
        assert.deepEqual(server.events, []);
      });

      it('refuses a second start, which ends the call', async () => {
        const call = await startCall('call-1');
        call.start();
        await assertRefused(call, 'TW_OUT_OF_ORDER');
        assert.equal((await ended('call-1')).reason, 'TW_OUT_OF_ORDER');
        assert.equal(server.analyser.legs.length, 2);
      });

      it('refuses the id of a call that runs, which goes on', async () => {
        const owner = await startCall('call-1');
        const thief = await connect('call-1');
        thief.start();
        await assertRefused(thief, 'TW_OUT_OF_ORDER');
        const spoken = speech(0.2, 1);
        owner.audio(spoken);
        owner.stop();
        assert.equal((await ended('call-1')).reason, 'stopped');
        assertHeard(owner, spoken);
      });

      it('refuses malformed text before a start', async () => {
        const caller = await connect('call-1');
        caller.client.sendText('{"half');
        await assertRefused(caller, 'TW_BAD_JSON');
        assert.deepEqual(server.events, []);
      });

      it('refuses malformed text during a call, which ends', async () => {
        const call = await startCall('call-1');
        const spoken = speech(0.2, 1);
        call.audio(spoken);
        call.client.sendText('{"half');
        call.audio(speech(0.2, 3));
        await assertRefused(call, 'TW_BAD_JSON');
        assert.equal((await ended('call-1')).reason, 'TW_BAD_JSON');
        assertHeard(call, spoken);
      });

      it('refuses a message over limits.maxMessageBytes, which ends the call', async () => {
        server = await startTestServer({
          ...BOTH_ANALYSED,
          'limits.maxMessageBytes': SMALL_LIMIT_BYTES,
        });
        const call = await startCall('call-1');
        call.client.sendText('x'.repeat(SMALL_LIMIT_BYTES + 1));
        await assertRefused(call, 'TW_MESSAGE_TOO_LARGE');
        assert.equal((await ended('call-1')).reason, 'TW_MESSAGE_TOO_LARGE');
      });

      it('refuses a new call while the gateway drains; the running one goes on', async () => {
        server = await startTestServer({ ...BOTH_ANALYSED, 'server.drainTimeoutMs': 10_000 });
        const [running, waiting] = [await startCall('call-1'), await connect('call-2')];
        const drained = server.drain();
        waiting.start();
        assert.equal((await waiting.client.closed).code, 1001);
        assert.deepEqual(await refusedUpgrade(server.ws(dialect.path)), {
          status: ERRORS.TW_DRAINING.httpStatus,
          code: 'TW_DRAINING',
        });
        const spoken = speech(0.2, 1);
        running.audio(spoken);
        running.stop();
        await drained;
        assert.equal((await ended('call-1')).reason, 'stopped');
        assertHeard(running, spoken);
        assert.ok(server.events.every(({ data }) => data.callId === 'call-1'));
      });
    });

    describe('the end', () => {
      it('says "disconnected" when the sender closes its socket without a stop', async () => {
        const call = await startCall('call-1');
        const spoken = speech(0.5, 1);
        call.audio(spoken);
        call.client.close();
        const { reason, durationMs } = await ended('call-1');
        assert.deepEqual([reason, durationMs], ['disconnected', 500]);
        assertHeard(call, spoken);
      });

      it('says "disconnected" when the line is cut, and sums up what was heard', async () => {
        const call = await startCall('call-1');
        const spoken = speech(0.5, 1);
        call.audio(spoken);
        await server.event('emotion.updated', 'call-1');
        call.client.socket.terminate();
        const { reason, durationMs } = await ended('call-1');
        assert.equal(reason, 'disconnected');
        // What was still on its way may be lost.
        const { bytes } = call.legs.customer;
        assert.deepEqual(bytes, Buffer.from(spoken.customer.subarray(0, bytes.length)));
        assert.equal(durationMs, bytes.length / dialect.bytesPerMs);
        assert.ok(call.legs.customer.ended && call.legs.agent.ended);
      });

      it('leaves no call behind when the sender hangs up before a start', async () => {
        const caller = await connect('call-1');
        caller.client.close();
        await caller.client.closed;
        await startCall('call-1');
        assert.equal(server.events.length, 1);
      });

      it('hears nothing more, whatever follows the stop', async () => {
        server = await startTestServer({ ...BOTH_ANALYSED, ...SOON_OVER });
        const call = await startCall('call-1');
        const spoken = speech(0.5, 1);
        call.audio(spoken);
        call.stop();
        call.audio(speech(0.5, 3));
        for (const say of Object.values(dialect.asides)) say(call);
        call.start();
        call.stop();
        assert.equal((await call.client.closed).code, 1000);
        assertHeard(call, spoken);
        assert.deepEqual(endsOf(server.events), ['call.started', 'call.ended']);
        assert.equal(server.events.length, 2 + 2 * 5, 'five updates a leg');
        assert.equal(server.analyser.legs.length, 2);
      });

      it('leaves no timer running, though another start follows the stop', async () => {
        await stopTestServers();
        const before = runningTimers();
        server = await startTestServer({ ...BOTH_ANALYSED, ...SOON_OVER });
        const call = await startCall('call-1');
        call.stop();
        call.start();
        await call.client.closed;
        await stopTestServers();
        assert.equal(runningTimers(), before);
      });
    });

    describe('a neighbour', () => {
      const MISDEEDS: Readonly<Record<string, (bad: RunningCall) => void>> = {
        'sends malformed text': ({ client }) => client.sendText('{"half'),
        'starts twice': (bad) => bad.start(),
        'sends a message over the limit': ({ client }) => client.sendText('x'.repeat(70_000)),
        'sends a frame far over the limit': ({ client }) => client.sendText('x'.repeat(200_000)),
        'is cut off': ({ client }) => client.socket.terminate(),
        'breaks its engine': (bad) => {
          bad.legs.customer.failNextPush = new Error('the engine broke');
          bad.audio(speech(0.02, 9));
        },
      };

      for (const [misdeed, act] of Object.entries(MISDEEDS)) {
        it(`loses nothing when the other call ${misdeed}`, async () => {
          const good = await startCall('good');
          const bad = await startCall('bad');
          const [before, after] = [speech(0.3, 1), speech(0.3, 3)];
          good.audio(before);
          act(bad);
          assert.notEqual((await ended('bad')).reason, 'stopped');
          good.audio(after);
          good.stop();
          assert.equal((await ended('good')).reason, 'stopped');
          assert.equal((await good.client.closed).code, 1000);
          assertHeard(good, joined(before, after));
        });
      }
    });

    for (const [aside, say] of Object.entries(dialect.asides)) {
      it(`changes nothing for ${aside}`, async () => {
        const spoken = speech(1, 1);
        const plain = await startCall('plain');
        sayInPieces(plain, spoken, dialect.bytesPerMs);
        plain.stop();
        const interrupted = await startCall('interrupted');
        for (const piece of pieces(spoken, dialect.bytesPerMs)) {
          say(interrupted);
          interrupted.audio(piece);
        }
        say(interrupted);
        interrupted.stop();
        await Promise.all([ended('plain'), ended('interrupted')]);
        assertHeard(interrupted, spoken);
        const told = (callId: string) =>
          server.events
            .filter(({ data }) => data.callId === callId)
            .map(({ type, sequence, data }) => ({
              type,
              sequence,
              data: { ...data, callId: 'either' },
            }));
        assert.ok(told('plain').length > 2);
        assert.deepEqual(told('interrupted'), told('plain'));
      });
    }
  });
}

/** Says everything in uneven pieces; returns how many there were. */
function sayInPieces(caller: DialectCaller, spoken: BothLegs, bytesPerMs: number): number {
  const all = pieces(spoken, bytesPerMs);
  for (const piece of all) caller.audio(piece);
  return all.length;
}

function pieces(spoken: BothLegs, bytesPerMs: number): BothLegs[] {
  const sizes = CUTS_MS.map((ms) => ms * bytesPerMs);
  const agent = [...chunks(spoken.agent, sizes)];
  return [...chunks(spoken.customer, sizes)].map((customer, i) => ({ customer, agent: agent[i]! }));
}

function joined(first: BothLegs, second: BothLegs): BothLegs {
  return {
    customer: Buffer.concat([first.customer, second.customer]),
    agent: Buffer.concat([first.agent, second.agent]),
  };
}

function assertHeard({ legs }: RunningCall, spoken: BothLegs): void {
  for (const leg of ['customer', 'agent'] as const) {
    assert.ok(spoken[leg].length > 0);
    assert.equal(legs[leg].bytes.length, spoken[leg].length, `${leg}: as many bytes`);
    assert.ok(legs[leg].bytes.equals(spoken[leg]), `${leg}: the same bytes`);
    assert.deepEqual(legs[leg].gaps, []);
  }
}

const sequenceOf = (events: readonly AnyEvent[]) => events.map(({ sequence }) => sequence);

/** The types that open or close a call, in order. */
const endsOf = (events: readonly AnyEvent[]) =>
  events.map(({ type }) => type).filter((type) => type.startsWith('call.'));

/** Timers that keep the process alive. */
const runningTimers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

/** The same for the same seed; no two legs or calls of a test share one. */
function randomBytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from(noise(length, 128, seed * 7919), (value) => Math.floor(value + 128));
}
