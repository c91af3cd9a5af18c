interface Bin {
  readonly index: number;
  count: number;
  sumAtMs: number;
  sum: number;
}

/** Fewer points than this are no trend. */
const MIN_TREND_BINS = 5;

/**
 * The newest values of one signal, as the means of bins of equal length: a bounded memory for
 * medians, which a single cough or shout does not move. Bins without a value take no place.
 */
export class BinnedSeries {
  readonly #binMs: number;
  readonly #maxBins: number;
  readonly #bins: Bin[] = [];

  constructor(binMs: number, maxBins: number) {
    this.#binMs = binMs;
    this.#maxBins = maxBins;
  }

  add(atMs: number, value: number): void {
    const index = Math.floor(atMs / this.#binMs);
    let bin = this.#bins.at(-1);
    if (bin?.index !== index) {
      bin = { index, count: 0, sumAtMs: 0, sum: 0 };
      this.#bins.push(bin);
      if (this.#bins.length > this.#maxBins) this.#bins.shift();
    }
    bin.count += 1;
    bin.sumAtMs += atMs;
    bin.sum += value;
  }

  /** Median of all bins but the newest, which what is happening now may fill; needs so many. */
  medianBefore(minBins: number): number | undefined {
    const before = this.#bins.slice(0, -1);
    if (before.length < minBins) return undefined;
    return median(Float64Array.from(before, ({ sum, count }) => sum / count));
  }

  /**
   * How much the signal changed over the last `overMs`: the median of the slopes between every two
   * bins of that time (Theil 1950, Sen, "Estimates of the regression coefficient based on
   * Kendall's tau", JASA 63, 1968), times `overMs`. More than a quarter of the values may be
   * outliers without moving it far. Undefined until five bins reach over half of the time.
   */
  change(overMs: number, nowMs: number): number | undefined {
    const points = this.#bins
      .map(({ sumAtMs, sum, count }) => ({ atMs: sumAtMs / count, value: sum / count }))
      .filter(({ atMs }) => atMs >= nowMs - overMs);
    const first = points[0];
    if (first === undefined || points.length < MIN_TREND_BINS) return undefined;
    if (nowMs - first.atMs < overMs / 2) return undefined;
    return median(slopes(points)) * overMs;
  }
}

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** Of the lines through every two points: plain loops, for it is done at every update. */
function slopes(points: readonly Point[]): Float64Array {
  const found = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < points.length; i++) {
    const one = points[i]!;
    for (let k = i + 1; k < points.length; k++) {
      const other = points[k]!;
      found[count++] = (other.value - one.value) / (other.atMs - one.atMs);
    }
  }
  return found;
}

function median(values: Float64Array): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}
