import assert from 'node:assert/strict';
import type { CallAudio } from '../../../src/cli/callers/call-audio.ts';
import { Pacer, UNPACED } from '../../../src/cli/callers/pacer.ts';
import { playAppCall, playTwilioCall } from '../../../src/cli/callers/play-call.ts';
import { systemClock } from '../../../src/protocol/clock.ts';
import { type ErrorCode, TonewireError } from '../../../src/protocol/errors.ts';
import type { AnyEvent } from '../../../src/protocol/events.ts';
import {
  startTestServer,
  stopTestServers,
  type TestServer,
} from '../../helpers/start-test-server.ts';

const RATE_HZ = 8000;

function call(...legs: CallAudio['speakers'][number]['leg'][]): CallAudio {
  const speakers = legs.map((leg, i) => ({
    leg,
    samples: Float32Array.from({ length: RATE_HZ }, (_, n) => 0.1 * (i + 1) * Math.sin(n / 5)),
  }));
  return { sampleRateHz: RATE_HZ, durationMs: 1000, speakers };
}

function plan(server: TestServer, audio: CallAudio) {
  const heard: AnyEvent[] = [];
  const pacer = new Pacer(systemClock, UNPACED);
  const onEvent = (event: AnyEvent) => void heard.push(event);
  return { heard, url: server.ws('/'), audio, pacer, onEvent };
}

const hasCode = (code: ErrorCode) => (error: unknown) =>
  error instanceof TonewireError && error.code === code;

describe('a played call', () => {
  afterEach(stopTestServers);

  it('as Twilio: both legs arrive, and every event of the call comes back, to call.ended', async () => {
    const server = await startTestServer({
      'analysis.legs.agent': { analysed: true, legalBasis: 'a test' },
    });
    const twilioPlan = plan(server, call('customer', 'agent'));
    await playTwilioCall(twilioPlan);
    assert.deepEqual(
      server.analyser.legs.map(({ format, bytes }) => [format.encoding, bytes.length]),
      [
        ['mulaw', 8000],
        ['mulaw', 8000],
      ],
    );
    assert.deepEqual(twilioPlan.heard, server.events);
    assert.equal(twilioPlan.heard.at(-1)?.type, 'call.ended');
  });

  it('as an app: 16 kHz PCM of both legs, events on its own socket, to call.ended', async () => {
    const server = await startTestServer({
      'analysis.legs.agent': { analysed: true, legalBasis: 'a test' },
    });
    const appPlan = plan(server, call('customer', 'agent'));
    await playAppCall({ ...appPlan, frameMs: 100 });
    const [customer, agent] = server.analyser.legs;
    assert.deepEqual(customer?.format, { encoding: 'pcm_s16le', sampleRateHz: 16_000 });
    assert.equal(customer?.bytes.length, 32_000);
    // The agent was made twice as loud: the legs did not change places.
    const loudest = (bytes: Buffer | undefined) =>
      new Int16Array(Uint8Array.from(bytes ?? []).buffer).reduce((most, x) => Math.max(most, x), 0);
    assert.ok(loudest(agent?.bytes) > 1.8 * loudest(customer?.bytes));
    assert.equal(appPlan.heard.at(-1)?.type, 'call.ended');
    assert.equal(appPlan.heard.length, server.events.length);
  });

  it('reports the coded error that the gateway ends it with', async () => {
    const server = await startTestServer({ 'limits.maxMessagesPerSecond': 10 });
    const audio = call('customer');
    await assert.rejects(playTwilioCall(plan(server, audio)), hasCode('TW_RATE_LIMITED'));
  });

  it('reports why a gateway refuses to connect', async () => {
    const auth = [{ id: 'app', key: 'k'.repeat(16), permissions: ['stream'] }];
    const server = await startTestServer({ 'auth.apiKeys': auth });
    const app = { ...plan(server, call('customer')), frameMs: 100 };
    await assert.rejects(playAppCall(app), hasCode('TW_UNAUTHORIZED'));
    const key = { apiKey: 'k'.repeat(16) };
    await playAppCall({ ...app, ...key });
    await assert.rejects(playTwilioCall({ ...app, ...key }), hasCode('TW_FORBIDDEN'));
  });

  it('refuses to play a mixed leg as Twilio, which has none', async () => {
    const server = await startTestServer();
    await assert.rejects(playTwilioCall(plan(server, call('mixed'))), hasCode('TW_USAGE'));
  });
});
