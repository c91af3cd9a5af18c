import { loadConfig } from '../../src/config/load-config.ts';
import type { CallRecord } from '../../src/desk/call-record.ts';
import { Recorder } from '../../src/desk/recorder.ts';
import type { AnyEvent, EventData } from '../../src/protocol/events.ts';
import { sampleEvent } from './sample-events.ts';

export interface CallPlan {
  readonly callId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly updates?: number;
  readonly alerts?: number;
  readonly customer?: Partial<EventData<'call.ended'>['legs'][number]>;
}

/** The events of one call, half a second an update. */
export function callEvents(plan: CallPlan = {}): AnyEvent[] {
  const { callId = 'call-1', metadata = {}, startedAt = '2026-01-02T03:04:05.678Z' } = plan;
  const { endedAt = startedAt, updates = 4, alerts = 0 } = plan;
  const [customer] = sampleEvent('call.ended').data.legs;
  const events: AnyEvent[] = [
    { ...sampleEvent('call.started', 0, { callId, metadata: { ...metadata } }), time: startedAt },
  ];
  for (let index = 0; index < updates; index += 1) {
    const span = { startMs: index * 500, endMs: (index + 1) * 500 };
    events.push(sampleEvent('emotion.updated', events.length, { callId, span }));
  }
  for (let index = 0; index < alerts; index += 1) {
    events.push(sampleEvent('alert.raised', events.length, { callId }));
  }
  const legs = [{ ...customer!, ...plan.customer }];
  const ended = sampleEvent('call.ended', events.length, { callId, legs });
  return [...events, { ...ended, time: endedAt }];
}

/** The record of a call that has ended. */
export function finishedCall(plan: CallPlan = {}): CallRecord {
  const counter = { inc: () => undefined };
  const ended: CallRecord[] = [];
  const recorder = new Recorder({
    config: loadConfig(),
    counters: { merged: counter, dropped: counter },
    onSuggestion: () => undefined,
    onEnded: (record) => void ended.push(record),
  });
  for (const event of callEvents(plan)) recorder.hear(event);
  return ended[0]!;
}
