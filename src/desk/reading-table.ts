import type { EventData } from '../protocol/events.ts';
import { EMOTIONS, type Label, UNDECIDED } from '../protocol/labels.ts';
import { grownRows } from './grown-rows.ts';

type Update = EventData<'emotion.updated'>;

/** Every label, in the order of its number in a row. */
export const LABELS: readonly Label[] = [...EMOTIONS, ...UNDECIDED];

const NUMBER_OF_LABEL = new Map(LABELS.map((label, index) => [label, index]));

/** Where each measurement lies in a row of numbers. */
export const COLUMNS = {
  startMs: 0,
  endMs: 1,
  speaking: 2,
  label: 3,
  confidence: 4,
  arousal: 5,
  valence: 6,
  /** NaN where no frame was voiced. */
  pitchHz: 7,
  intensityDb: 8,
  speechRateHz: 9,
  /** The first of eight, in the order of EMOTIONS. */
  probabilities: 10,
} as const;

export const ROW_WIDTH = COLUMNS.probabilities + EMOTIONS.length;

/** Columns that are means over what was merged into a row; the others say where, who and what. */
const FIRST_MEAN = COLUMNS.arousal;

/**
 * The readings of one leg over time, one row of numbers an update. The table grows in steps up to
 * `maxRows`; when it is full, neighbours are merged two by two and every row from then on covers
 * twice as many updates, so that a long call keeps its whole shape in the same room.
 */
export class ReadingTable {
  readonly #maxRows: number;
  #rows = new Float32Array(0);
  #capacity = 0;
  #count = 0;
  #updatesPerRow = 1;
  #updatesInLast = 0;
  #merged = 0;

  constructor(maxRows: number) {
    // Even, so that none is left over when they are merged two by two.
    this.#maxRows = maxRows - (maxRows % 2);
  }

  /** Rows in use. */
  get length(): number {
    return this.#count;
  }

  /** Updates that one row stands for; a power of two. */
  get updatesPerRow(): number {
    return this.#updatesPerRow;
  }

  /** Updates that have no row of their own any more. */
  get merged(): number {
    return this.#merged;
  }

  /** Memory in use, in bytes. */
  get byteLength(): number {
    return this.#rows.byteLength;
  }

  /** One number of one row; rows are counted from the oldest. */
  at(row: number, column: number): number {
    return this.#rows[row * ROW_WIDTH + column]!;
  }

  label(row: number): Label {
    return LABELS[this.at(row, COLUMNS.label)]!;
  }

  add(update: Update): void {
    if (this.#count > 0 && this.#updatesInLast < this.#updatesPerRow) {
      this.#mergeIntoLast(update);
      return;
    }
    if (this.#count === this.#maxRows) this.#halve();
    if (this.#count === this.#capacity) this.#grow();
    this.#write(this.#count * ROW_WIDTH, update);
    this.#count += 1;
    this.#updatesInLast = 1;
  }

  /** The first row that ends at `positionMs` or later; `length` when there is none. */
  rowAt(positionMs: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle, COLUMNS.endMs) < positionMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    this.#capacity = grownRows(this.#capacity, this.#maxRows);
    // One more, in which an update that is to be merged is written first.
    const larger = new Float32Array((this.#capacity + 1) * ROW_WIDTH);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  #write(at: number, update: Update): void {
    const rows = this.#rows;
    const { span, prosody, probabilities } = update;
    rows[at + COLUMNS.startMs] = span.startMs;
    rows[at + COLUMNS.endMs] = span.endMs;
    rows[at + COLUMNS.speaking] = update.speaking ? 1 : 0;
    rows[at + COLUMNS.label] = NUMBER_OF_LABEL.get(update.label)!;
    rows[at + COLUMNS.confidence] = update.confidence;
    rows[at + COLUMNS.arousal] = update.arousal;
    rows[at + COLUMNS.valence] = update.valence;
    rows[at + COLUMNS.pitchHz] = prosody.pitchHz ?? Number.NaN;
    rows[at + COLUMNS.intensityDb] = prosody.intensityDb;
    rows[at + COLUMNS.speechRateHz] = prosody.speechRateHz;
    for (let i = 0; i < EMOTIONS.length; i += 1) {
      rows[at + COLUMNS.probabilities + i] = probabilities[EMOTIONS[i]!];
    }
  }

  #mergeIntoLast(update: Update): void {
    const last = (this.#count - 1) * ROW_WIDTH;
    const spare = this.#count * ROW_WIDTH;
    this.#write(spare, update);
    this.#join(last, last, spare, 1 / (this.#updatesInLast + 1));
    this.#updatesInLast += 1;
    this.#merged += 1;
  }

  #halve(): void {
    for (let row = 0; row < this.#count; row += 2) {
      const from = row * ROW_WIDTH;
      this.#join(from / 2, from, from + ROW_WIDTH, 0.5);
    }
    this.#merged += this.#count / 2;
    this.#count /= 2;
    this.#updatesPerRow *= 2;
    this.#updatesInLast = this.#updatesPerRow;
  }

  /** Writes the mean of an earlier and a later row, `share` being the later one's; keeps the label that was surer. */
  #join(to: number, earlier: number, later: number, share: number): void {
    const rows = this.#rows;
    const surer =
      rows[later + COLUMNS.confidence]! > rows[earlier + COLUMNS.confidence]! ? later : earlier;
    const label = rows[surer + COLUMNS.label]!;
    const confidence = rows[surer + COLUMNS.confidence]!;
    const startMs = rows[earlier + COLUMNS.startMs]!;
    const endMs = rows[later + COLUMNS.endMs]!;
    const speaking = Math.max(rows[earlier + COLUMNS.speaking]!, rows[later + COLUMNS.speaking]!);
    for (let column = FIRST_MEAN; column < ROW_WIDTH; column += 1) {
      const one = rows[earlier + column]!;
      const other = rows[later + column]!;
      rows[to + column] = meanOf(one, other, share);
    }
    rows[to + COLUMNS.startMs] = startMs;
    rows[to + COLUMNS.endMs] = endMs;
    rows[to + COLUMNS.speaking] = speaking;
    rows[to + COLUMNS.label] = label;
    rows[to + COLUMNS.confidence] = confidence;
  }
}

/** A pitch that was not heard does not pull the mean down. */
function meanOf(one: number, other: number, share: number): number {
  if (Number.isNaN(one)) return other;
  return Number.isNaN(other) ? one : one + (other - one) * share;
}
