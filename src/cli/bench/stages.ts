import type { Profiler } from 'node:inspector';
import { pathToFileURL } from 'node:url';
import { PACKAGE_ROOT } from '../../package-root.ts';

/** CPU milliseconds that one second of one leg's audio costs in each stage, in the loaded gateway. */
export interface StageCosts {
  /** WebSocket frames, the source's messages, base64, limits, the session's bookkeeping. */
  readonly ingest: number;
  readonly decode: number;
  readonly resample: number;
  readonly features: number;
  readonly gate: number;
  /** The engine's thread, and gathering its batches. */
  readonly model: number;
  /** Calibration, attention and contribution traces, smoothing, totals, alerts. */
  readonly smoothing: number;
  /** Envelopes and the bus. */
  readonly events: number;
  /** Adapters: the feed with its JSON and its sockets, webhooks. */
  readonly delivery: number;
  /** Garbage collection, and the helper threads of the virtual machine. */
  readonly gc: number;
  /** Native code outside any JavaScript: polling and reading sockets, timers. */
  readonly native: number;
  /** Everything else. */
  readonly rest: number;
}

export type Stage = keyof StageCosts;

const PACKAGE_URL = pathToFileURL(PACKAGE_ROOT).href;

/** The first pattern that a function's file matches names its stage. */
const STAGE_OF_FILE: readonly (readonly [RegExp, Stage])[] = [
  [/\/pipeline\/decode\./, 'decode'],
  [/\/pipeline\/resampling\//, 'resample'],
  [/\/pipeline\/(features\/|front-end\.|leg\.|prosody-summary\.)/, 'features'],
  [/\/pipeline\/speech-gate\./, 'gate'],
  [/\/pipeline\/(engines\/|scheduler)/, 'model'],
  [/\/pipeline\//, 'smoothing'],
  [/\/(adapters\/event-bus\.|gateway\/session-events\.)/, 'events'],
  [/\/(adapters\/|gateway\/feed-|ws\/lib\/sender\.)/, 'delivery'],
  [/\/(gateway\/|ws\/lib\/)/, 'ingest'],
];

/** Functions by which Node itself begins: a socket has read, a socket has written. */
const STAGE_OF_CALLBACK: ReadonlyMap<string, Stage> = new Map([
  ['onStreamRead', 'ingest'],
  ['onWriteComplete', 'delivery'],
]);

/** Functions of the virtual machine, which stand at the root of a profile. */
const STAGE_OF_ROOT: ReadonlyMap<string, Stage> = new Map([
  ['(garbage collector)', 'gc'],
  ['(program)', 'native'],
]);

/**
 * Time of each stage in a profile, in shares of the time that was not idle. A function without a
 * stage of its own, such as one of Node's, counts for whoever called it.
 */
export function stageShares(profile: Profiler.Profile): Record<Stage, number> {
  const shares = emptyStages();
  const times = selfTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  let busy = 0;
  const visit = (id: number, inherited: Stage): void => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === '(idle)') return;
    const stage = stageOf(node.callFrame) ?? inherited;
    const time = times.get(id) ?? 0;
    shares[stage] += time;
    busy += time;
    for (const child of node.children ?? []) visit(child, stage);
  };
  const [root] = profile.nodes;
  if (root) visit(root.id, 'rest');
  for (const stage of STAGES) shares[stage] /= busy || 1;
  return shares;
}

function emptyStages(): Record<Stage, number> {
  return {
    ingest: 0,
    decode: 0,
    resample: 0,
    features: 0,
    gate: 0,
    model: 0,
    smoothing: 0,
    events: 0,
    delivery: 0,
    gc: 0,
    native: 0,
    rest: 0,
  };
}

/** In the order of a chunk's life. */
export const STAGES = Object.keys(emptyStages()) as Stage[];

function stageOf({ functionName, url }: Profiler.Profile['nodes'][number]['callFrame']) {
  if (url === '') return STAGE_OF_ROOT.get(functionName);
  if (url.startsWith('node:')) return STAGE_OF_CALLBACK.get(functionName);
  // Where the package itself lies must not matter.
  const path = url.replace(PACKAGE_URL, '/');
  return STAGE_OF_FILE.find(([pattern]) => pattern.test(path))?.[1];
}

/** Microseconds in which a node was the innermost, by its id. */
function selfTimes({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const times = new Map<number, number>();
  samples.forEach((id, i) => {
    // A delta is the time before its sample: what lies between two belongs to the first of them.
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[i + 1] ?? 0));
  });
  return times;
}
