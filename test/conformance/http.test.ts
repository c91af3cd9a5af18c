import assert from 'node:assert/strict';
import { GatewayUnderTest, newCallId } from './gateway-under-test.ts';

/** A comment, or a sample: a name, perhaps labels, and a number. */
const EXPOSITION_LINE =
  /^(?:# (?:HELP|TYPE) \w+ .+|[a-z_:][\w:]*(?:\{(?:\w+="[^"]*",?)+\})? (?:-?[\d.]+(?:e[+-]?\d+)?|NaN|[+-]Inf))$/i;

describe('conformance: the HTTP side', () => {
  let gateway: GatewayUnderTest;

  before(async () => {
    gateway = await GatewayUnderTest.reach();
  });

  after(() => gateway.leave());

  const json = async (path: string): Promise<unknown> => {
    const response = await gateway.get(path, {}, '');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    return JSON.parse(await response.text());
  };

  async function metrics(): Promise<string> {
    const response = await gateway.get('/metrics', {}, '');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    return response.text();
  }

  it('says at /healthz that the process lives', async () => {
    assert.deepEqual(await json('/healthz'), { status: 'ok' });
  });

  it('says at /readyz that new calls are welcome', async () => {
    assert.deepEqual(await json('/readyz'), { status: 'ready' });
  });

  it('serves /metrics in the text format that Prometheus reads', async () => {
    const lines = (await metrics()).split('\n').filter((line) => line !== '');
    assert.ok(lines.length > 20);
    for (const line of lines) assert.match(line, EXPOSITION_LINE);
  });

  it('counts a call, its bytes and its events, and names it nowhere', async () => {
    const before = await metrics();
    const callId = newCallId();
    await gateway.playCall(callId);
    const after = await metrics();
    for (const sample of [
      'tonewire_calls_started_total{source="app"}',
      'tonewire_calls_ended_total{source="app",outcome="finished"}',
      'tonewire_audio_bytes_total{source="app",analysed="true"}',
      'tonewire_events_total{type="call.ended"}',
    ]) {
      assert.ok(numberIn(after, sample) > numberIn(before, sample), sample);
    }
    assert.ok(!after.includes(callId));
  });
});

/** A sample that was never counted does not appear: it is 0. */
function numberIn(text: string, sample: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? 0);
}
