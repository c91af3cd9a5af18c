import { withReading } from '../../src/dashboard/live/sparkline-points.ts';
import type { DeskBatch, LiveCall, LiveLeg } from '../../src/protocol/dashboard.ts';
import { EMOTIONS, type Label } from '../../src/protocol/labels.ts';
import { deskAlert, deskReading } from './desk-samples.ts';

/** Milliseconds of audio between two readings of a leg. */
const HOP_MS = 512;
const MINUTE_MS = 60_000;

/** Many calls whose legs wander through the labels; the same every time for the same seed. */
export class DeskTraffic {
  readonly calls: LiveCall[];
  readonly #random: () => number;

  constructor(count: number, nowMs: number, seed = 7) {
    this.#random = randomFrom(seed);
    this.calls = Array.from({ length: count }, (_, index) => this.#call(index, nowMs));
  }

  /** One hop's readings of every `parts`-th call, as one batch: calls do not all speak at once. */
  tick(part = 0, parts = 1): Partial<DeskBatch> {
    const calls = this.calls.filter((_, index) => index % parts === part);
    const updates = calls.flatMap((call) =>
      call.legs
        .filter(({ reading }) => reading !== null)
        .map((leg) => ({ callId: call.callId, leg: leg.leg, reading: this.#next(leg) })),
    );
    return { updates };
  }

  #next(leg: LiveLeg) {
    const before = leg.reading!;
    const turn = this.#random() < 0.04;
    const atMs = before.atMs + HOP_MS;
    const reading = {
      ...before,
      atMs,
      speaking: this.#random() < 0.8,
      confidence: clamp(before.confidence + (this.#random() - 0.5) * 0.08, 0.3, 0.97),
      ...(turn && { label: this.#label(), sinceMs: atMs }),
    };
    Object.assign(leg, withReading(leg, reading));
    return reading;
  }

  #call(index: number, nowMs: number): LiveCall {
    const ageMs = 20_000 + Math.floor(this.#random() * 12 * MINUTE_MS);
    const agentHeard = index % 9 === 4;
    const denied = index % 13 === 11;
    const alerts =
      index % 11 === 2 && !denied
        ? [
            deskAlert({
              alertId: `alert-${index}`,
              acknowledgement:
                index % 22 === 2 ? null : { by: 'grace', at: new Date(nowMs).toISOString() },
            }),
          ]
        : [];
    return {
      callId: `CA${(0x1cdd9a19 + index * 7919).toString(16)}9b92b14bf962568e88`,
      caller: index % 6 === 5 ? null : `+49 30 ${String(2_301_000 + index * 137)}`,
      source: index % 4 === 3 ? 'app' : 'twilio',
      startedAt: new Date(nowMs - ageMs).toISOString(),
      consent: denied ? 'denied' : index % 3 === 0 ? 'unknown' : 'given',
      metadata: { queue: ['billing', 'support', 'sales', 'returns'][index % 4]! },
      legs: [
        denied
          ? silentLeg('customer', 'Consent was denied.')
          : this.#leg('customer', ageMs, alerts.length > 0),
        agentHeard
          ? this.#leg('agent', ageMs, false)
          : silentLeg('agent', 'analysis.legs.agent.analysed is off.'),
      ],
      alerts,
    };
  }

  #leg(leg: LiveLeg['leg'], ageMs: number, angry: boolean): LiveLeg {
    const points = Math.min(60, Math.floor(ageMs / 1000));
    let label: Label = this.#label();
    const labels = Array.from({ length: points }, () => {
      if (this.#random() < 0.07) label = this.#label();
      return label;
    });
    if (angry) labels.fill('anger', -12);
    const confidences = labels.map(() => 0.5 + this.#random() * 0.45);
    return {
      leg,
      analysed: true,
      reading: deskReading({
        atMs: ageMs,
        label: labels.at(-1)!,
        confidence: confidences.at(-1)!,
        sinceMs: Math.max(0, ageMs - 1000 * (1 + Math.floor(this.#random() * 20))),
      }),
      sparkline: {
        endMs: Math.ceil(ageMs / 1000) * 1000,
        labels,
        confidences,
        valences: labels.map(() => 0),
      },
    };
  }

  /** Mostly neutral, as calls are. */
  #label(): Label {
    const draw = this.#random();
    if (draw < 0.45) return 'neutral';
    if (draw < 0.6) return 'calm';
    if (draw < 0.65) return 'uncertain';
    return EMOTIONS[Math.floor(this.#random() * EMOTIONS.length)]!;
  }
}

function silentLeg(leg: LiveLeg['leg'], reason: string): LiveLeg {
  return { leg, analysed: false, reason, reading: null, sparkline: null };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
