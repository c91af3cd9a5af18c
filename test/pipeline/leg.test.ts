import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeAudio } from '../../src/audio/encode.ts';
import type { LegOutput } from '../../src/pipeline/analysis.ts';
import type { Engine, StepInput } from '../../src/pipeline/engines/engine.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { openLeg, randomEngine, schedulerFor } from '../helpers/random-model.ts';
import { chunks, concat, noise, silence, vowel } from '../helpers/signals.ts';

const FORMAT = { encoding: 'mulaw', sampleRateHz: 8000 } as const;

/** Two stretches of speech with a pause between them, as telephone bytes. */
function talk(seed = 1): Uint8Array {
  const first = vowel(120 + 7 * seed, 8000, 2.1, { syllablesHz: 4 });
  const second = vowel(190 + 5 * seed, 8000, 1.6, { syllablesHz: 5 });
  const hiss = noise(6000, 0.002, seed);
  return encodeAudio(concat(hiss, first, silence(8000, 0.9), second, hiss), 'mulaw');
}

/** Deep equality, with numbers allowed to differ by what two batches of one engine may, rounded. */
function assertSame(actual: unknown, expected: unknown, path = 'outputs'): void {
  if (typeof actual === 'number' && typeof expected === 'number') {
    assert.ok(Math.abs(actual - expected) <= 1.5e-4, `${path}: ${actual} is not ${expected}`);
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, path);
    assert.deepEqual(Object.keys(actual), Object.keys(expected), path);
    for (const [key, value] of Object.entries(expected)) {
      assertSame(
        Object.entries(actual).find(([name]) => name === key)?.[1],
        value,
        `${path}.${key}`,
      );
    }
  } else {
    assert.equal(actual, expected, path);
  }
}

