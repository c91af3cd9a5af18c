import type { SourceMessage } from './sources/source.ts';

/** Where a session stands, with what only that state has. */
export type SessionState =
  | { readonly name: 'waiting' }
  | { readonly name: 'running' }
  | { readonly name: 'paused' }
  /** A flush or a backlog is being answered; what comes meanwhile waits in `held`, in order. */
  | { readonly name: 'settling'; readonly held: SourceMessage[]; readonly done: Promise<void> }
  | { readonly name: 'ending'; readonly done: Promise<void> }
  | { readonly name: 'ended' };

/** What happens to a message: it is taken, held until the state changes, refused, or of no more interest. */
export type Permit = 'take' | 'hold' | 'refuse' | 'ignore';

type Permits = Readonly<Record<SourceMessage['type'], Permit>>;

const DEAF: Permits = {
  start: 'ignore',
  audio: 'ignore',
  dtmf: 'ignore',
  mark: 'ignore',
  pause: 'ignore',
  transcript: 'ignore',
  flush: 'ignore',
  stop: 'ignore',
};

const RUNNING: Permits = {
  start: 'refuse',
  audio: 'take',
  dtmf: 'take',
  mark: 'take',
  pause: 'take',
  transcript: 'take',
  flush: 'take',
  stop: 'take',
};

/** What each state permits. */
export const PERMITS: Readonly<Record<SessionState['name'], Permits>> = {
  waiting: {
    start: 'take',
    audio: 'refuse',
    dtmf: 'refuse',
    mark: 'refuse',
    pause: 'refuse',
    transcript: 'refuse',
    flush: 'refuse',
    stop: 'refuse',
  },
  running: RUNNING,
  paused: RUNNING,
  settling: {
    start: 'refuse',
    audio: 'hold',
    dtmf: 'take',
    mark: 'take',
    pause: 'hold',
    transcript: 'hold',
    flush: 'hold',
    stop: 'hold',
  },
  ending: DEAF,
  ended: DEAF,
};
