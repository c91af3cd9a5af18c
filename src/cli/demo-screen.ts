import type { AnyEvent } from '../protocol/events.ts';
import { type CallView, EMPTY_CALL, viewAfter } from './render/call-view.ts';
import { eventLine } from './render/event-line.ts';
import { liveView } from './render/live-view.ts';
import { summary } from './render/summary.ts';

/** Where a call is shown while it goes on. */
export interface Screen {
  show(event: AnyEvent): void;
  /** The call has ended: what it amounts to. */
  finish(): void;
}

/** What is needed of `process.stdout`. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const DEFAULT_COLUMNS = 80;

/** In a terminal one picture, drawn again in place; elsewhere a line for each change, as a log wants it. */
export function callScreen(terminal: Terminal, durationMs: number): Screen {
  let view = EMPTY_CALL;
  const draw = terminal.isTTY ? pictureOn(terminal, durationMs) : linesOn(terminal);
  return {
    show: (event) => {
      view = viewAfter(view, event);
      draw(view, event);
    },
    finish: () => {
      const lines = [...summary(view), ...howToHearAll(view)];
      for (const line of lines) terminal.write(`${line}\n`);
    },
  };
}

type Draw = (view: CallView, event: AnyEvent) => void;

function pictureOn(terminal: Terminal, durationMs: number): Draw {
  let height = 0;
  return (view) => {
    const lines = liveView(view, durationMs, (terminal.columns ?? DEFAULT_COLUMNS) - 1);
    // Up to the first line of the last picture, and clear from there.
    const home = height > 0 ? `\x1b[${height}A\x1b[J` : '';
    terminal.write(`${home}${lines.join('\n')}\n`);
    height = lines.length;
  };
}

function linesOn(terminal: Terminal): Draw {
  return (_view, event) => {
    if (event.type !== 'emotion.updated') terminal.write(`${eventLine(event)}\n`);
  };
}

function howToHearAll({ legs }: CallView): string[] {
  if (legs.every(({ analysed }) => analysed)) return [];
  return ['', 'Why a leg is left out, and how to switch it on: tonewire demo --help'];
}
