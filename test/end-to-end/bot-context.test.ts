import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallAudio, readCallAudio } from '../../src/cli/callers/call-audio.ts';
import { Pacer, UNPACED } from '../../src/cli/callers/pacer.ts';
import { playAppCall } from '../../src/cli/callers/play-call.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { startTonewire } from '../../src/tonewire.ts';
import { recordings } from '../helpers/recordings.ts';
import { concat } from '../helpers/signals.ts';
import { rasaServer } from '../helpers/vendors/rasa-server.ts';

/** RAVDESS names its clips modality-channel-emotion-…-actor: neutral, then angry, then calm. */
const TURNS = ['01', '05', '02'];
const ACTOR = '11';
const MIN_INTERVAL_MS = 4000;

describe('a bot and a real voice', function () {
  this.timeout(240_000);

  it('is told a few times how the voice sounds, that it gets angry, and that it eases', async function () {
    const audio = await oneCall(recordings(this, 'ravdess'));
    const rasa = await rasaServer('token', ['EXTERNAL_angry']);
    const bot = { name: 'shop', url: rasa.url, token: 'token' };
    const triggerIntent = { name: 'EXTERNAL_angry' };
    const config = loadConfig({
      flags: {
        'server.port': 0,
        'log.level': 'silent',
        'adapters.rasa': [{ ...bot, triggerIntent }],
      },
    });
    const tonewire = await startTonewire(config, { logger: silentLogger });
    let updates = 0;
    const toldAtMs: number[] = [];
    tonewire.bus.subscribe(({ type, data }) => {
      if (type === 'emotion.updated') updates += 1;
      if (type === 'context.changed') toldAtMs.push('atMs' in data ? data.atMs : 0);
    });
    const url = tonewire.url.replace('http', 'ws');
    const pacer = new Pacer(systemClock, UNPACED);
    await playAppCall({ url, audio, pacer, frameMs: 100, onEvent: () => undefined });
    await tonewire.drain();
    await tonewire.close();
    await rasa.close();

    const tellings = rasa.requests.filter(({ path }) => path.endsWith('/events'));
    assert.equal(tellings.length, toldAtMs.length, 'the bot got what was published');
    assert.ok(updates > 100, `${updates} updates`);
    assert.ok(tellings.length >= 2 && tellings.length <= 10, `${tellings.length} tellings`);
    toldAtMs.slice(1).forEach((atMs, i) => {
      assert.ok(atMs - (toldAtMs[i] ?? 0) >= MIN_INTERVAL_MS);
    });
    const told = JSON.stringify(tellings.map(({ body }) => body));
    for (const word of ['sounds angry', 'rising', 'easing']) assert.ok(told.includes(word), word);
    assert.equal(rasa.triggered.length, 1, 'the bot acts once, when the anger begins');
  });
});

/** All sentences of one actor in these emotions, as one call. */
async function oneCall(folder: string): Promise<CallAudio> {
  const names = await readdir(folder);
  const clips = TURNS.flatMap((emotion) =>
    names.filter((name) => name.startsWith(`03-01-${emotion}-`) && name.includes(`-${ACTOR}.`)),
  );
  const parts = await Promise.all(clips.map((clip) => readCallAudio(join(folder, clip))));
  const samples = concat(...parts.flatMap(({ speakers }) => speakers.map((one) => one.samples)));
  const sampleRateHz = parts[0]?.sampleRateHz ?? 0;
  const durationMs = (samples.length * 1000) / sampleRateHz;
  return { sampleRateHz, durationMs, speakers: [{ leg: 'customer', samples }] };
}
