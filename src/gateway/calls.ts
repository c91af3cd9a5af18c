import type { Unready } from './http-app.ts';
import type { Source } from './sources/source.ts';
import type { TranscriptIntake } from './transcript-intake.ts';
import type { UpgradeRoute } from './upgrade.ts';

/** Where a gateway's calls run: in this process (local-calls.ts) or in others (workers/). */
export interface Calls {
  /** Calls that run, those without a socket among them. */
  readonly running: number;
  /** Calls that wait for their sender to come back. */
  readonly parked: number;
  readonly draining: boolean;
  /** Why no new call is taken, if none is. */
  readonly unready: Unready;
  /** Takes lines that come apart from their call's audio. */
  readonly transcripts: Pick<TranscriptIntake, 'take'>;
  /** What happens to an upgrade that is for this source. */
  route(source: Source): UpgradeRoute;
  /**
   * Refuses new calls, lets the running ones finish for `server.drainTimeoutMs`, then ends them.
   * When it resolves, every event was published.
   */
  drain(): Promise<void>;
  /** Ends what still runs, and closes its sockets. */
  close(): Promise<void>;
}
