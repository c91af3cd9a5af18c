/**
 * What the desk costs: CPU microseconds an event, with 1,000 live legs of two updates a second.
 * `npx tsx bench/desk.ts` prints a table (`--json`: the numbers); `--legs` and `--minutes` change it.
 */
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config/load-config.ts';
import { DeskFeed, type DeskSubscriber } from '../src/desk/desk-feed.ts';
import { Recorder } from '../src/desk/recorder.ts';
import type { Clock } from '../src/protocol/clock.ts';
import type { AnyEvent, EventData, TonewireEvent } from '../src/protocol/events.ts';
import { EMOTIONS } from '../src/protocol/labels.ts';

const { values } = parseArgs({
  options: {
    legs: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const LEGS = Number(values.legs);
const UPDATES = Math.round((Number(values.minutes) * 60_000) / 512);
const UPDATE_MS = 512;
const LISTED_STRETCHES = 16;

const config = loadConfig();
const counter = { inc: () => undefined };

/** Moves by hand, so that batches fall due as they would in real time. */
const clock: Clock & { ms: number } = {
  ms: 0,
  nowMs() {
    return this.ms;
  },
  monotonicMs() {
    return this.ms;
  },
};

function envelope(type: AnyEvent['type'], sequence: number, data: object): AnyEvent {
  return {
    specversion: '1.0',
    id: `00000000-0000-0000-0000-000000000000-${sequence}`,
    source: '/tonewire',
    type,
    subject: 'call/customer',
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    sequence,
    data,
  } as unknown as AnyEvent;
}

/** An update as the analysis makes it; two new stretches each, sixteen listed. */
function update(index: number): TonewireEvent<'emotion.updated'> {
  const first = Math.max(0, index * 2 + 2 - LISTED_STRETCHES);
  const spans = Array.from({ length: index * 2 + 2 - first }, (_, i) => ({
    startMs: (first + i) * 256,
    endMs: (first + i + 1) * 256,
  }));
  const probabilities = Object.fromEntries(
    EMOTIONS.map((emotion, i) => [emotion, i === index % 8 ? 0.65 : 0.05]),
  ) as EventData<'emotion.updated'>['probabilities'];
  return envelope('emotion.updated', index + 1, {
    callId: '',
    leg: 'customer',
    span: { startMs: index * UPDATE_MS, endMs: (index + 1) * UPDATE_MS },
    speaking: true,
    speechMs: index * UPDATE_MS,
    label: EMOTIONS[Math.floor(index / 20) % 8],
    confidence: 0.65,
    probabilities,
    arousal: 0.5,
    valence: -0.4,
    prosody: { pitchHz: 183.28, voicedShare: 0.8, intensityDb: -25.94, speechRateHz: 4.94 },
    attention: spans.map((span) => ({ ...span, weight: 0.06 })),
    contributions: { emotion: 'anger', stretches: spans.map((span) => ({ ...span, nats: 0.06 })) },
    model: 'emotion-v2',
  }) as TonewireEvent<'emotion.updated'>;
}

/** Plays every leg for so many minutes; returns CPU microseconds an update, the making of events not counted. */
function measure(hear: (event: AnyEvent) => void, eachRound: () => void): number {
  const calls = Array.from({ length: LEGS }, (_, leg) => `call-${leg}`);
  for (const callId of calls) {
    const legs = [{ leg: 'customer', analysed: true }];
    const start = { callId, source: 'twilio', legs, consent: 'given', metadata: {}, model: 'm' };
    hear(envelope('call.started', 0, start));
  }
  let cpuUs = 0;
  for (let index = 0; index < UPDATES; index += 1) {
    // Few objects of its own, so that the collector is not kept busy by the bench itself.
    const event = update(index);
    const events = calls.map((callId) => ({ ...event, data: { ...event.data, callId } }));
    const before = process.cpuUsage();
    for (const event of events) hear(event);
    clock.ms += UPDATE_MS;
    eachRound();
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
  }
  return cpuUs / (LEGS * UPDATES);
}

function newRecorder(): Recorder {
  return new Recorder({
    config,
    counters: { merged: counter, dropped: counter },
    onSuggestion: () => undefined,
    onEnded: () => undefined,
  });
}

function memoryBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The feed with so many pages; batches are flushed by `stop`-less rounds, as its timer would. */
function withPages(recorder: Recorder, pages: number) {
  let bytes = 0;
  const feed = new DeskFeed({ desk: config.desk, recorder, clock, onSlow: () => undefined });
  const page: DeskSubscriber = {
    queuedBytes: 0,
    send: (json) => {
      bytes += json.length;
    },
    close: () => undefined,
  };
  for (let i = 0; i < pages; i += 1) feed.subscribe(page);
  return { feed, bytes: () => bytes };
}

const before = memoryBytes();
const recorder = newRecorder();
const recorderUs = measure(recorder.hear, () => undefined);
const perLegBytes = (memoryBytes() - before) / LEGS;

const followed = newRecorder();
const { feed, bytes } = withPages(followed, 10);
const feedUs = measure(
  (event) => {
    followed.hear(event);
    feed.hear(event);
  },
  () => feed.flush(),
);
feed.stop();

const result = {
  legs: LEGS,
  updatesPerLeg: UPDATES,
  recorderUsPerEvent: Number(recorderUs.toFixed(3)),
  recorderAndFeedUsPerEvent: Number(feedUs.toFixed(3)),
  feedPages: 10,
  feedBytesPerPageSecond: Math.round(bytes() / 10 / ((UPDATES * UPDATE_MS) / 1000)),
  memoryBytesPerLeg: globalThis.gc ? Math.round(perLegBytes) : null,
};
if (values.json) console.log(JSON.stringify(result));
else console.table(result);
