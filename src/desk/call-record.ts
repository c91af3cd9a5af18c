import type {
  Acknowledgement,
  Alert,
  CallDetail,
  CallSummary,
  LiveCall,
  Note,
  Suggestion,
} from '../protocol/desk.ts';
import { DESK_BOUNDS } from '../protocol/desk-endpoints.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent, TonewireEvent } from '../protocol/events.ts';
import type { Leg } from '../protocol/labels.ts';
import { BoundedList } from './bounded-list.ts';
import { LegRecord, type RecordBounds } from './leg-record.ts';
import { Suggester, type SuggestionRule } from './suggester.ts';

export interface CallRecordOptions {
  readonly bounds: RecordBounds;
  readonly rules: readonly SuggestionRule[];
  readonly caller: string | null;
}

/** A call without what its legs were heard to say. */
export type CallOutline = Omit<CallDetail, 'legs'> & Pick<CallSummary, 'legs'>;

/** How a call ended. */
export interface CallEnd {
  readonly endedAt: string;
  readonly reason: string;
  readonly durationMs: number;
}

/** What is known of one call so far, in bounded room. */
export class CallRecord {
  readonly callId: string;
  readonly caller: string | null;
  readonly legs: ReadonlyMap<Leg, LegRecord>;
  readonly #started: TonewireEvent<'call.started'>;
  readonly #alerts: BoundedList<Alert>;
  readonly #suggestions: BoundedList<Suggestion>;
  readonly #notes: BoundedList<Note>;
  readonly #suggester: Suggester;
  #sequence: number;
  #end: CallEnd | undefined;

  constructor(started: TonewireEvent<'call.started'>, options: CallRecordOptions) {
    const { bounds, rules, caller } = options;
    this.callId = started.data.callId;
    this.caller = caller;
    this.#started = started;
    this.#sequence = started.sequence;
    this.legs = new Map(started.data.legs.map((leg) => [leg.leg, new LegRecord(leg, bounds)]));
    this.#alerts = new BoundedList(bounds.maxEntries);
    this.#suggestions = new BoundedList(bounds.maxEntries);
    this.#notes = new BoundedList(bounds.maxEntries);
    this.#suggester = new Suggester(rules);
  }

  get alerts(): readonly Alert[] {
    return this.#alerts.items;
  }

  get suggestions(): readonly Suggestion[] {
    return this.#suggestions.items;
  }

  get notes(): readonly Note[] {
    return this.#notes.items;
  }

  get end(): CallEnd | undefined {
    return this.#end;
  }

  /** What had to be merged or let go of, over all legs and lists. */
  get lost(): { readonly merged: number; readonly dropped: number } {
    let merged = 0;
    let dropped = this.#alerts.dropped + this.#suggestions.dropped;
    for (const leg of this.legs.values()) {
      const lost = leg.lost;
      merged += lost.merged;
      dropped += lost.dropped;
    }
    return { merged, dropped };
  }

  /** Takes the next event of the call; `onSuggestion` hears what the rules make of it. */
  hear(event: AnyEvent, onSuggestion: (suggestion: Suggestion) => void): void {
    this.#sequence = event.sequence;
    if (event.type === 'call.started') return;
    if (event.type === 'call.ended') {
      this.#finish(event);
      return;
    }
    this.legs.get(event.data.leg)?.hear(event);
    if (event.type === 'alert.raised') this.#alerts.add(alertOf(event));
    for (const suggestion of this.#suggester.hear(event)) {
      this.#suggestions.add(suggestion);
      onSuggestion(suggestion);
    }
  }

  /** Returns the first acknowledgement when there is one already. Throws TW_NOT_FOUND. */
  acknowledge(alertId: string, acknowledgement: Acknowledgement): Acknowledgement {
    const alert = this.#alerts.items.find((candidate) => candidate.alertId === alertId);
    if (alert === undefined) throw new TonewireError('TW_NOT_FOUND', 'The call has no such alert.');
    alert.acknowledgement ??= acknowledgement;
    return alert.acknowledgement;
  }

  /** Throws TW_RATE_LIMITED: a note that somebody wrote is never let go of for a newer one. */
  addNote(note: Note): void {
    if (this.#notes.full) {
      throw new TonewireError('TW_RATE_LIMITED', 'The call has as many notes as desk.maxEntries.');
    }
    this.#notes.add(note);
  }

  toLive(): LiveCall {
    return {
      ...this.#facts(),
      legs: [...this.legs.values()].map((leg) => leg.toLive()),
      alerts: this.#alerts.items.slice(-DESK_BOUNDS.maxAlertsPerLiveCall),
    };
  }

  toDetail(at: string): CallDetail {
    const legs = [...this.legs.values()].map((leg) => leg.toDetail());
    return { ...this.toOutline(at), legs };
  }

  /** Everything but the legs' timelines and lists, which take their time. */
  toOutline(at: string): CallOutline {
    const { endedAt = null, reason = null, durationMs = this.#durationMs } = this.#end ?? {};
    return {
      ...this.#facts(),
      state: this.#end === undefined ? 'live' : 'finished',
      at,
      endedAt,
      reason,
      durationMs,
      model: this.#started.data.model,
      sequence: this.#sequence,
      legs: [...this.legs.values()].map((leg) => leg.toOutline()),
      alerts: [...this.#alerts.items],
      suggestions: [...this.#suggestions.items],
      notes: [...this.#notes.items],
    };
  }

  get #durationMs(): number {
    return Math.max(0, ...[...this.legs.values()].map((leg) => leg.positionMs));
  }

  #facts() {
    const { source, consent, metadata } = this.#started.data;
    const { callId, caller } = this;
    return { callId, caller, source, startedAt: this.#started.time, consent, metadata };
  }

  #finish({ time, data }: TonewireEvent<'call.ended'>): void {
    this.#end = { endedAt: time, reason: data.reason, durationMs: data.durationMs };
    for (const summary of data.legs) this.legs.get(summary.leg)?.end(summary);
  }
}

function alertOf({ id, time, data }: TonewireEvent<'alert.raised'>): Alert {
  const { leg, atMs, rule, text, emotion, probability, heldMs } = data;
  const what = { leg, atMs, rule, text, emotion, probability, heldMs };
  return { alertId: id, raisedAt: time, ...what, acknowledgement: null };
}
