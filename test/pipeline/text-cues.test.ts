import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expectedAffect, VALENCES } from '../../src/pipeline/affect.ts';
import { type TextCue, TextCues } from '../../src/pipeline/text-cues.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';

const OPTIONS = { weight: 1, halfLifeMs: 6000, maxLines: 16 };
const UNIFORM = new Float32Array(EMOTIONS.length).fill(1 / EMOTIONS.length);

function cue(valence: number, more: Partial<TextCue> = {}): TextCue {
  return { kind: 'scored', valence, confidence: 1, final: true, ...more };
}

/** What is shown at `atMs` after lines that came at their positions. */
function fused(
  lines: readonly (readonly [number, TextCue])[],
  atMs: number,
  voice = UNIFORM,
  options = OPTIONS,
): Float32Array {
  const cues = new TextCues(options);
  for (const [cameMs, line] of lines) cues.add(line, cameMs);
  return cues.fuse(voice, atMs).slice();
}

const valenceOf = (probabilities: Float32Array) =>
  probabilities.reduce((sum, p, i) => sum + p * VALENCES[i]!, 0);

const arbitraryVoice = fc
  .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
  .map((parts) => {
    const sum = parts.reduce((a, b) => a + b);
    return Float32Array.from(parts, (part) => part / sum);
  });
const arbitraryCue = fc.record({
  kind: fc.constant('scored' as const),
  valence: fc.double({ min: -1, max: 1, noNaN: true }),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  final: fc.boolean(),
});
const arbitraryLines = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), arbitraryCue), {
  maxLength: 16,
});
const inOrder = (lines: [number, TextCue][]) => lines.sort(([a], [b]) => a - b);

