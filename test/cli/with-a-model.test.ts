import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import type { CapacityReport } from '../../src/cli/bench/capacity.ts';
import type { EnginesReport } from '../../src/cli/bench/engines.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { type RandomModelFolder, randomModelFolder } from './random-model-folder.ts';
import { exitCode, runCli, startCli } from './run-cli.ts';

const SAMPLE_CALL = 'media/sample-call/sample-call.wav';
/** Two updates may be this far apart while someone speaks. */
const MAX_UPDATE_STEP_MS = 600;

/** Each line an event as its schema says, numbered without a gap, from call.started to call.ended. */
function checkedEvents(stdout: string): AnyEvent[] {
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line): AnyEvent => {
      const event: unknown = JSON.parse(line);
      assertEvent(event);
      return event;
    });
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    events.map((_, i) => i),
  );
  assert.equal(events.at(0)?.type, 'call.started');
  assert.equal(events.at(-1)?.type, 'call.ended');
  return events;
}

describe('tonewire with a model', function () {
  this.timeout(120_000);
  let model: RandomModelFolder;

  before(async () => {
    model = await randomModelFolder();
  });

  after(() => model.remove());

  for (const as of ['twilio', 'app']) {
    it(`streams a two-leg recording as ${as}: rolling events of the customer, then call.ended`, async () => {
      const words = ['stream', SAMPLE_CALL, '--as', as, '--speed', 'max', '--json'];
      const { code, stdout, stderr } = await runCli([...words, '--model', model.path]);
      assert.deepEqual([code, stderr], [0, '']);
      const events = checkedEvents(stdout);
      const updates = events.flatMap((event) =>
        event.type === 'emotion.updated' ? [event.data] : [],
      );
      assert.ok(updates.length > 40);
      assert.ok(updates.every(({ leg }) => leg === 'customer'));
      const steps = updates.slice(1).map(({ span }, i) => span.endMs - updates[i]!.span.endMs);
      const spoken = steps.filter((_, i) => updates[i]!.speaking && updates[i + 1]!.speaking);
      assert.ok(Math.max(...spoken) <= MAX_UPDATE_STEP_MS);
      assert.ok(events.every(({ type }) => type !== 'audio.gap'));
      const ended = events.at(-1);
      assert.ok(ended?.type === 'call.ended');
      assert.equal(ended.data.reason, 'stopped');
      assert.equal(ended.data.legs.find(({ leg }) => leg === 'agent')?.analysed, false);
    });
  }

  it('demo plays the sample call to its summary', async () => {
    const { code, stdout } = await runCli(['demo', '--speed', 'max', '--model', model.path]);
    assert.equal(code, 0);
    assert.match(stdout, /call ended: stopped/);
    assert.match(stdout, /^agent .* not analysed: analysis\.legs\.agent\.analysed is off\.$/m);
    assert.ok(!stdout.includes('\x1b'));
  });

  it('serves until SIGTERM, then drains and ends with exit code 0', async () => {
    const child = startCli(['serve', '--port', '0', '--model', model.path, '--log-level', 'error']);
    const { url, twilio } = await greeting(child);
    assert.match(twilio, /ws:\/\/127\.0\.0\.1:\d+\/twilio\/media, to try it on this machine/);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const short = ['stream', SAMPLE_CALL, '--url', url, '--speed', 'max', '--leg', 'mixed'];
    assert.equal((await runCli(short)).code, 0);
    child.kill('SIGTERM');
    assert.equal(await exitCode(child), 0);
  });

  it('says what to tell Twilio once there is a public origin', async () => {
    const env = {
      TONEWIRE_SERVER_PUBLIC_ORIGIN: 'https://voice.example.com',
      TONEWIRE_TWILIO_AUTH_TOKEN: '0123456789abcdef0123456789abcdef',
      TONEWIRE_AUTH_API_KEYS: JSON.stringify([{ id: 'app', key: '0123456789abcdef' }]),
    };
    const words = ['serve', '--port', '0', '--model', model.path, '--log-level', 'error'];
    const child = startCli(words, env);
    const { twilio } = await greeting(child);
    child.kill('SIGTERM');
    assert.match(twilio, /POST https:\/\/voice\.example\.com\/twilio\/voice as the voice webhook$/);
    assert.equal(await exitCode(child), 0);
  });

  it('bench engines compares what is installed, with parity beside each, and says what is not', async () => {
    const words = ['bench', 'engines', '--batches', '1', '2', '--json', '--model', model.path];
    const { code, stdout } = await runCli(words);
    assert.equal(code, 0);
    const { engines, absent }: EnginesReport = JSON.parse(stdout);
    const onnx = engines.filter(({ engine }) => engine === 'onnxruntime');
    assert.deepEqual(
      onnx.map(({ weights }) => weights),
      ['fp32', 'int8'],
    );
    assert.ok(onnx[0]!.parity < 1e-3);
    for (const line of engines)
      assert.deepEqual(Object.keys(line.cpuMsPerSpeechSecond), ['1', '2']);
    for (const why of Object.values(absent)) assert.match(why, /npm install/);
  });

  it('bench capacity reports what each leg costs, stage by stage', async () => {
    const words = [
      'bench',
      'capacity',
      '--legs',
      '3',
      '--seconds',
      '2',
      '--warm-up',
      '1',
      '--json',
    ];
    const { code, stdout } = await runCli([...words, '--model', model.path]);
    assert.equal(code, 0);
    const report: CapacityReport = JSON.parse(stdout);
    assert.deepEqual([report.legs, report.drops.events], [3, 0]);
    assert.ok(report.legsHeld <= 3); // fewer where the machine stalls for a second
    assert.ok(report.audioSeconds > 4 && report.audioSeconds < 10, `${report.audioSeconds} s`);
    assert.ok(report.cpuMsPerAudioSecond > 0);
    const costs = Object.values(report.stages);
    assert.ok(report.stages.ingest > 0 && report.stages.model > 0);
    const sum = costs.reduce((total, cost) => total + cost, 0);
    assert.ok(Math.abs(sum - report.cpuMsPerAudioSecond) < 0.01);
    assert.ok(report.generator.cpuShare > 0 && report.readyMs > 0 && report.gc.ms >= 0);
  });

  it('bench capacity ends when its gateway cannot start, and says why', async () => {
    const words = ['bench', 'capacity', '--legs', '3', '--model', 'no-such-model'];
    const { code, stderr } = await runCli(words);
    assert.notEqual(code, 0);
    assert.match(stderr, /TW_MODEL_INVALID/);
    assert.match(stderr, /TW_CONNECT_FAILED/);
  });
});

/** The first two lines that serve prints: where it listens, and how Twilio gets in. */
async function greeting(child: ReturnType<typeof startCli>) {
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) if (lines.push(line) === 2) break;
  const [first = '', twilio = ''] = lines;
  return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? '', twilio };
}
