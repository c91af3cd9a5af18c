/**
 * Makes media/sample-call/sample-call.wav: `npx tsx scripts/make-sample-call.ts`.
 * Needs the program espeak-ng on the PATH (Debian and Ubuntu: `apt install espeak-ng`).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mixDown, readAudioFile } from '../src/audio/audio-file.ts';
import { encodeAudio } from '../src/audio/encode.ts';
import { resampleTo } from '../src/audio/resample-file.ts';

const RATE_HZ = 8000;
const CHANNELS = 2;
const WAV_MULAW = 7;
const OUTPUT = fileURLToPath(new URL('../media/sample-call/sample-call.wav', import.meta.url));

const VOICES = { customer: 'en-us+f3', agent: 'en-gb+m3' } as const;

/** How a turn is said: espeak-ng's pitch (0–99), SSML pitch range, words a minute, loudness (0–200). */
interface Manner {
  readonly pitch: number;
  readonly range: 'low' | 'medium' | 'high' | 'x-high';
  readonly wordsPerMinute: number;
  readonly amplitude: number;
}

const MANNERS = {
  even: { pitch: 50, range: 'medium', wordsPerMinute: 165, amplitude: 70 },
  service: { pitch: 42, range: 'medium', wordsPerMinute: 160, amplitude: 75 },
  impatient: { pitch: 62, range: 'high', wordsPerMinute: 190, amplitude: 110 },
  angry: { pitch: 78, range: 'x-high', wordsPerMinute: 215, amplitude: 170 },
  soothing: { pitch: 34, range: 'low', wordsPerMinute: 140, amplitude: 60 },
  surprised: { pitch: 85, range: 'x-high', wordsPerMinute: 160, amplitude: 115 },
  relieved: { pitch: 58, range: 'high', wordsPerMinute: 150, amplitude: 75 },
} as const satisfies Record<string, Manner>;

interface Turn {
  readonly speaker: keyof typeof VOICES;
  readonly manner: keyof typeof MANNERS;
  readonly text: string;
  /** Pause before it. */
  readonly pauseMs: number;
}

const TURNS: readonly Turn[] = [
  {
    speaker: 'agent',
    manner: 'service',
    text: 'Good morning, northwind internet, this is Peter. How can I help?',
    pauseMs: 600,
  },
  {
    speaker: 'customer',
    manner: 'even',
    text: 'Good morning. My connection has been down since Monday, and I would like it back.',
    pauseMs: 500,
  },
  {
    speaker: 'agent',
    manner: 'service',
    text: 'I am sorry to hear that. Could you give me your order number, please?',
    pauseMs: 600,
  },
  {
    speaker: 'customer',
    manner: 'impatient',
    text: 'I have given that number three times already, to three different people. Nobody writes it down.',
    pauseMs: 700,
  },
  {
    speaker: 'agent',
    manner: 'soothing',
    text: 'I understand. One moment, I am looking for your contract.',
    pauseMs: 500,
  },
  {
    speaker: 'customer',
    manner: 'angry',
    text: 'One moment! That is what everybody tells me! I have waited for a whole week, and I am paying for nothing! This is not acceptable!',
    pauseMs: 400,
  },
  {
    speaker: 'agent',
    manner: 'soothing',
    text: 'You are right, and I apologise. I am restarting your line. Is the light green?',
    pauseMs: 900,
  },
  { speaker: 'customer', manner: 'surprised', text: 'Oh! Yes! It is back!', pauseMs: 1500 },
  {
    speaker: 'agent',
    manner: 'service',
    text: 'Wonderful. I have also taken this week off your bill.',
    pauseMs: 500,
  },
  {
    speaker: 'customer',
    manner: 'relieved',
    text: 'Thank you so much, Peter. That is a weight off my mind. Have a lovely day.',
    pauseMs: 600,
  },
  { speaker: 'agent', manner: 'service', text: 'You too. Goodbye.', pauseMs: 400 },
];

const END_SILENCE_MS = 600;

function samplesIn(durationMs: number): number {
  return Math.round((durationMs * RATE_HZ) / 1000);
}

async function speak(turn: Turn, folder: string): Promise<Float32Array> {
  const path = join(folder, 'turn.wav');
  const { pitch, range, wordsPerMinute, amplitude } = MANNERS[turn.manner];
  const options = { v: VOICES[turn.speaker], p: pitch, s: wordsPerMinute, a: amplitude };
  const flags = Object.entries(options).flatMap(([flag, value]) => [`-${flag}`, String(value)]);
  const ssml = `<speak><prosody range="${range}">${turn.text}</prosody></speak>`;
  execFileSync('espeak-ng', [...flags, '-m', '-w', path, ssml]);
  const file = await readAudioFile(path);
  return resampleTo(mixDown(file), file.sampleRateHz, RATE_HZ);
}

/** Left is the customer, right the agent; while one speaks the other is silent. */
function layOut(spoken: readonly Float32Array[]): { left: Float32Array; right: Float32Array } {
  let length = samplesIn(END_SILENCE_MS);
  TURNS.forEach((turn, i) => {
    length += samplesIn(turn.pauseMs) + spoken[i]!.length;
  });
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  let at = 0;
  TURNS.forEach((turn, i) => {
    at += samplesIn(turn.pauseMs);
    (turn.speaker === 'customer' ? left : right).set(spoken[i]!, at);
    at += spoken[i]!.length;
  });
  return { left, right };
}

/** RIFF/WAVE, mu-law: an 18-byte format chunk, the sample count in a `fact` chunk, then the data. */
function mulawWav(left: Float32Array, right: Float32Array): Uint8Array {
  const channels = [encodeAudio(left, 'mulaw'), encodeAudio(right, 'mulaw')] as const;
  const dataBytes = left.length * CHANNELS;
  const file = Buffer.alloc(58 + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(50 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(18, 16);
  file.writeUInt16LE(WAV_MULAW, 20);
  file.writeUInt16LE(CHANNELS, 22);
  file.writeUInt32LE(RATE_HZ, 24);
  file.writeUInt32LE(RATE_HZ * CHANNELS, 28);
  file.writeUInt16LE(CHANNELS, 32);
  file.writeUInt16LE(8, 34);
  file.write('fact', 38, 'latin1');
  file.writeUInt32LE(4, 42);
  file.writeUInt32LE(left.length, 46);
  file.write('data', 50, 'latin1');
  file.writeUInt32LE(dataBytes, 54);
  for (let i = 0; i < left.length; i++) {
    file[58 + 2 * i] = channels[0][i]!;
    file[59 + 2 * i] = channels[1][i]!;
  }
  return file;
}

const folder = mkdtempSync(join(tmpdir(), 'sample-call-'));
try {
  const spoken: Float32Array[] = [];
  for (const turn of TURNS) spoken.push(await speak(turn, folder));
  const { left, right } = layOut(spoken);
  const bytes = mulawWav(left, right);
  writeFileSync(OUTPUT, bytes);
  console.log(`${OUTPUT}: ${(left.length / RATE_HZ).toFixed(1)} s, ${bytes.length} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
