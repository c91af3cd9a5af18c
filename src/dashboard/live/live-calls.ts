import { type Signal, signal } from '@preact/signals';
import type {
  Acknowledgement,
  Alert,
  DeskBatch,
  DeskMessage,
  LegUpdate,
  LiveCall,
} from '../../protocol/dashboard.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { AnyEvent, EventData, TonewireEvent } from '../../protocol/events.ts';
import { withReading } from './sparkline-points.ts';

/** The live calls of the desk. Each call is a signal of its own, so that a row redraws alone. */
export class LiveCalls {
  /** Changes when a call comes or goes; the calls in it change by themselves. */
  readonly calls: Signal<ReadonlyMap<string, Signal<LiveCall>>> = signal(new Map());
  /** Live calls at the gateway, those beyond DESK_BOUNDS.maxLiveCalls included. */
  readonly total = signal(0);
  /** The newest alert, for whoever cannot see it appear. */
  readonly newestAlert: Signal<{ readonly call: LiveCall; readonly alert: Alert } | null> =
    signal(null);

  apply(message: DeskMessage): void {
    if (message.type === 'desk.snapshot') {
      this.calls.value = new Map(message.calls.map((call) => [call.callId, signal(call)]));
      this.total.value = message.total;
      return;
    }
    this.#comeAndGo(message);
    for (const update of message.updates) this.#update(update);
    for (const event of message.events) {
      if (event.type === 'alert.raised') this.#raise(event);
    }
    for (const action of message.actions) {
      if (action.type !== 'alert.acknowledged') continue;
      this.#acknowledge(action.callId, action.alertId, action.acknowledgement);
    }
  }

  #comeAndGo({ calls: started, events }: DeskBatch): void {
    const ended = events.filter((event) => event.type === 'call.ended');
    if (started.length === 0 && ended.length === 0) return;
    const calls = new Map(this.calls.value);
    for (const call of started) {
      if (calls.size < DESK_BOUNDS.maxLiveCalls) calls.set(call.callId, signal(call));
    }
    for (const event of ended) calls.delete(event.data.callId);
    this.calls.value = calls;
    this.total.value = Math.max(calls.size, this.total.value + started.length - ended.length);
  }

  #update({ callId, leg: name, reading }: LegUpdate): void {
    this.#change(callId, (call) => ({
      ...call,
      legs: call.legs.map((leg) => (leg.leg === name ? withReading(leg, reading) : leg)),
    }));
  }

  #raise(event: TonewireEvent<'alert.raised'>): void {
    const alert = alertOf(event);
    this.#change(event.data.callId, (call) => {
      const raised = {
        ...call,
        alerts: [...call.alerts, alert].slice(-DESK_BOUNDS.maxAlertsPerLiveCall),
      };
      this.newestAlert.value = { call: raised, alert };
      return raised;
    });
  }

  #acknowledge(callId: string, alertId: string, acknowledgement: Acknowledgement): void {
    this.#change(callId, (call) => ({
      ...call,
      alerts: acknowledged(call.alerts, alertId, acknowledgement),
    }));
  }

  #change(callId: string, change: (call: LiveCall) => LiveCall): void {
    const call = this.calls.value.get(callId);
    if (call) call.value = change(call.value);
  }
}

/** The desk's alert that an event tells of; nobody has acknowledged it yet. */
export function alertOf(event: TonewireEvent<'alert.raised'>): Alert {
  const { callId: _, ...data }: EventData<'alert.raised'> = event.data;
  return { ...data, alertId: event.id, raisedAt: event.time, acknowledgement: null };
}

export function acknowledged(
  alerts: readonly Alert[],
  alertId: string,
  acknowledgement: Acknowledgement,
): Alert[] {
  return alerts.map((alert) => (alert.alertId === alertId ? { ...alert, acknowledgement } : alert));
}

/** Whether an event is of this call. */
export function isOf(event: AnyEvent, callId: string): boolean {
  return event.data.callId === callId;
}
