/**
 * Quality and cost of Speex's resampler, compiled to WebAssembly, by quality setting: which one
 * should the pipeline use? `npx tsx bench/resamplers.ts` prints a table (`--json`: the numbers).
 */
import createSpeex, { type Speex } from '@echogarden/speex-resampler-wasm/simd';
import { SAMPLE_RATES_HZ } from '../src/protocol/messages.ts';

const TO_HZ = 16_000;
const FROM_HZ = SAMPLE_RATES_HZ.filter((rateHz) => rateHz !== TO_HZ);
const QUALITIES = [3, 5, 7];
const CHUNK_MS = 20;
const TONE_SECONDS = 2;
const COST_SECONDS = 60;
const LEAD_SECONDS = 0.25; // longer than any of these filters: its start-up is not the tone
const ERROR_BYTES = 4;

interface Candidate {
  readonly name: string;
  push(chunk: Float32Array): Float32Array;
}

interface Row {
  readonly fromHz: number;
  readonly name: string;
  /** Signal to everything that is not it, at tones within the telephone band, in dB; the worst one. */
  readonly snrDb: number;
  /** The same at 0.9 of the narrower band's edge. */
  readonly edgeSnrDb: number;
  /** Level there compared with the input, in dB. */
  readonly edgeGainDb: number;
  /** A tone that must vanish (it lies beyond 8 kHz): what is left of it, in dB; the worst one. */
  readonly aliasDb: number | null;
  readonly cpuMsPerAudioSecond: number;
}

function speexCandidate(speex: Speex, fromHz: number, quality: number): Candidate {
  const most = fromHz;
  const input = speex._malloc(most * 4);
  const output = speex._malloc(TO_HZ * 2 * 4);
  const lengths = speex._malloc(8);
  const state = speex._speex_resampler_init(1, fromHz, TO_HZ, quality, speex._malloc(ERROR_BYTES));
  return {
    name: `${quality}`,
    push(chunk) {
      speex.HEAPF32.set(chunk, input >> 2);
      speex.HEAPU32[lengths >> 2] = chunk.length;
      speex.HEAPU32[(lengths >> 2) + 1] = TO_HZ * 2;
      speex._speex_resampler_process_float(state, 0, input, lengths, output, lengths + 4);
      const count = speex.HEAPU32[(lengths >> 2) + 1]!;
      return speex.HEAPF32.subarray(output >> 2, (output >> 2) + count);
    },
  };
}

function tone(hertz: number, rateHz: number, seconds: number): Float32Array {
  const step = (2 * Math.PI * hertz) / rateHz;
  return Float32Array.from({ length: rateHz * seconds }, (_, i) => 0.5 * Math.sin(step * i));
}

function inChunks(samples: Float32Array, fromHz: number, each: (chunk: Float32Array) => void) {
  const size = Math.round((fromHz * CHUNK_MS) / 1000);
  for (let at = 0; at < samples.length; at += size) each(samples.subarray(at, at + size));
}

function resampled(candidate: Candidate, samples: Float32Array, fromHz: number): Float32Array {
  const parts: number[] = [];
  inChunks(samples, fromHz, (chunk) => {
    for (const sample of candidate.push(chunk)) parts.push(sample);
  });
  const lead = Math.round(LEAD_SECONDS * TO_HZ);
  return Float32Array.from(parts.slice(lead, -lead));
}

/** The least-squares sinusoid of that frequency, and what it leaves over. */
function fitTone(samples: Float32Array, hertz: number): { gainDb: number; snrDb: number } {
  const step = (2 * Math.PI * hertz) / TO_HZ;
  let [cc, ss, cs, xc, xs, power] = [0, 0, 0, 0, 0, 0];
  samples.forEach((x, i) => {
    const [c, s] = [Math.cos(step * i), Math.sin(step * i)];
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += x * c;
    xs += x * s;
    power += x * x;
  });
  const det = cc * ss - cs * cs;
  const [a, b] = [(xc * ss - xs * cs) / det, (xs * cc - xc * cs) / det];
  const signal = a * xc + b * xs;
  return {
    gainDb: 10 * Math.log10((a * a + b * b) / 0.25),
    snrDb: 10 * Math.log10(signal / Math.max(1e-20, power - signal)),
  };
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

function cost(candidate: Candidate, fromHz: number): number {
  const audio = tone(440, fromHz, COST_SECONDS);
  const run = () => inChunks(audio, fromHz, (chunk) => candidate.push(chunk));
  run();
  const before = process.cpuUsage();
  for (let i = 0; i < 3; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / 3 / COST_SECONDS;
}

function measure(fromHz: number, make: () => Candidate): Row {
  const at = (hertz: number) =>
    fitTone(resampled(make(), tone(hertz, fromHz, TONE_SECONDS), fromHz), hertz);
  const edgeHz = (0.9 * Math.min(fromHz, TO_HZ)) / 2;
  const edge = at(edgeHz);
  const beyond = [8500, 9500, 11_000].filter((hertz) => hertz < fromHz / 2);
  const left = beyond.map((hertz) =>
    rms(resampled(make(), tone(hertz, fromHz, TONE_SECONDS), fromHz)),
  );
  const candidate = make();
  return {
    fromHz,
    name: candidate.name,
    snrDb: Math.min(...[200, 440, 1000, 2000, 3000].map((hertz) => at(hertz).snrDb)),
    edgeSnrDb: edge.snrDb,
    edgeGainDb: edge.gainDb,
    aliasDb: left.length === 0 ? null : 20 * Math.log10(Math.max(...left) / (0.5 * Math.SQRT1_2)),
    cpuMsPerAudioSecond: cost(candidate, fromHz),
  };
}

const speex = await createSpeex();
const rows = FROM_HZ.flatMap((fromHz) =>
  QUALITIES.map((quality) => measure(fromHz, () => speexCandidate(speex, fromHz, quality))),
);
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(rows, null, 2));
} else {
  const shown = rows.map(({ fromHz, name, ...figures }) => [
    `${fromHz} → ${TO_HZ} Hz`,
    name,
    ...Object.values(figures).map((figure) => (figure === null ? '–' : figure.toFixed(3))),
  ]);
  const head = ['rates', 'quality', 'SNR dB', 'edge SNR dB', 'edge dB', 'alias dB', 'CPU ms/s'];
  for (const row of [head, ...shown]) console.log(row.map((cell) => cell.padEnd(18)).join(''));
}
