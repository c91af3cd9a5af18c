import { type Signal, signal } from '@preact/signals';
import type { CallDetail, DeskAction, DeskMessage, LegDetail } from '../../protocol/dashboard.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { AnyEvent, TonewireEvent } from '../../protocol/events.ts';
import { EMOTIONS, type Leg } from '../../protocol/labels.ts';
import { acknowledged, alertOf } from '../live/live-calls.ts';

const { maxListed, maxStretches, maxTimelinePoints } = DESK_BOUNDS;

/** One call as far as it is known: what the gateway told when asked, and what the feed brought since. */
export class CallRecord {
  readonly detail: CallDetail;
  /** Grows with every change: the lists in `detail` are long, and change in place. */
  readonly version: Signal<number> = signal(0);
  #sequence: number;

  constructor(detail: CallDetail) {
    this.detail = detail;
    this.#sequence = detail.sequence;
  }

  leg(name: Leg): LegDetail | undefined {
    return this.detail.legs.find(({ leg }) => leg === name);
  }

  take(message: DeskMessage): void {
    if (message.type !== 'desk.batch') return;
    const { callId } = this.detail;
    const events = message.events.filter(
      ({ data, sequence }) => data.callId === callId && sequence > this.#sequence,
    );
    const actions = message.actions.filter((action) => action.callId === callId);
    if (events.length === 0 && actions.length === 0) return;
    for (const event of events) this.#event(event);
    for (const action of actions) this.#action(action);
    this.version.value += 1;
  }

  #event(event: AnyEvent): void {
    this.#sequence = event.sequence;
    if (event.type === 'alert.raised') add(this.detail.alerts, alertOf(event), maxListed);
    else if (event.type === 'call.ended') this.#end(event);
    else if (event.type !== 'call.started') this.#legEvent(event);
  }

  #legEvent(event: Exclude<AnyEvent, { type: 'alert.raised' | 'call.started' | 'call.ended' }>) {
    const leg = this.leg(event.data.leg);
    if (!leg) return;
    switch (event.type) {
      case 'emotion.updated':
        addReading(leg, event.data);
        this.detail.durationMs = Math.max(this.detail.durationMs, event.data.span.endMs);
        return;
      case 'emotion.changed': {
        const { atMs, from, to, confidence } = event.data;
        return add(leg.changes, { atMs, from, to, confidence }, maxListed);
      }
      case 'segment.ended': {
        const { span, label, confidence, arousal, valence } = event.data;
        return add(leg.segments, { span, label, confidence, arousal, valence }, maxListed);
      }
      case 'audio.gap': {
        const { span, cause } = event.data;
        return add(leg.gaps, { span, cause }, maxListed);
      }
    }
  }

  #end({ data, time }: TonewireEvent<'call.ended'>): void {
    const { detail } = this;
    detail.state = 'finished';
    detail.endedAt = time;
    detail.reason = data.reason;
    detail.durationMs = data.durationMs;
    for (const { leg: name, analysed: _, ...totals } of data.legs) {
      const leg = this.leg(name);
      if (leg) leg.totals = totals;
    }
  }

  /** Actions have no sequence: one that was in the answer already is known by its id. */
  #action(action: DeskAction): void {
    const { detail } = this;
    switch (action.type) {
      case 'alert.acknowledged':
        detail.alerts = acknowledged(detail.alerts, action.alertId, action.acknowledgement);
        return;
      case 'note.added':
        addOnce(detail.notes, action.note, ({ noteId }) => noteId);
        return;
      case 'suggestion.made':
        addOnce(detail.suggestions, action.suggestion, ({ suggestionId }) => suggestionId);
        return;
    }
  }
}

type Update = TonewireEvent<'emotion.updated'>['data'];

function addReading({ timeline, stretches }: LegDetail, update: Update): void {
  const { span, prosody, probabilities } = update;
  const put = <T>(column: T[], value: T) => add(column, value, maxTimelinePoints);
  put(timeline.startMs, span.startMs);
  put(timeline.endMs, span.endMs);
  put(timeline.speaking, update.speaking);
  put(timeline.label, update.label);
  put(timeline.confidence, update.confidence);
  put(timeline.arousal, update.arousal);
  put(timeline.valence, update.valence);
  put(timeline.pitchHz, prosody.pitchHz);
  put(timeline.intensityDb, prosody.intensityDb);
  put(timeline.speechRateHz, prosody.speechRateHz);
  for (const emotion of EMOTIONS) put(timeline.probabilities[emotion], probabilities[emotion]);
  const { emotion, stretches: contributions } = update.contributions;
  contributions.forEach(({ startMs, endMs, nats }, index) => {
    const known = stretches.at(-1)?.endMs ?? 0;
    const weight = update.attention[index]?.weight ?? 0;
    if (startMs >= known) add(stretches, { startMs, endMs, weight, nats, emotion }, maxStretches);
  });
}

/** The oldest leave, as they would at the gateway. */
function add<T>(list: T[], item: T, bound: number): void {
  list.push(item);
  if (list.length > bound) list.splice(0, list.length - bound);
}

function addOnce<T>(list: T[], item: T, idOf: (item: T) => string): void {
  if (list.every((known) => idOf(known) !== idOf(item))) add(list, item, maxListed);
}
