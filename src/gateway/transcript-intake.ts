import { TonewireError } from '../protocol/errors.ts';
import type { Transcript } from '../protocol/messages.ts';
import type { Sessions } from './sessions.ts';

/** Where lines go that come apart from their call's audio, by another way: to the call of that id. */
export class TranscriptIntake {
  readonly #sessions: Pick<Sessions, 'find'>;

  constructor(sessions: Pick<Sessions, 'find'>) {
    this.#sessions = sessions;
  }

  /** Throws TW_UNKNOWN_CALL unless this source's call runs here. */
  take(source: string, callId: string, line: Transcript): void {
    const session = this.#sessions.find(callId);
    // An app may have given its call any id, this one too.
    if (session?.call?.source !== source) throw new TonewireError('TW_UNKNOWN_CALL');
    session.handle(line);
  }
}
