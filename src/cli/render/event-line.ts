import type { AnyEvent, EventData } from '../../protocol/events.ts';
import { percent, plain, seconds } from './units.ts';

/** One event as one readable line. */
export function eventLine(event: AnyEvent): string {
  switch (event.type) {
    case 'call.started':
      return started(event.data);
    case 'emotion.updated': {
      const { span, leg, label, confidence, prosody, speaking } = event.data;
      const shown = label === 'listening' ? label : `${label} ${percent(confidence)}`;
      const voice = speaking ? prosodyText(prosody) : 'silent';
      return `${at(span.endMs)}  ${leg.padEnd(8)}  ${shown.padEnd(16)}  ${voice}`;
    }
    case 'emotion.changed': {
      const { atMs, leg, from, to, confidence } = event.data;
      return `${at(atMs)}  ${leg.padEnd(8)}  ${from} → ${to} ${confidence > 0 ? percent(confidence) : ''}`.trimEnd();
    }
    case 'segment.ended': {
      const { span, leg, label, confidence } = event.data;
      const length = seconds(span.endMs - span.startMs);
      return `${at(span.endMs)}  ${leg.padEnd(8)}  stretch of ${length}: ${label} ${percent(confidence)}`;
    }
    case 'alert.raised':
      return `${at(event.data.atMs)}  ${event.data.leg.padEnd(8)}  ! ${plain(event.data.rule)}: ${plain(event.data.text)}`;
    case 'audio.gap': {
      const { span, leg, cause } = event.data;
      return `${at(span.endMs)}  ${leg.padEnd(8)}  gap of ${seconds(span.endMs - span.startMs)} (${cause})`;
    }
    case 'context.changed': {
      const { atMs, leg, context } = event.data;
      return `${at(atMs)}  ${leg.padEnd(8)}  for bots: ${context.current}, ${context.trend}`;
    }
    case 'call.ended':
      return `${at(event.data.durationMs)}  call ended: ${plain(event.data.reason)}`;
  }
}

function started({ source, legs, model }: EventData<'call.started'>): string {
  const who = legs.map(({ leg, analysed }) => (analysed ? leg : `${leg} (not analysed)`));
  return `${at(0)}  call from ${plain(source)}: ${who.join(', ')}; model ${plain(model)}`;
}

/** Pitch, level and rate of a span, in words. */
export function prosodyText({
  pitchHz,
  intensityDb,
  speechRateHz,
}: EventData<'emotion.updated'>['prosody']): string {
  const pitch = pitchHz === null ? '   –' : String(Math.round(pitchHz)).padStart(4);
  const level = String(Math.round(intensityDb)).padStart(3);
  return `pitch ${pitch} Hz   level ${level} dB   ${speechRateHz.toFixed(1)} syllables/s`;
}

const at = (ms: number) => seconds(ms).padStart(8);