describe('a leg', () => {
  let engine: Engine;

  before(async () => {
    engine = await randomEngine();
  });

  after(() => engine.close());

  async function hear(pieces: Iterable<Uint8Array>, scheduler = schedulerFor(engine)) {
    const outputs: LegOutput[] = [];
    const leg = openLeg(scheduler, FORMAT, (output) => outputs.push(output));
    for (const piece of pieces) {
      leg.push(piece);
      await new Promise(setImmediate);
    }
    const totals = await leg.end();
    return { outputs, totals };
  }

  const ofType = (outputs: readonly LegOutput[], type: LegOutput['type']) =>
    outputs.filter((output) => output.type === type);

  it('says the same of a stream in any chunking as of the whole call at once', async () => {
    const bytes = talk();
    const whole = await hear([bytes]);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 8 }),
        async (sizes) => {
          const streamed = await hear(chunks(bytes, sizes));
          assertSame(streamed.outputs, whole.outputs);
          compared += streamed.outputs.length;
        },
      ),
      { numRuns: 12 },
    );
    assert.ok(compared >= 12 * 8, `${compared} outputs compared`);
  });

  it('says the same alone as among other legs in one batch', async () => {
    const alone = await Promise.all([1, 2, 3, 4].map((seed) => hear([talk(seed)])));
    const scheduler = schedulerFor(engine);
    const together = await Promise.all(
      [1, 2, 3, 4].map((seed) => hear(chunks(talk(seed), [160]), scheduler)),
    );
    for (const [i, { outputs }] of together.entries()) {
      assertSame(outputs, alone[i]!.outputs);
    }
    const { steps, batches } = scheduler.counts;
    assert.ok(steps > 2 * batches, `${steps} steps in ${batches} batches`);
  });

  it('updates at most 600 ms apart while someone speaks, and not in silence', async () => {
    const { outputs } = await hear(chunks(talk(), [160]));
    const updates = outputs.flatMap((o) => (o.type === 'emotion.updated' ? [o.data] : []));
    const speech = updates.filter(({ speaking }) => speaking);
    assert.ok(speech.length >= 6, `${speech.length} updates in speech`);
    for (const { span } of updates) assert.ok(span.endMs - span.startMs <= 600);
    speech.slice(1).forEach(({ span }, i) => {
      const before = speech[i]!.span.endMs;
      const pause = 900 + 600;
      assert.ok(span.endMs - before <= 600 || span.endMs - before <= pause);
    });
    const quiet = await hear([encodeAudio(silence(8000, 5), 'mulaw')]);
    assert.ok(quiet.outputs.every(({ type }) => type === 'leg.quiet'));
    assert.equal(quiet.totals.dominant, 'listening');
    assert.equal(quiet.totals.meanProbabilities, null);
    assert.equal(quiet.totals.audioMs, 5000);
  });

  it('ends a segment at each pause, with a summary of it', async () => {
    const { outputs, totals } = await hear([talk()]);
    const segments = outputs.flatMap((o) => (o.type === 'segment.ended' ? [o.data] : []));
    assert.equal(segments.length, 2);
    for (const { probabilities, prosody } of segments) {
      const sum = Object.values(probabilities).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 5e-4);
      assert.ok(prosody.pitchHz! > 100 && prosody.pitchHz! < 230);
    }
    const speechMs = segments.reduce((sum, { span }) => sum + span.endMs - span.startMs, 0);
    assert.ok(Math.abs(speechMs - totals.speechMs) <= 200, `${speechMs} and ${totals.speechMs}`);
  });

  it('spreads the attention over the speech it heard', async () => {
    const { outputs } = await hear([talk()]);
    const updates = outputs.flatMap((o) => (o.type === 'emotion.updated' ? [o.data] : []));
    const totals = updates.map(({ attention }) =>
      attention.reduce((sum, { weight }) => sum + weight, 0),
    );
    const heard = totals.slice(1, 4); // under two seconds: the trace still holds all of them
    for (const total of heard) assert.ok(Math.abs(total - 1) < 1e-3, `${total}`);
    for (const total of totals) assert.ok(total <= 1 + 1e-3);
    assert.equal(heard.length, 3);
  });

  it('starts afresh at a flush and keeps its clock', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    const bytes = talk();
    leg.push(bytes);
    await leg.flush();
    const first = ofType(outputs.splice(0), 'segment.ended');
    leg.push(bytes);
    await leg.flush();
    const second = ofType(outputs, 'segment.ended');
    const shiftMs = bytes.length / 8;
    const shifted = second.map((o) => {
      assert.ok(o.type === 'segment.ended');
      const { startMs, endMs } = o.data.span;
      const span = { startMs: startMs - shiftMs, endMs: endMs - shiftMs };
      return { ...o, data: { ...o.data, span } };
    });
    assert.equal(first.length, 2);
    assertSame(shifted, first);
    await leg.end();
  });

  it('fills a short gap with silence, skips a long one, and reports both', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    const bytes = talk();
    leg.push(bytes);
    leg.gap(4000, 'missing');
    leg.push(bytes);
    leg.gap(80000, 'missing');
    leg.push(bytes);
    const totals = await leg.end();
    const gaps = outputs.flatMap((o) => (o.type === 'audio.gap' ? [o.data] : []));
    const talkMs = bytes.length / 8;
    assert.deepEqual(gaps, [
      { span: { startMs: talkMs, endMs: talkMs + 500 }, cause: 'missing', filledMs: 500 },
      {
        span: { startMs: 2 * talkMs + 500, endMs: 2 * talkMs + 10500 },
        cause: 'missing',
        filledMs: 0,
      },
    ]);
    assert.equal(totals.gapMs, 10500);
    assert.equal(totals.audioMs, 3 * talkMs);
  });

  it('neither stretches an update over a skipped gap nor hears speech in it', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    const speech = encodeAudio(vowel(150, 8000, 1.3, { syllablesHz: 4 }), 'mulaw');
    leg.push(speech);
    leg.gap(8000 * 60, 'missing');
    leg.push(speech);
    await leg.end();
    const spans = outputs.flatMap((o) =>
      o.type === 'emotion.updated' || o.type === 'segment.ended'
        ? [{ type: o.type, ...o.data.span }]
        : [],
    );
    const updates = spans.filter(({ type }) => type === 'emotion.updated');
    const segments = spans.filter(({ type }) => type === 'segment.ended');
    assert.equal(segments.length, 2);
    assert.ok(updates.length >= 6);
    for (const { startMs, endMs } of spans) {
      assert.ok(endMs <= 1300 || startMs >= 61_300, `${startMs} to ${endMs}`);
    }
    for (const { startMs, endMs } of updates) assert.ok(endMs - startMs <= 600);
  });

  it('makes no more silence in all than audio came, beyond one filled gap', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    for (let i = 0; i < 100; i++) {
      leg.push(new Uint8Array(8).fill(0xff));
      leg.gap(16000, 'missing');
    }
    const totals = await leg.end();
    const filledMs = outputs.reduce(
      (sum, o) => sum + (o.type === 'audio.gap' ? o.data.filledMs : 0),
      0,
    );
    assert.ok(filledMs > 0 && filledMs <= 2000 + totals.audioMs, `${filledMs} ms`);
    assert.equal(totals.gapMs, 200_000);
    assert.equal(totals.audioMs, 100);
  });

  it('fails alone when whoever listens to it fails', async () => {
    const scheduler = schedulerFor(engine);
    const deaf = openLeg(scheduler, FORMAT, () => {
      throw new TonewireError('TW_INTERNAL');
    });
    const heard: LegOutput[] = [];
    const other = openLeg(scheduler, FORMAT, (output) => heard.push(output));
    deaf.push(talk());
    other.push(talk());
    await assert.rejects(deaf.end(), { code: 'TW_INTERNAL' });
    await other.end();
    assert.equal(ofType(heard, 'segment.ended').length, 2);
    assert.equal(scheduler.counts.failures, 0);
  });

  it('drops the oldest speech when the model is behind, within its bound, and says so', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Engine = {
      name: 'slow',
      step: async (input: StepInput) => {
        await held;
        return engine.step(input);
      },
      close: async () => undefined,
    };
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(slow), FORMAT, (output) => outputs.push(output), {
      maxPendingSteps: 3,
    });
    const speech = encodeAudio(vowel(150, 8000, 4, { syllablesHz: 4 }), 'mulaw');
    for (const piece of chunks(speech, [160])) {
      leg.push(piece);
      await new Promise(setImmediate);
    }
    assert.equal(leg.pendingMs, 128 + 2 * 256); // the first, with the model, is an early one
    assert.deepEqual(outputs.filter(({ type }) => type === 'emotion.updated').length, 0);
    release();
    const totals = await leg.end();
    const gaps = outputs.flatMap((o) => (o.type === 'audio.gap' ? [o.data] : []));
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0]!.cause, 'overload');
    const lostMs = gaps[0]!.span.endMs - gaps[0]!.span.startMs;
    assert.ok(Math.abs(lostMs - totals.gapMs) < 1e-6 && lostMs > 2000, `${lostMs} ms`);
    assert.ok(totals.speechMs > 256 && totals.speechMs <= 4 * 256, `${totals.speechMs}`);
  });

  it('hears the first two seconds of speech in steps of half the length, after a flush again', async () => {
    const frameCounts: number[] = [];
    const counting: Engine = {
      name: 'counting',
      step: (input: StepInput) => {
        frameCounts.push(input.frameCount);
        return engine.step(input);
      },
      close: async () => undefined,
    };
    const leg = openLeg(schedulerFor(counting), FORMAT, () => {});
    const early = Array.from({ length: 16 }, () => 4);
    for (let call = 0; call < 2; call++) {
      leg.push(encodeAudio(vowel(150, 8000, 3, { syllablesHz: 4 }), 'mulaw'));
      await leg.flush();
      const steps = frameCounts.splice(0);
      assert.deepEqual(steps.slice(0, 16), early);
      assert.ok(steps.length > 17);
      assert.ok(steps.slice(16, -1).every((frameCount) => frameCount === 8));
    }
    await leg.end();
  });

  it('goes on after a failed step, with its state as it was', async () => {
    let failures = 1;
    const flaky: Engine = {
      name: 'flaky',
      step: async (input: StepInput) => {
        if (failures-- > 0) throw new TonewireError('TW_ENGINE_FAILED');
        return engine.step(input);
      },
      close: async () => undefined,
    };
    const scheduler = schedulerFor(flaky);
    const { outputs, totals } = await hear([talk()], scheduler);
    assert.equal(scheduler.counts.failures, 1);
    assert.equal(ofType(outputs, 'audio.gap').length, 1);
    assert.equal(totals.gapMs, 128);
    assert.ok(ofType(outputs, 'segment.ended').length === 2);
  });

  it('says nothing more once it was let go', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    leg.push(talk());
    const ended = leg.flush();
    leg.abort();
    await ended;
    const count = outputs.length;
    leg.push(talk());
    leg.gap(800, 'missing');
    await new Promise(setImmediate);
    assert.equal(outputs.length, count);
  });
});
