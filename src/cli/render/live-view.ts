import { EMOTIONS } from '../../protocol/labels.ts';
import type { CallView, LegView } from './call-view.ts';
import { prosodyText } from './event-line.ts';
import { bar, minutes, percent, plain, signed } from './units.ts';

const LABEL_WIDTH = 10;
const BAR_WIDTH = 40;
/** As many as a line of 80 characters holds: two seconds of speech. */
const SHOWN_STRETCHES = 8;

/** A call as it stands, as lines of at most `columns` characters: eight bars for each analysed leg. */
export function liveView(view: CallView, durationMs: number, columns: number): string[] {
  const heardMs = Math.max(0, ...view.legs.map(({ latest }) => latest?.span.endMs ?? 0));
  const lines = [
    `perceived expression · ${minutes(heardMs)} of ${minutes(durationMs)}`,
    ...view.legs.flatMap(legLines),
  ];
  return lines.map((line) => Array.from(line).slice(0, columns).join(''));
}

function legLines(view: LegView): string[] {
  const { leg, analysed, reason, latest } = view;
  if (!analysed) return ['', `${leg}   not analysed: ${plain(reason ?? 'no reason given')}`];
  const voice = latest?.speaking ? `● speaking   ${prosodyText(latest.prosody)}` : '○ silent';
  return ['', `${leg}   ${claim(latest)}`, `  ${voice}`, ...bars(latest), account(latest)];
}

function claim(latest: LegView['latest']): string {
  if (latest === undefined || latest.label === 'listening') return 'listening …';
  return `${latest.label} (confidence ${percent(latest.confidence)})`;
}

/** Before anything was heard every bar is empty: eight equal ones would look like a reading. */
function bars(latest: LegView['latest']): string[] {
  return EMOTIONS.map((emotion) => {
    const share = latest === undefined || latest.speechMs === 0 ? 0 : latest.probabilities[emotion];
    const mark = latest?.label === emotion ? '▸' : ' ';
    return `${mark} ${emotion.padEnd(LABEL_WIDTH)} ${bar(share, BAR_WIDTH)} ${percent(share).padStart(5)}`;
  });
}

/** What the newest stretches of speech added to the emotion that is accounted for. */
function account(latest: LegView['latest']): string {
  if (latest === undefined || latest.contributions.stretches.length === 0) return '';
  const { emotion, stretches } = latest.contributions;
  const parts = stretches.slice(-SHOWN_STRETCHES).map(({ nats }) => signed(nats));
  return `  ${emotion}, newest last: ${parts.join(' ')} nats`;
}
