import type { AnyEvent, EventData, EventType } from '../../src/protocol/events.ts';

const probabilities = {
  neutral: 0.1,
  calm: 0.05,
  happiness: 0.05,
  sadness: 0.05,
  anger: 0.6,
  fear: 0.05,
  disgust: 0.05,
  surprise: 0.05,
};
const prosody = { pitchHz: 182.5, voicedShare: 0.6, intensityDb: -21.5, speechRateHz: 4.2 };
const reading = { label: 'anger', confidence: 0.6, probabilities, arousal: 0.5, valence: -0.5 };
const leg = { callId: 'call-1', leg: 'customer' } as const;
const span = { startMs: 0, endMs: 1500 };
const model = 'emotion-v2';

const DATA: { readonly [T in EventType]: EventData<T> } = {
  'call.started': {
    callId: 'call-1',
    source: 'app',
    legs: [
      { leg: 'customer', analysed: true },
      { leg: 'agent', analysed: false, reason: 'analysis.legs.agent' },
    ],
    consent: 'given',
    metadata: { queue: 'billing' },
    model,
  },
  'emotion.updated': {
    ...leg,
    span,
    speaking: true,
    speechMs: 1400,
    ...reading,
    label: 'anger',
    prosody,
    attention: [{ startMs: 0, endMs: 500, weight: 0.4 }],
    contributions: { emotion: 'anger', stretches: [{ startMs: 0, endMs: 500, nats: 1.2 }] },
    model,
  },
  'emotion.changed': { ...leg, atMs: 1500, from: 'listening', to: 'anger', confidence: 0.6, model },
  'segment.ended': { ...leg, span, ...reading, label: 'anger', prosody, model },
  'alert.raised': {
    ...leg,
    atMs: 9000,
    rule: 'angry-customer',
    text: 'The customer has sounded angry for a while.',
    emotion: 'anger',
    probability: 0.7,
    heldMs: 8000,
  },
  'audio.gap': { ...leg, span, cause: 'missing', filledMs: 1500 },
  'context.changed': {
    ...leg,
    atMs: 1500,
    context: {
      current: 'sounds angry',
      trend: 'rising',
      since: 1500,
      confidence: 0.6,
      suggestion: 'Acknowledge the trouble first.',
    },
    metadata: { queue: 'billing' },
  },
  'call.ended': {
    callId: 'call-1',
    reason: 'stopped',
    durationMs: 9000,
    legs: [
      {
        leg: 'customer',
        analysed: true,
        audioMs: 9000,
        speechMs: 7000,
        updates: 17,
        gapMs: 0,
        dominant: 'anger',
        meanProbabilities: probabilities,
      },
    ],
  },
};

/** One valid event of the type; `sequence` also makes its id. */
export function sampleEvent<T extends EventType>(
  type: T,
  sequence = 0,
  data: Partial<EventData<T>> = {},
): Extract<AnyEvent, { type: T }> {
  return {
    specversion: '1.0',
    id: `event-${sequence}`,
    source: '/tonewire/test',
    type,
    subject: 'call-1',
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    sequence,
    data: { ...structuredClone(DATA[type]), ...data },
  } as unknown as Extract<AnyEvent, { type: T }>;
}
