import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCount, TwilioTrack } from '../../../src/gateway/sources/twilio-track.ts';

const RATE_HZ = 8000;

/** Where each chunk was placed, in milliseconds. */
function place(stamps: readonly [timestampMs: number | undefined, chunkMs: number][]) {
  const track = new TwilioTrack(RATE_HZ);
  return stamps.map(([timestampMs, chunkMs], sequence) => {
    const samples = track.place({ sequence, timestampMs }, chunkMs * 8);
    return samples === undefined ? undefined : samples / 8;
  });
}

describe('the clock of a Twilio track', () => {
  it('follows the bytes when every chunk is in its place', () => {
    const stamps = Array.from({ length: 5 }, (_, i): [number, number] => [i * 20, 20]);
    assert.deepEqual(place(stamps), [0, 20, 40, 60, 80]);
  });

  it('begins at its own first chunk, whenever that came', () => {
    assert.deepEqual(
      place([
        [5000, 20],
        [5020, 20],
      ]),
      [0, 20],
    );
  });

  it('moves on by what the timestamps show to be missing', () => {
    assert.deepEqual(
      place([
        [0, 20],
        [320, 20],
        [340, 20],
      ]),
      [0, 320, 340],
    );
  });

  it('reports small losses once they add up', () => {
    const everyOther = Array.from({ length: 8 }, (_, i): [number, number] => [i * 40, 20]);
    assert.equal(place(everyOther).at(-1), 7 * 20 + 120);
  });

  it('never finds a gap when chunks hold more audio than their stamps are apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 0, max: 20 }))),
        (chunks) => {
          let timestampMs = 0;
          let heardMs = 0;
          const track = new TwilioTrack(RATE_HZ);
          chunks.forEach(([chunkMs, stepMs], sequence) => {
            assert.equal(track.place({ sequence, timestampMs }, chunkMs * 8), heardMs * 8);
            timestampMs += stepMs;
            heardMs += chunkMs;
          });
        },
      ),
    );
  });

  it('finds the same gap when chunks in between bear no timestamp', () => {
    assert.deepEqual(
      place([
        [0, 20],
        [undefined, 20],
        [undefined, 20],
        [60, 20],
        [580, 20],
      ]),
      [0, 20, 40, 60, 580],
    );
  });

  it('takes a jump of more than an hour for a clock set anew', () => {
    assert.deepEqual(
      place([
        [0, 20],
        [1e15, 20],
        [1e15 + 20, 20],
      ]),
      [0, 20, 40],
    );
  });

  it('leaves out what it has heard, but not what merely repeats a number', () => {
    const track = new TwilioTrack(RATE_HZ);
    assert.equal(track.place({ sequence: 7, timestampMs: 0 }, 160), 0);
    assert.equal(track.place({ sequence: 7, timestampMs: 0 }, 160), undefined);
    assert.equal(track.place({ sequence: 6, timestampMs: undefined }, 160), undefined);
    assert.equal(track.place({ sequence: 7, timestampMs: 20 }, 160), 160);
    assert.equal(track.place({ sequence: undefined, timestampMs: 20 }, 160), 320);
  });

  it('reads counts from numbers and text, and nothing else', () => {
    assert.equal(readCount('42'), 42);
    assert.equal(readCount(42), 42);
    for (const value of ['', 'x', '-1', -1, Number.NaN, undefined]) {
      assert.equal(readCount(value), undefined);
    }
  });
});
