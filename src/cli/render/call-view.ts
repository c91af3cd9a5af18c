import type { AnyEvent, EventData } from '../../protocol/events.ts';
import type { Leg } from '../../protocol/labels.ts';

/** What is known of one leg. */
export interface LegView {
  readonly leg: Leg;
  readonly analysed: boolean;
  /** Why it is not analysed. */
  readonly reason: string | undefined;
  readonly latest: EventData<'emotion.updated'> | undefined;
}

/** What the events of one call amount to so far: everything that is shown comes from here. */
export interface CallView {
  readonly call: EventData<'call.started'> | undefined;
  readonly legs: readonly LegView[];
  readonly alerts: readonly EventData<'alert.raised'>[];
  readonly changes: readonly EventData<'emotion.changed'>[];
  readonly ended: EventData<'call.ended'> | undefined;
}

export const EMPTY_CALL: CallView = {
  call: undefined,
  legs: [],
  alerts: [],
  changes: [],
  ended: undefined,
};

/** The view after one more event. */
export function viewAfter(view: CallView, event: AnyEvent): CallView {
  switch (event.type) {
    case 'call.started':
      return { ...view, call: event.data, legs: event.data.legs.map(newLeg) };
    case 'emotion.updated': {
      const latest = event.data;
      const legs = view.legs.map((leg) => (leg.leg === latest.leg ? { ...leg, latest } : leg));
      return { ...view, legs };
    }
    case 'emotion.changed':
      return { ...view, changes: [...view.changes, event.data] };
    case 'alert.raised':
      return { ...view, alerts: [...view.alerts, event.data] };
    case 'call.ended':
      return { ...view, ended: event.data };
    case 'segment.ended':
    case 'audio.gap':
    case 'context.changed':
      return view;
  }
}

function newLeg({ leg, analysed, reason }: EventData<'call.started'>['legs'][number]): LegView {
  return { leg, analysed, reason, latest: undefined };
}
