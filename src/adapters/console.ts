import type { AnyEvent } from '../protocol/events.ts';
import type { Adapter } from './adapter.ts';
import type { EventFilterOptions } from './event-filter.ts';

/** Where lines go; `process.stdout` is one. `done` is called once the line was taken. */
export interface LineOutput {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

export interface ConsoleOptions {
  readonly output: LineOutput;
  /** `text` for people, `json` for one CloudEvent a line. */
  readonly format: 'text' | 'json';
  readonly filter?: EventFilterOptions;
}

/** Prints one line per event. What it prints is personal data, so it is off by default. */
export function createConsoleAdapter({ output, format, filter = {} }: ConsoleOptions): Adapter {
  const line = format === 'json' ? JSON.stringify : describe;
  return {
    name: 'console',
    filter,
    event: (event) =>
      new Promise((resolve, reject) => {
        output.write(`${printable(line(event))}\n`, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** Callers choose call ids and metadata: none of them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

function describe(event: AnyEvent): string {
  const { data } = event;
  const who = 'leg' in data ? `${data.callId} ${data.leg}` : data.callId;
  return `${event.time.slice(11, 23)} ${who} ${event.type} ${details(event)}`;
}

function details(event: AnyEvent): string {
  switch (event.type) {
    case 'call.started':
      return `from ${event.data.source}, consent ${event.data.consent}, legs ${event.data.legs
        .map((leg) => `${leg.leg}${leg.analysed ? '' : ' (not analysed)'}`)
        .join(', ')}`;
    case 'emotion.updated':
      return `${seconds(event.data.span.endMs)} ${reading(event.data)}${event.data.speaking ? '' : ', silent'}`;
    case 'emotion.changed':
      return `${seconds(event.data.atMs)} ${event.data.from} → ${event.data.to} ${percent(event.data.confidence)}`;
    case 'segment.ended':
      return `${span(event.data.span)} ${reading(event.data)}`;
    case 'alert.raised':
      return `${seconds(event.data.atMs)} ${event.data.rule}: ${event.data.text}`;
    case 'audio.gap':
      return `${span(event.data.span)} ${event.data.cause}`;
    case 'context.changed':
      return `${seconds(event.data.atMs)} ${event.data.context.current}, ${event.data.context.trend}`;
    case 'call.ended':
      return `${event.data.reason} after ${seconds(event.data.durationMs)}, ${event.data.legs
        .map((leg) => `${leg.leg} mostly ${leg.dominant}`)
        .join(', ')}`;
  }
}

type Reading = Extract<AnyEvent, { type: 'segment.ended' }>['data'];

function reading({
  label,
  confidence,
  arousal,
  valence,
}: Pick<Reading, 'label' | 'confidence' | 'arousal' | 'valence'>): string {
  return `${label} ${percent(confidence)}, arousal ${arousal.toFixed(2)}, valence ${valence.toFixed(2)}`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const span = ({ startMs, endMs }: { startMs: number; endMs: number }) =>
  `${(startMs / 1000).toFixed(1)}–${seconds(endMs)}`;
