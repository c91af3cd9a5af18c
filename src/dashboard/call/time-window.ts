/** What a call's charts show: the last `spanMs` before `endMs`, or before now while it is null. */
export interface WindowChoice {
  /** 0: the whole call. */
  readonly spanMs: number;
  readonly endMs: number | null;
}

export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The lengths that are offered, in milliseconds; 0 is the whole call. */
export const WINDOW_SPANS_MS = [30_000, 60_000, 300_000, 0] as const;

/** A window never reaches before the call, so one shorter than its window fills it from the left. */
export function windowOf({ spanMs, endMs }: WindowChoice, durationMs: number): TimeWindow {
  if (spanMs === 0) return { fromMs: 0, toMs: Math.max(durationMs, 1000) };
  const toMs = Math.max(endMs ?? durationMs, spanMs);
  return { fromMs: toMs - spanMs, toMs };
}

/** The first and the one past the last point that overlap the window, of ascending ends. */
export function pointsWithin(
  endMs: readonly number[],
  { fromMs, toMs }: TimeWindow,
): readonly [number, number] {
  const first = firstAbove(endMs, fromMs);
  // One beyond on either side, so that lines reach the edges.
  return [Math.max(0, first - 1), Math.min(endMs.length, firstAbove(endMs, toMs) + 1)];
}

/** The point that covers a position; the nearest where none does, -1 where there is none. */
export function pointAt(endMs: readonly number[], positionMs: number): number {
  return Math.min(firstAbove(endMs, positionMs - 1e-6), endMs.length - 1);
}

function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
