import { type CapacityOptions, type CapacityReport, measureCapacity } from './capacity.ts';
import { rounded } from './distribution.ts';

export const DEFAULT_RAMP = [10, 50, 100, 200, 300, 400, 500, 700, 1000];

/** Beyond this at p99 a load is not carried, even if nothing of it is lost. */
export const MAX_P99_MS = 150;

export interface RampReport {
  readonly loads: readonly CapacityReport[];
  /** The largest load that was carried: every leg held, p99 within bounds, callers on time. */
  readonly largestCarried: number;
  /** CPU time a leg at the largest load carried over that at the smallest. */
  readonly costGrowth: number | null;
}

/** Loads one gateway after the other with more and more legs, until one is not carried. */
export async function measureRamp(
  options: Omit<CapacityOptions, 'legs'>,
  legs: readonly number[],
): Promise<RampReport> {
  const loads: CapacityReport[] = [];
  for (const count of legs) {
    options.onPhase(`${count} legs`);
    const report = await measureCapacity({ ...options, legs: count });
    loads.push(report);
    if (!carried(report)) break;
  }
  const good = loads.filter(carried);
  const [first, last] = [good[0], good.at(-1)];
  return {
    loads,
    largestCarried: last?.legs ?? 0,
    costGrowth:
      first && last && first !== last
        ? rounded(last.cpuMsPerAudioSecond / first.cpuMsPerAudioSecond, 3)
        : null,
  };
}

/** Whether a load was carried, and measured: late callers measure themselves. */
export function carried({ legs, legsHeld, latencyMs, generator }: CapacityReport): boolean {
  const prompt = latencyMs !== null && latencyMs.p99 <= MAX_P99_MS;
  return legsHeld === legs && prompt && !generator.bottleneck;
}
