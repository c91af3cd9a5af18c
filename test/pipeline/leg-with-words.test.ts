import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeAudio } from '../../src/audio/encode.ts';
import type { LegOutput } from '../../src/pipeline/analysis.ts';
import type { Engine } from '../../src/pipeline/engines/engine.ts';
import type { TextCue } from '../../src/pipeline/text-cues.ts';
import type { EventData } from '../../src/protocol/events.ts';
import { openLeg, randomEngine, schedulerFor } from '../helpers/random-model.ts';
import { chunks, concat, silence, vowel } from '../helpers/signals.ts';

const FORMAT = { encoding: 'mulaw', sampleRateHz: 8000 } as const;
const BYTES_PER_MS = 8;
const OPTIONS = { weight: 1, halfLifeMs: 3000, maxLines: 16 };

/** Two stretches of speech with a pause between them, as telephone bytes. */
const TALK = encodeAudio(
  concat(vowel(130, 8000, 2.1, { syllablesHz: 4 }), silence(8000, 0.9), vowel(190, 8000, 1.6, {})),
  'mulaw',
);

const PLEASED: TextCue = { kind: 'scored', valence: 0.9, confidence: 1, final: true };
const GUESS: TextCue = { kind: 'scored', valence: -0.5, confidence: 0.5, final: false };
const UNKNOWN: TextCue = { kind: 'no_known_words', valence: 0, confidence: 0, final: true };

type Line = readonly [atByte: number, TextCue];

describe('a leg with a transcript', () => {
  let engine: Engine;

  before(async () => {
    engine = await randomEngine();
  });

  after(() => engine.close());

  /** The audio in pieces of these sizes, each line after the byte it came with. */
  async function hear(lines: readonly Line[], sizes: readonly number[] = [TALK.length]) {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    let at = 0;
    for (const [atByte, cue] of [...lines, [TALK.length, undefined] as const]) {
      for (const piece of chunks(TALK.subarray(at, atByte), sizes)) {
        leg.push(piece);
        await new Promise(setImmediate);
      }
      at = atByte;
      if (cue !== undefined) leg.hearWords(cue, OPTIONS);
    }
    await leg.end();
    return outputs;
  }

  const updatesOf = (outputs: readonly LegOutput[]) =>
    outputs.flatMap(({ type, data }) => (type === 'emotion.updated' ? [data] : []));

  it('says the same in any chunking, lines and all', async () => {
    const lines: Line[] = [
      [1500 * BYTES_PER_MS, GUESS],
      [2500 * BYTES_PER_MS, { ...PLEASED, endMs: 2100 }],
    ];
    const whole = updatesOf(await hear(lines));
    assert.ok(whole.some(({ modalities }) => modalities !== undefined));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }),
        async (sizes) => {
          const streamed = updatesOf(await hear(lines, sizes));
          assert.equal(streamed.length, whole.length);
          streamed.forEach((update, i) => {
            assert.equal(update.label, whole[i]!.label);
            assertClose(update.valence, whole[i]!.valence);
            assertClose(update.modalities?.words.nats ?? 9, whole[i]!.modalities?.words.nats ?? 9);
          });
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is heard as without one, bit for bit, until a line comes', async () => {
    const alone = updatesOf(await hear([]));
    const atMs = 2500;
    const joined = updatesOf(await hear([[atMs * BYTES_PER_MS, PLEASED]]));
    const heardBefore = (updates: typeof alone) => updates.filter(({ span }) => span.endMs <= atMs);
    assert.ok(heardBefore(alone).length >= 3);
    assert.deepEqual(heardBefore(joined), heardBefore(alone));
    const last = joined.at(-1)!;
    assert.ok(last.valence > alone.at(-1)!.valence + 0.05);
    assert.deepEqual(last.modalities?.voice.probabilities, alone.at(-1)!.probabilities);
  });

  it('is heard as without one when the lines say nothing, but for saying so', async () => {
    const alone = updatesOf(await hear([]));
    const joined = updatesOf(await hear([[8000, UNKNOWN]]));
    assert.equal(joined.at(-1)?.modalities?.words.newest, 'no_known_words');
    assert.deepEqual(joined.map(withoutModalities), alone);
  });

  it('forgets its words at a flush', async () => {
    const outputs: LegOutput[] = [];
    const leg = openLeg(schedulerFor(engine), FORMAT, (output) => outputs.push(output));
    leg.push(TALK);
    leg.hearWords(PLEASED, OPTIONS);
    await leg.flush();
    outputs.length = 0;
    leg.push(TALK);
    await leg.end();
    const updates = updatesOf(outputs);
    assert.ok(updates.length > 3);
    assert.ok(updates.every(({ modalities }) => modalities === undefined));
  });
});

function withoutModalities({
  modalities: _,
  ...update
}: Omit<EventData<'emotion.updated'>, 'callId' | 'leg'>) {
  return update;
}

function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 3e-4, `${actual} is not ${expected}`);
}
