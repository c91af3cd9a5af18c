import { fourDecimals, twoDecimals } from '../pipeline/decimals.ts';
import type {
  Change,
  Gap,
  LegDetail,
  LegReading,
  LiveLeg,
  Segment,
  Timeline,
} from '../protocol/desk.ts';
import type { AnyEvent, EventData } from '../protocol/events.ts';
import { EMOTIONS, type Emotion, type Leg } from '../protocol/labels.ts';
import { BoundedList } from './bounded-list.ts';
import { COLUMNS, ReadingTable } from './reading-table.ts';
import { sparkline } from './sparkline.ts';
import { StretchTable } from './stretch-table.ts';

/** How much is kept of each call. */
export interface RecordBounds {
  /** Readings of a leg. */
  readonly timelineRows: number;
  /** Segments, gaps, changes, alerts, suggestions and notes, of each. */
  readonly maxEntries: number;
}

/** A reading rests on two steps of 256 ms when it comes every 512 ms. */
const STRETCHES_PER_READING = 2;

type LegNotice = EventData<'call.started'>['legs'][number];
type LegSummary = EventData<'call.ended'>['legs'][number];

/** What is known of one leg of a call so far, in bounded room. */
export class LegRecord {
  readonly leg: Leg;
  readonly readings: ReadingTable;
  readonly #notice: LegNotice;
  readonly #stretches: StretchTable;
  readonly #segments: BoundedList<Segment>;
  readonly #gaps: BoundedList<Gap>;
  readonly #changes: BoundedList<Change>;
  #newest: EventData<'emotion.updated'> | undefined;
  #sinceMs = 0;
  #totals: LegDetail['totals'] = null;

  constructor(notice: LegNotice, { timelineRows, maxEntries }: RecordBounds) {
    this.leg = notice.leg;
    this.#notice = notice;
    this.readings = new ReadingTable(timelineRows);
    this.#stretches = new StretchTable(timelineRows * STRETCHES_PER_READING);
    this.#segments = new BoundedList(maxEntries);
    this.#gaps = new BoundedList(maxEntries);
    this.#changes = new BoundedList(maxEntries);
  }

  /** Position of the newest reading, in milliseconds. */
  get positionMs(): number {
    return this.#newest?.span.endMs ?? 0;
  }

  /** Readings merged into a neighbour's row, and everything else that had to go. */
  get lost(): { readonly merged: number; readonly dropped: number } {
    const lists = [this.#stretches, this.#segments, this.#gaps, this.#changes];
    const dropped = lists.reduce((sum, list) => sum + list.dropped, 0);
    return { merged: this.readings.merged, dropped };
  }

  get byteLength(): number {
    return this.readings.byteLength + this.#stretches.byteLength;
  }

  hear(event: AnyEvent): void {
    switch (event.type) {
      case 'emotion.updated':
        this.#update(event.data);
        break;
      case 'emotion.changed': {
        const { atMs, from, to, confidence } = event.data;
        this.#changes.add({ atMs, from, to, confidence });
        break;
      }
      case 'segment.ended': {
        const { span, label, confidence, arousal, valence } = event.data;
        this.#segments.add({ span, label, confidence, arousal, valence });
        break;
      }
      case 'audio.gap':
        this.#gaps.add({ span: event.data.span, cause: event.data.cause });
        break;
    }
  }

  end({ leg: _, analysed: __, ...totals }: LegSummary): void {
    this.#totals = totals;
  }

  reading(): LegReading | null {
    if (this.#newest === undefined) return null;
    const { span, speaking, speechMs, label, confidence, arousal, valence } = this.#newest;
    const atMs = span.endMs;
    return {
      atMs,
      speaking,
      speechMs,
      label,
      confidence,
      sinceMs: this.#sinceMs,
      arousal,
      valence,
    };
  }

  toLive(): LiveLeg {
    return { ...this.#notice, reading: this.reading(), sparkline: sparkline(this.readings) };
  }

  toOutline(): Pick<LegDetail, 'leg' | 'analysed' | 'reason' | 'totals'> {
    return { ...this.#notice, totals: this.#totals };
  }

  toDetail(): LegDetail {
    return {
      ...this.toOutline(),
      timeline: timelineOf(this.readings),
      stretches: this.#stretches.toJson(),
      segments: [...this.#segments.items],
      gaps: [...this.#gaps.items],
      changes: [...this.#changes.items],
    };
  }

  #update(update: EventData<'emotion.updated'>): void {
    if (update.label !== this.#newest?.label) this.#sinceMs = update.span.endMs;
    this.#newest = update;
    this.readings.add(update);
    this.#stretches.add(update);
  }
}

function timelineOf(readings: ReadingTable): Timeline {
  const rows = Array.from({ length: readings.length }, (_, row) => row);
  const column = (index: number, round: (value: number) => number) =>
    rows.map((row) => round(readings.at(row, index)));
  const pitch = rows.map((row) => readings.at(row, COLUMNS.pitchHz));
  const probabilities = EMOTIONS.map((emotion, index): [Emotion, number[]] => [
    emotion,
    column(COLUMNS.probabilities + index, fourDecimals),
  ]);
  return {
    startMs: column(COLUMNS.startMs, twoDecimals),
    endMs: column(COLUMNS.endMs, twoDecimals),
    speaking: rows.map((row) => readings.at(row, COLUMNS.speaking) > 0),
    label: rows.map((row) => readings.label(row)),
    confidence: column(COLUMNS.confidence, fourDecimals),
    arousal: column(COLUMNS.arousal, fourDecimals),
    valence: column(COLUMNS.valence, fourDecimals),
    pitchHz: pitch.map((hz) => (Number.isNaN(hz) ? null : twoDecimals(hz))),
    intensityDb: column(COLUMNS.intensityDb, twoDecimals),
    speechRateHz: column(COLUMNS.speechRateHz, twoDecimals),
    probabilities: Object.fromEntries(probabilities) as Timeline['probabilities'],
  };
}
