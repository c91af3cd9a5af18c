import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import type { Random } from '../training/random.ts';

/** Semitones above the key note of a major scale's seven degrees. */
const SCALE = [0, 2, 4, 5, 7, 9, 11] as const;
/** Degrees of the chords that a piece draws from: I, ii, IV, V, vi. */
const CHORD_ROOTS = [0, 1, 3, 4, 5] as const;
const BEATS_PER_CHORD = 4;
const HARMONICS = 8;
/** A singer's or a violin's vibrato: 5.5 Hz, about a third of a semitone. */
const VIBRATO_HZ = 5.5;
const VIBRATO_SHARE = 0.01;
const ATTACK_SECONDS = 0.03;
const RELEASE_SECONDS = 0.08;
const PEAK = 0.5;

interface Note {
  readonly frequencyHz: number;
  readonly startSeconds: number;
  readonly seconds: number;
  readonly amplitude: number;
  readonly vibrato: boolean;
}

/**
 * A made-up piece at 16 kHz, peak 0.5: chords below a melody with vibrato, in a random key and
 * tempo. Harmonic and pulsed as music is; no stand-in for recorded music with its voices and drums.
 */
export function makeMusic(seconds: number, random: Random): Float32Array {
  const samples = new Float32Array(Math.round(seconds * ANALYSIS_RATE_HZ));
  const keyHz = 110 * 2 ** (random.integer(12) / 12);
  const beatSeconds = 60 / random.uniform(70, 150);
  const beats = Math.ceil(seconds / beatSeconds);
  for (let beat = 0; beat < beats; beat++) {
    const startSeconds = beat * beatSeconds;
    if (beat % BEATS_PER_CHORD === 0) {
      const root = random.pick(CHORD_ROOTS);
      for (const third of [0, 2, 4]) {
        const frequencyHz = degreeHz(keyHz, root + third);
        const length = beatSeconds * BEATS_PER_CHORD;
        play(samples, {
          frequencyHz,
          startSeconds,
          seconds: length,
          amplitude: 0.4,
          vibrato: false,
        });
      }
    }
    if (random.chance(0.15)) continue;
    const frequencyHz = degreeHz(2 * keyHz, random.integer(10));
    play(samples, { frequencyHz, startSeconds, seconds: beatSeconds, amplitude: 1, vibrato: true });
  }
  return toPeak(samples);
}

function degreeHz(keyHz: number, degree: number): number {
  const octave = Math.floor(degree / SCALE.length);
  return keyHz * 2 ** (octave + SCALE[degree % SCALE.length]! / 12);
}

function play(samples: Float32Array, note: Note): void {
  const start = Math.round(note.startSeconds * ANALYSIS_RATE_HZ);
  const count = Math.min(Math.round(note.seconds * ANALYSIS_RATE_HZ), samples.length - start);
  let phase = 0;
  for (let i = 0; i < count; i++) {
    const t = i / ANALYSIS_RATE_HZ;
    const sway = note.vibrato ? 1 + VIBRATO_SHARE * Math.sin(2 * Math.PI * VIBRATO_HZ * t) : 1;
    phase += (2 * Math.PI * note.frequencyHz * sway) / ANALYSIS_RATE_HZ;
    let value = 0;
    for (let k = 1; k <= HARMONICS && k * note.frequencyHz < ANALYSIS_RATE_HZ / 2; k++) {
      value += Math.sin(k * phase) / k;
    }
    const left = note.seconds - t;
    const envelope = Math.min(1, t / ATTACK_SECONDS, left / RELEASE_SECONDS);
    samples[start + i] = samples[start + i]! + note.amplitude * envelope * value;
  }
}

function toPeak(samples: Float32Array): Float32Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak === 0 ? samples : samples.map((sample) => (sample / peak) * PEAK);
}
