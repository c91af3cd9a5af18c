import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent, EventData } from '../protocol/events.ts';

type LegSummary = EventData<'call.ended'>['legs'][number];

/** What the primary knows of a call that runs in a worker: enough to say that it has ended. */
interface LiveCall {
  readonly worker: string;
  readonly source: string;
  /** The first part of each of its events' ids. */
  readonly sessionId: string;
  readonly legs: Map<string, LegSummary>;
  sequence: number;
  durationMs: number;
}

/** What is to become of an event. */
export type Verdict = 'publish' | 'stray' | 'duplicate';

/** The calls of all workers, followed by their events: no id runs twice, and none is lost in silence. */
export class LiveCalls {
  readonly #calls = new Map<string, LiveCall>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#calls.size;
  }

  /** The worker that carries this call of this source. */
  workerOf(callId: string, source: string): string | undefined {
    const call = this.#calls.get(callId);
    return call?.source === source ? call.worker : undefined;
  }

  /** Follows a worker's event. A call whose id another one has is a duplicate, and what follows it stray. */
  follow(event: AnyEvent, worker: string): Verdict {
    const sessionId = event.id.slice(0, event.id.lastIndexOf('-'));
    const { callId } = event.data;
    const known = this.#calls.get(callId);
    if (event.type === 'call.started') {
      if (known !== undefined) return 'duplicate';
      this.#calls.set(callId, begun(event.data, worker, sessionId));
      return 'publish';
    }
    if (known?.sessionId !== sessionId) return 'stray';
    known.sequence = event.sequence;
    tally(known, event);
    if (event.type === 'call.ended') this.#calls.delete(callId);
    return 'publish';
  }

  /** The worker is gone: its calls have ended, and these events say so. */
  lost(worker: string): Extract<AnyEvent, { type: 'call.ended' }>[] {
    const lost = [...this.#calls].filter(([, call]) => call.worker === worker);
    return lost.map(([callId, call]) => {
      this.#calls.delete(callId);
      const sequence = call.sequence + 1;
      return {
        specversion: '1.0',
        id: `${call.sessionId}-${sequence}`,
        source: '/tonewire',
        type: 'call.ended',
        subject: callId,
        time: new Date(this.#clock.nowMs()).toISOString(),
        datacontenttype: 'application/json',
        sequence,
        data: {
          callId,
          reason: 'TW_WORKER_LOST',
          durationMs: call.durationMs,
          legs: [...call.legs.values()],
        },
      };
    });
  }
}

function begun(
  { source, legs }: EventData<'call.started'>,
  worker: string,
  sessionId: string,
): LiveCall {
  const known = legs.map(({ leg, analysed }): [string, LegSummary] => [
    leg,
    {
      leg,
      analysed,
      audioMs: 0,
      speechMs: 0,
      updates: 0,
      gapMs: 0,
      dominant: 'listening',
      meanProbabilities: null,
    },
  ]);
  return { worker, source, sessionId, legs: new Map(known), sequence: 0, durationMs: 0 };
}

function tally(call: LiveCall, event: AnyEvent): void {
  if (event.type !== 'emotion.updated' && event.type !== 'audio.gap') return;
  const { leg, span } = event.data;
  const before = call.legs.get(leg);
  if (before === undefined) return;
  call.durationMs = Math.max(call.durationMs, span.endMs);
  const gapMs = before.gapMs + (event.type === 'audio.gap' ? span.endMs - span.startMs : 0);
  const heard = { ...before, gapMs, audioMs: Math.max(0, span.endMs - gapMs) };
  const read =
    event.type === 'emotion.updated'
      ? { updates: before.updates + 1, speechMs: event.data.speechMs }
      : {};
  call.legs.set(leg, { ...heard, ...read });
}
