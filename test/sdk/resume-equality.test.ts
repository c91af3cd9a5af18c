import assert from 'node:assert/strict';
import { mixDown, readAudioFile } from '../../src/audio/audio-file.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { type AnyEvent, connect } from '../../src/sdk/node.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { Network } from '../helpers/network.ts';

const SAMPLE_CALL = 'media/sample-call/sample-call.wav';
const RATE_HZ = 8000;
const PIECE = RATE_HZ / 10;

/** What an event says, without what differs from call to call. */
function said({ type, sequence, data }: AnyEvent) {
  const { callId: _, ...rest } = data;
  return { type, sequence, data: rest };
}

/** Without the gap itself and what it moves: the numbers of later events, and the audio that was counted. */
function unnumbered(events: readonly AnyEvent[]) {
  return events
    .filter(({ type }) => type !== 'audio.gap')
    .map((event) => {
      const { callId: _, ...rest } = event.data;
      if (event.type !== 'call.ended') return { type: event.type, data: rest };
      const legs = event.data.legs.map(({ audioMs, gapMs, ...leg }) => ({
        ...leg,
        ms: audioMs + gapMs,
      }));
      return { type: event.type, data: { ...rest, legs } };
    });
}

describe('a call whose socket is killed, heard by the real model', () => {
  let tonewire: Tonewire;
  let network: Network;
  let voice: Float32Array;

  before(async () => {
    const config = loadConfig({ flags: { 'server.port': 0, 'log.level': 'silent' } });
    tonewire = await startTonewire(config, { logger: silentLogger });
    network = await Network.before(tonewire.url);
    const file = await readAudioFile(SAMPLE_CALL);
    voice = mixDown({ ...file, channels: file.channels.slice(0, 1) });
  });

  after(async () => {
    network.close();
    await tonewire.close();
  });

  /** Plays the customer of the sample call; kills the socket before each of these pieces. */
  async function play(samples: Float32Array, killBefore: readonly number[]): Promise<AnyEvent[]> {
    const stream = await connect({
      url: network.url,
      audio: { sampleRateHz: RATE_HZ },
      reconnect: { firstDelayMs: 1 },
    });
    const events: AnyEvent[] = [];
    stream.on('event', (event) => void events.push(event));
    for (let piece = 0; piece * PIECE < samples.length; piece += 1) {
      if (killBefore.includes(piece)) network.cut();
      await stream.send(samples.subarray(piece * PIECE, (piece + 1) * PIECE));
    }
    await stream.end();
    assert.equal(stream.lostEvents, 0);
    return events;
  }

  it('says the very same, sequence numbers, positions and probabilities included', async () => {
    const whole = await play(voice, []);
    const connections = network.connections;
    const broken = await play(voice, [30, 155, 156, 280]);
    assert.ok(network.connections - connections >= 4, 'it came back');
    assert.ok(whole.filter(({ type }) => type === 'emotion.updated').length > 30);
    assert.deepEqual(broken.map(said), whole.map(said));
  });

  it('says the same but for the gap where audio was lost for good', async () => {
    const LOST = { from: 150, to: 170 };
    const whole = await play(voice.slice().fill(0, LOST.from * PIECE, LOST.to * PIECE), []);
    const broken = await playWithHole(LOST);
    const gaps = broken.filter(({ type }) => type === 'audio.gap');
    assert.deepEqual(
      gaps.map(({ data }) => 'cause' in data && [data.cause, data.span]),
      [['disconnected', { startMs: LOST.from * 100, endMs: LOST.to * 100 }]],
    );
    assert.deepEqual(unnumbered(broken), unnumbered(whole));
  });

  /** Loses the socket, and drops the audio meanwhile, as a buffer that is full does. */
  async function playWithHole({ from, to }: { from: number; to: number }): Promise<AnyEvent[]> {
    const stream = await connect({
      url: network.url,
      audio: { sampleRateHz: RATE_HZ },
      maxBufferedMs: 1000,
      keepAliveMs: 200,
      reconnect: { firstDelayMs: 1, maxDelayMs: 20 },
    });
    const events: AnyEvent[] = [];
    stream.on('event', (event) => void events.push(event));
    const piece = (at: number) => voice.subarray(at * PIECE, (at + 1) * PIECE);
    for (let at = 0; at < from; at += 1) await stream.send(piece(at));
    // The next sign of life asks for the last confirmation.
    while (stream.bufferedMs > 0) await new Promise((resolve) => setImmediate(resolve));
    const noticed = new Promise((resolve) => stream.on('reconnecting', resolve));
    network.goDown();
    await noticed;
    const full = 1000 / 100;
    let sent = Promise.resolve();
    for (let at = from; at < to + full; at += 1) sent = stream.send(piece(at));
    assert.equal(stream.droppedMs, (to - from) * 100);
    network.comeUp();
    await sent;
    for (let at = to + full; at * PIECE < voice.length; at += 1) await stream.send(piece(at));
    await stream.end();
    return events;
  }
});
