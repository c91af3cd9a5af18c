import type {
  Alert,
  CallDetail,
  CallSummary,
  DaySummary,
  LegDetail,
  LegReading,
  LiveCall,
  Timeline,
} from '../../src/protocol/dashboard.ts';
import { EMOTIONS, type Emotion, type Label } from '../../src/protocol/labels.ts';

const HOP_MS = 512;

export function deskReading(reading: Partial<LegReading> = {}): LegReading {
  return {
    atMs: 30_720,
    speaking: true,
    speechMs: 18_000,
    label: 'anger',
    confidence: 0.78,
    sinceMs: 24_064,
    arousal: 0.55,
    valence: -0.42,
    ...reading,
  };
}

export function deskAlert(alert: Partial<Alert> = {}): Alert {
  return {
    alertId: 'a1',
    leg: 'customer',
    atMs: 28_672,
    raisedAt: '2026-11-27T09:59:58.000Z',
    rule: 'customer-anger',
    text: 'The caller sounds angry.',
    emotion: 'anger',
    probability: 0.81,
    heldMs: 8192,
    acknowledgement: null,
    ...alert,
  };
}

/** A call of thirty seconds whose customer is heard, and whose agent is not. */
export function deskLiveCall(call: Partial<LiveCall> = {}): LiveCall {
  const labels = Array.from({ length: 30 }, (_, second): Label | null =>
    second < 3 ? 'listening' : second < 20 ? 'neutral' : 'anger',
  );
  return {
    callId: 'call-1',
    caller: '+4930123456',
    source: 'twilio',
    startedAt: '2026-11-27T09:59:29.000Z',
    consent: 'given',
    metadata: { queue: 'billing' },
    legs: [
      {
        leg: 'customer',
        analysed: true,
        reading: deskReading(),
        sparkline: {
          endMs: 30_000,
          labels,
          confidences: labels.map(() => 0.7),
          valences: labels.map(() => -0.2),
        },
      },
      {
        leg: 'agent',
        analysed: false,
        reason: 'analysis.legs.agent.analysed is off.',
        reading: null,
        sparkline: null,
      },
    ],
    alerts: [],
    ...call,
  };
}

/** Readings that swing from neutral to angry and back, `points` of them. */
export function deskTimeline(points = 120): Timeline {
  const at = (value: (index: number) => number) =>
    Array.from({ length: points }, (_, i) => value(i));
  const swing = (index: number) => (1 - Math.cos((2 * Math.PI * index) / 90)) / 2;
  const anger = at((i) => 0.05 + 0.75 * swing(i));
  const share = (emotion: Emotion, angry: number) =>
    emotion === 'anger'
      ? angry
      : emotion === 'neutral'
        ? (1 - angry) * 0.7
        : ((1 - angry) * 0.3) / 6;
  return {
    startMs: at((i) => i * HOP_MS),
    endMs: at((i) => (i + 1) * HOP_MS),
    speaking: anger.map((_, i) => i % 12 < 9),
    label: anger.map((p, i): Label => (i < 4 ? 'listening' : p > 0.5 ? 'anger' : 'neutral')),
    confidence: anger.map((p) => Math.max(p, 1 - p) * 0.9),
    arousal: anger.map((p) => p * 0.9 - 0.2),
    valence: anger.map((p) => 0.2 - p * 0.8),
    pitchHz: anger.map((p, i) => (i % 12 < 9 ? 140 + 120 * p + 10 * Math.sin(i) : null)),
    intensityDb: anger.map((p, i) => (i % 12 < 9 ? -34 + 14 * p + 3 * Math.sin(i * 1.7) : -62)),
    speechRateHz: anger.map((p) => 3.4 + 2.2 * p),
    probabilities: Object.fromEntries(
      EMOTIONS.map((emotion) => [emotion, anger.map((p) => share(emotion, p))]),
    ) as Timeline['probabilities'],
  };
}

function customerDetail(): LegDetail {
  return {
    leg: 'customer',
    analysed: true,
    timeline: deskTimeline(),
    stretches: Array.from({ length: 120 }, (_, i) => ({
      startMs: i * HOP_MS,
      endMs: i * HOP_MS + 256,
      weight: 0.1,
      nats: 0.15 * Math.sin(i / 8),
      emotion: 'anger',
    })),
    segments: [
      {
        span: { startMs: 0, endMs: 4608 },
        label: 'neutral',
        confidence: 0.6,
        arousal: 0,
        valence: 0.1,
      },
    ],
    gaps: [{ span: { startMs: 20_000, endMs: 20_400 }, cause: 'missing' }],
    changes: [{ atMs: 16_384, from: 'neutral', to: 'anger', confidence: 0.7 }],
    totals: null,
  };
}