describe('words beside a voice', () => {
  it('leave the voice as it is, the very same array, while they say nothing', () => {
    assert.equal(new TextCues(OPTIONS).fuse(UNIFORM, 1000), UNIFORM);
    const cues = new TextCues(OPTIONS);
    cues.add(cue(0, { kind: 'no_known_words', confidence: 0 }), 0);
    cues.add(cue(0, { kind: 'other_language', confidence: 0 }), 0);
    assert.equal(cues.fuse(UNIFORM, 1000), UNIFORM);
  });

  it('make probabilities that sum to 1, whatever came', () => {
    fc.assert(
      fc.property(arbitraryVoice, arbitraryLines, (voice, lines) => {
        const sum = fused(inOrder(lines), 20_001, voice).reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
      }),
    );
  });

  it('move the expected valence up with every line that is pleasanter', () => {
    fc.assert(
      fc.property(
        arbitraryVoice,
        arbitraryLines.filter((lines) => lines.length > 0),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (voice, unordered, more) => {
          const lines = inOrder(unordered);
          const [cameMs, first] = lines[0]!;
          const pleasanter = { ...first, valence: Math.min(1, first.valence + more) };
          const before = fused(lines, 20_001, voice);
          const after = fused([[cameMs, pleasanter], ...lines.slice(1)], 20_001, voice);
          assert.ok(valenceOf(after) >= valenceOf(before) - 1e-6);
        },
      ),
    );
  });

  it('count the same in whatever order final lines of one moment come', () => {
    fc.assert(
      fc.property(fc.array(arbitraryCue, { minLength: 2, maxLength: 8 }), (cues) => {
        const lines = cues.map((line): [number, TextCue] => [500, { ...line, final: true }]);
        const forth = fused(lines, 3000);
        const back = fused(lines.toReversed(), 3000);
        for (const [i, p] of forth.entries()) assert.ok(Math.abs(p - back[i]!) < 1e-6);
      }),
    );
  });

  it('tilt the odds of two emotions by weight times the distance of their valences, at most', () => {
    for (const weight of [1, 2]) {
      const lines = Array.from({ length: 5 }, (): [number, TextCue] => [999, cue(-1)]);
      const shown = fused(lines, 1000, UNIFORM, { ...OPTIONS, weight });
      const odds = shown[EMOTIONS.indexOf('anger')]! / shown[EMOTIONS.indexOf('happiness')]!;
      assert.ok(Math.abs(Math.log(odds) - weight * (0.81 + 0.51)) < 1e-3, `${odds}`);
    }
  });

  it('fade from when they were said, and are forgotten after eight half-lives', () => {
    const tiltAt = (atMs: number) => {
      const shown = fused([[5000, cue(1, { endMs: 2000 })]], atMs);
      return Math.log(shown[EMOTIONS.indexOf('happiness')]! / shown[0]!) / 0.81;
    };
    assert.ok(Math.abs(tiltAt(8000) - 0.5) < 1e-4);
    assert.ok(Math.abs(tiltAt(14_000) - 0.25) < 1e-4);
    assert.ok(tiltAt(2000 + 8 * 6000) > 0);
    assert.equal(tiltAt(2000 + 8 * 6000 + 1), 0);
  });

  it('count from when they came, not before: a reading that waited for the model stays what it was', () => {
    const cues = new TextCues(OPTIONS);
    cues.add(cue(1, { endMs: 1000 }), 4000);
    assert.equal(cues.fuse(UNIFORM, 4000), UNIFORM);
    assert.notEqual(cues.fuse(UNIFORM, 4001), UNIFORM);
  });

  it('said later than the clock stands count as said now', () => {
    assert.deepEqual(
      fused([[1000, cue(1, { endMs: 90_000 })]], 7000),
      fused([[1000, cue(1)]], 7000),
    );
  });

  it('replace a partial line by the next one, and no final one', () => {
    const partial: [number, TextCue] = [1000, cue(-1, { final: false })];
    const final: [number, TextCue] = [2000, cue(1)];
    assert.deepEqual(fused([partial, final], 3000), fused([final], 3000));
    assert.deepEqual(fused([partial, final], 1500), fused([partial], 1500));
    const both = fused([[1000, cue(-1)], final], 3000);
    assert.ok(valenceOf(both) < valenceOf(fused([final], 3000)));
  });

  it('hold no more lines than maxLines', () => {
    const lines = Array.from({ length: 40 }, (_, i): [number, TextCue] => [
      i,
      cue(i < 36 ? -1 : 1),
    ]);
    const options = { ...OPTIONS, maxLines: 4 };
    assert.deepEqual(
      fused(lines, 41, UNIFORM, options),
      fused(lines.slice(36), 41, UNIFORM, options),
    );
  });

  it('account for what is shown: the nats of voice and words add up to its own', () => {
    fc.assert(
      fc.property(
        arbitraryVoice,
        arbitraryLines.filter((lines) => lines.length > 0),
        fc.constantFrom(...EMOTIONS),
        (voice, lines, emotion) => {
          const cues = new TextCues(OPTIONS);
          for (const [cameMs, line] of inOrder(lines)) cues.add(line, cameMs);
          const shown = cues.fuse(voice, 20_001);
          const modalities = cues.account(voice, shown, emotion, 20_001);
          assert.ok(modalities);
          const entropy = shown.reduce((sum, p) => sum - p * Math.log(p), 0);
          const own = Math.log(shown[EMOTIONS.indexOf(emotion)]!) + entropy;
          const together = modalities.voice.nats + modalities.words.nats;
          assert.ok(Math.abs(together - own) < 1e-3, `${together} is not ${own}`);
        },
      ),
    );
  });

  it('tell apart that nothing came from that it said nothing', () => {
    const cues = new TextCues(OPTIONS);
    assert.equal(cues.account(UNIFORM, UNIFORM, 'anger', 1000), undefined);
    cues.add(cue(0, { kind: 'other_language', confidence: 0 }), 1000);
    const { words } = cues.account(UNIFORM, UNIFORM, 'anger', 2000)!;
    assert.deepEqual(JSON.parse(JSON.stringify(words)), {
      newest: 'other_language',
      valence: 0,
      weight: 0,
      ageMs: 1000,
      nats: 0,
    });
  });

  it('leave arousal where voice and valence put it: words say little of it', () => {
    const { arousal } = expectedAffect(UNIFORM);
    const tilted = expectedAffect(fused([[0, cue(1)]], 1));
    assert.ok(Math.abs(tilted.arousal - arousal) < 0.2);
  });
});
