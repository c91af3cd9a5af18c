/**
 * What else one would run, on the same recording, in one process, on one thread of the engine:
 * CPU milliseconds for one second of one leg's audio. `npx tsx bench/side-by-side.ts [recording]`;
 * bench/README.md says what each line is.
 */
import { join } from 'node:path';
import { describeSpeech } from '../src/baselines/functionals.ts';
import { withSvm } from '../src/baselines/support-vector-machine.ts';
import { rounded } from '../src/cli/bench/distribution.ts';
import { measuredCommit, thisMachine } from '../src/cli/bench/machine.ts';
import { readVoices } from '../src/cli/bench/voices.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { PACKAGE_ROOT } from '../src/package-root.ts';
import { loadEngine } from '../src/pipeline/engines/load-engine.ts';
import { FEATURE_COUNT } from '../src/pipeline/features/layout.ts';
import { FrontEnd } from '../src/pipeline/front-end.ts';
import { loadModelFolder } from '../src/pipeline/model-folder.ts';
import { initialState } from '../src/pipeline/network/shape.ts';
import { findModelFolder, loadAnalyser } from '../src/tonewire.ts';

const FORMAT = { encoding: 'mulaw', sampleRateHz: 8000 } as const;
const WINDOW_BYTES = 3 * 8000;
const STRIDE_BYTES = 0.5 * 8000;
const CHUNK_BYTES = 160;
/** Legs that share steps: what a busy core serves. */
const LEGS = 100;
const TRAINING_ROWS = 500;

const path = process.argv[2] ?? join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');
const [voice] = await readVoices([path]);
const audio = Buffer.concat(voice!.payloads.map((payload) => Buffer.from(payload, 'base64')));
const audioSeconds = audio.length / FORMAT.sampleRateHz;

/** Runs it once to warm up, then measures all threads of the process. */
async function cpuMsPerSecond(seconds: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  const before = process.cpuUsage();
  await run();
  return msPerSecond(before, seconds);
}

function msPerSecond(before: NodeJS.CpuUsage, seconds: number): number {
  const { user, system } = process.cpuUsage(before);
  return rounded((user + system) / 1000 / seconds, 3);
}

function* windows(): Iterable<Buffer> {
  for (let end = WINDOW_BYTES; end <= audio.length; end += STRIDE_BYTES) {
    yield audio.subarray(end - WINDOW_BYTES, end);
  }
}

/** What the speech gate lets through of the bytes: in the others' favour, who usually have no gate. */
function framesOf(bytes: Buffer): Float32Array {
  const speech: Float32Array[] = [];
  const frontEnd = new FrontEnd(FORMAT, ({ speechFrames, speechFrameCount }) => {
    speech.push(speechFrames.slice(0, speechFrameCount * FEATURE_COUNT));
  });
  frontEnd.push(bytes);
  frontEnd.close();
  const frames = new Float32Array(speech.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of speech) {
    frames.set(part, at);
    at += part.length;
  }
  return frames;
}

const model = await loadModelFolder(findModelFolder(loadConfig().analysis.model));
const { shape, stepFrames } = model.manifest;
const engine = await loadEngine('onnxruntime', model, { threads: 1 });

/** The whole window through the same network, from a fresh state. */
async function slidingWindow(): Promise<void> {
  for (const window of windows()) {
    const frames = framesOf(window);
    let state: Float32Array = initialState(shape);
    const rowLength = stepFrames * FEATURE_COUNT;
    for (let at = 0; at + rowLength <= frames.length; at += rowLength) {
      const step = frames.slice(at, at + rowLength);
      const output = await engine.step({
        batchSize: 1,
        frameCount: stepFrames,
        frames: step,
        state,
      });
      state = output.state.slice();
    }
  }
}

/** Statistics over the window, and a support vector machine with a linear kernel over them. */
function functionals(decide: (row: Float64Array) => number, rows: readonly Float64Array[]) {
  for (const window of windows()) {
    const frames = framesOf(window);
    if (frames.length === 0) continue;
    const described = describeSpeech(frames);
    decide(Float64Array.from(rows, (row) => dot(row, described)));
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** So many legs through the pipeline, 20 ms of each in turn, as they arrive. */
async function pipeline(legs: number, flags: Record<string, unknown>): Promise<number> {
  const analyser = await loadAnalyser(loadConfig({ flags }));
  const cost = await cpuMsPerSecond(audioSeconds * legs, async () => {
    const open = Array.from({ length: legs }, () => analyser.openLeg(FORMAT, () => undefined));
    for (let at = 0; at + CHUNK_BYTES <= audio.length; at += CHUNK_BYTES) {
      for (const leg of open) leg.push(audio.subarray(at, at + CHUNK_BYTES));
      if (open.some((leg) => leg.pendingMs > 0)) {
        await Promise.all(open.map((leg) => leg.drained()));
      }
    }
    await Promise.all(open.map((leg) => leg.end()));
  });
  await analyser.close();
  return cost;
}

const described = describeSpeech(framesOf(audio));
const rows = Array.from({ length: TRAINING_ROWS }, (_, i) =>
  described.map((value, j) => value * (1 + Math.sin(i * 7 + j) / 4)),
);
const problem = {
  kernel: rows.map((row) => Float64Array.from(rows, (other) => dot(row, other))),
  classes: rows.map((_, i) => i % 6),
};
const cpuMsPerAudioSecond = {
  slidingWindow: await cpuMsPerSecond(audioSeconds, slidingWindow),
  functionalsSvm: await withSvm(problem, 1, (decide) => {
    functionals(decide, rows);
    const before = process.cpuUsage();
    functionals(decide, rows);
    return msPerSecond(before, audioSeconds);
  }),
  oneLegNoBatching: await pipeline(1, { 'analysis.gatherMs': 0, 'analysis.maxBatchLegs': 1 }),
  legsNoBatching: await pipeline(LEGS, { 'analysis.gatherMs': 0, 'analysis.maxBatchLegs': 1 }),
  tonewire: await pipeline(LEGS, {}),
};
await engine.close();
const { tonewire, ...others } = cpuMsPerAudioSecond;
const timesTonewire = Object.fromEntries(
  Object.entries(others).map(([name, cost]) => [name, rounded(cost / tonewire, 1)]),
);
const report = {
  cpuMsPerAudioSecond,
  timesTonewire,
  legs: LEGS,
  audioSeconds: rounded(audioSeconds, 1),
  speechShare: rounded(voice!.speaking.filter(Boolean).length / voice!.speaking.length, 3),
  model: model.manifest.id,
  machine: thisMachine(),
  commit: measuredCommit(),
};
console.log(JSON.stringify(report, null, 2));