/** The call of `deskLiveCall`, a minute old, in full. */
export function deskCallDetail(call: Partial<CallDetail> = {}): CallDetail {
  const { legs: _, alerts: __, ...facts } = deskLiveCall();
  const { sparkline: ___, reading: ____, ...agent } = deskLiveCall().legs[1]!;
  const silent = { ...deskTimeline(0) };
  return {
    ...facts,
    state: 'live',
    at: '2026-11-27T10:00:30.000Z',
    endedAt: null,
    reason: null,
    durationMs: 61_440,
    model: 'emotion-v2',
    sequence: 140,
    legs: [
      customerDetail(),
      {
        ...agent,
        timeline: silent,
        stretches: [],
        segments: [],
        gaps: [],
        changes: [],
        totals: null,
      },
    ],
    alerts: [deskAlert()],
    suggestions: [
      {
        suggestionId: 's1',
        leg: 'customer',
        atMs: 28_672,
        at: '2026-11-27T09:59:58.000Z',
        rule: 'customer-anger',
        text: 'Name the problem in your own words, then say what happens next.',
      },
    ],
    notes: [],
    ...call,
  };
}

/** `count` finished calls, an hour apart, newest first. */
export function deskHistory(count = 120): CallSummary[] {
  const newest = Date.parse('2026-11-27T16:40:00.000Z');
  return Array.from({ length: count }, (_, index): CallSummary => {
    const startedMs = newest - index * 3_600_000;
    const durationMs = 60_000 + ((index * 97) % 840) * 1000;
    const anger = ((index * 37) % 10) / 12;
    const rest = (1 - anger) / 10;
    const meanProbabilities = {
      neutral: rest * 5,
      calm: rest * 2,
      happiness: rest,
      sadness: rest,
      anger,
      fear: rest * 0.4,
      disgust: rest * 0.3,
      surprise: rest * 0.3,
    };
    const totals = {
      audioMs: durationMs,
      speechMs: durationMs * 0.45,
      updates: Math.floor(durationMs / HOP_MS),
      gapMs: 0,
      dominant: anger > 0.4 ? ('anger' as const) : ('neutral' as const),
      meanProbabilities,
    };
    const denied = index % 17 === 5;
    return {
      callId: `call-${index}`,
      caller: index % 5 === 4 ? null : `+4930${2_301_000 + index * 137}`,
      source: index % 4 === 3 ? 'app' : 'twilio',
      startedAt: new Date(startedMs).toISOString(),
      endedAt: new Date(startedMs + durationMs).toISOString(),
      consent: denied ? 'denied' : 'given',
      metadata: { queue: ['billing', 'support', 'sales'][index % 3]! },
      reason: 'stopped',
      durationMs,
      model: 'emotion-v2',
      legs: [
        denied
          ? { leg: 'customer', analysed: false, reason: 'Consent was denied.', totals: null }
          : { leg: 'customer', analysed: true, totals },
        {
          leg: 'agent',
          analysed: false,
          reason: 'analysis.legs.agent.analysed is off.',
          totals: null,
        },
      ],
      alerts: anger > 0.4 ? 1 + (index % 2) : 0,
      unacknowledged: anger > 0.6 ? 1 : 0,
      notes: index % 7 === 0 ? 1 : 0,
    };
  });
}

/** A fortnight of days. */
export function deskDays(): DaySummary[] {
  return Array.from({ length: 14 }, (_, index) => {
    const [call] = deskHistory(index + 1).slice(-1);
    return {
      day: new Date(Date.parse('2026-11-27') - index * 86_400_000).toISOString().slice(0, 10),
      calls: 180 + ((index * 53) % 120),
      durationMs: 3.1e7 + index * 9e5,
      speechMs: 1.3e7 + index * 4e5,
      alerts: (index * 5) % 9,
      unacknowledged: index === 0 ? 2 : 0,
      meanProbabilities: call!.legs[0]!.totals?.meanProbabilities ?? null,
    };
  });
}
