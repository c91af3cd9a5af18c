import { BenchProcess } from '../bench-process.ts';
import { rounded } from '../distribution.ts';
import type { LoadConnected, LoadPlan, LoadQuestion, LoadReport, Voice } from './load-messages.ts';

/** What the callers' side makes of it, all processes together. */
export interface LoadResult {
  readonly audioSeconds: number;
  readonly legsHeld: number;
  readonly latenciesMs: Float64Array;
  readonly firstEmotionsMs: Float64Array;
  readonly drops: { readonly events: number; readonly audioMs: number };
  /** Events that one subscriber received. */
  readonly events: number;
  readonly generator: GeneratorReport;
}

/** Whether the callers kept time: where they did not, they were measured, not the gateway. */
export interface GeneratorReport {
  readonly processes: number;
  /** CPU time of the busiest over the time that passed: 1 is one core. */
  readonly cpuShare: number;
  /** How late messages went out, in the worst process. */
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly bottleneck: boolean;
}

/** A generator that is later or busier than this is the bottleneck. */
const LATE_MS = 20;
const BUSY = 0.9;

/** N callers and M subscribers, spread over processes of their own. */
export class Load {
  readonly #parts: readonly BenchProcess[];

  constructor(plan: LoadPlan, processes: number) {
    this.#parts = Array.from(
      { length: processes },
      (_, part) =>
        new BenchProcess({
          program: 'load/load-process',
          argument: { ...plan, part, parts: processes },
        }),
    );
  }

  async connect(voices: readonly Voice[]): Promise<LoadConnected> {
    const parts = await this.#ask<LoadConnected>({ type: 'connect', voices });
    const refused: Record<string, number> = {};
    for (const part of parts) {
      for (const [code, count] of Object.entries(part.refused)) {
        refused[code] = (refused[code] ?? 0) + count;
      }
    }
    return { connected: sum(parts.map(({ connected }) => connected)), refused };
  }

  async speak(): Promise<void> {
    await this.#ask({ type: 'speak' });
  }

  async measure(): Promise<void> {
    await this.#ask({ type: 'measure' });
  }

  async report(): Promise<LoadResult> {
    const parts = await this.#ask<LoadReport>({ type: 'report' });
    return {
      audioSeconds: sum(parts.map(({ audioMs }) => audioMs)) / 1000,
      legsHeld: sum(parts.map(({ legsHeld }) => legsHeld)),
      latenciesMs: joined(parts.map(({ latenciesMs }) => latenciesMs)),
      firstEmotionsMs: joined(parts.map(({ firstEmotionsMs }) => firstEmotionsMs)),
      drops: {
        events: sum(parts.map(({ dropEvents }) => dropEvents)),
        audioMs: Math.round(sum(parts.map(({ droppedMs }) => droppedMs))),
      },
      events: Math.max(...parts.map(({ events }) => events)),
      generator: generatorReport(parts),
    };
  }

  /** Ends every call. */
  async stop(): Promise<void> {
    await this.#ask({ type: 'stop' });
    await this.close();
  }

  /** Lets the processes go, whatever their calls do. */
  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }

  #ask<T>(question: LoadQuestion): Promise<T[]> {
    return Promise.all(this.#parts.map((part) => part.ask<T>(question)));
  }
}

function generatorReport(parts: readonly LoadReport[]): GeneratorReport {
  const worst = (of: (part: LoadReport) => number) => Math.max(...parts.map(of));
  const cpuShare = worst((part) => part.cpuShare);
  const p99 = worst(({ lateMs }) => lateMs.p99);
  return {
    processes: parts.length,
    cpuShare: rounded(cpuShare, 3),
    lateMs: {
      p50: rounded(
        worst(({ lateMs }) => lateMs.p50),
        2,
      ),
      p99: rounded(p99, 2),
      max: rounded(
        worst(({ lateMs }) => lateMs.max),
        2,
      ),
    },
    bottleneck: cpuShare > BUSY || p99 > LATE_MS,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(sum(parts.map(({ length }) => length)));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
