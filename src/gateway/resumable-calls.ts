import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { LineListener, SessionLine } from './session-line.ts';

/** What became of a call whose socket was lost. */
export type ResumeOutcome = 'resumed' | 'taken_over' | 'expired' | 'displaced';

/**
 * The calls that can be taken up again by their resume token. One whose socket is lost is parked:
 * it keeps its state for `limits.resumeWindowMs`, and is ended when nobody comes. At most
 * `limits.maxParkedCalls` are parked; one more ends the one that has waited longest.
 */
export class ResumableCalls {
  readonly #windowMs: number;
  readonly #maxParked: number;
  readonly #metrics: GatewayMetrics;
  readonly #lines = new Map<string, SessionLine>();
  /** In the order in which they were parked. */
  readonly #parked = new Map<SessionLine, NodeJS.Timeout>();
  #closed = false;

  constructor(limits: Config['limits'], metrics: GatewayMetrics) {
    this.#windowMs = limits.resumeWindowMs;
    this.#maxParked = limits.maxParkedCalls;
    this.#metrics = metrics;
  }

  /** Calls that wait for their sender. */
  get parked(): number {
    return this.#parked.size;
  }

  /** A call has started; says with what and for how long it can be taken up again, if at all. */
  enter(line: SessionLine): { resumeToken: string; resumeWindowMs: number } | undefined {
    if (this.#windowMs === 0 || this.#maxParked === 0) return undefined;
    this.#lines.set(line.resumeToken, line);
    return { resumeToken: line.resumeToken, resumeWindowMs: this.#windowMs };
  }

  /** Gives the call of this token to the listener. Throws TW_RESUME_UNKNOWN where there is none (any more). */
  claim(resumeToken: string, listener: LineListener): SessionLine {
    const line = this.#lines.get(resumeToken);
    if (line === undefined) throw new TonewireError('TW_RESUME_UNKNOWN');
    const parked = this.#unpark(line);
    this.#metrics.resume(parked ? 'resumed' : 'taken_over');
    line.claim(listener);
    return line;
  }

  /** The socket of this call was lost: waits for the sender, or ends the call where it cannot come back. */
  park(line: SessionLine): void {
    if (this.#closed || !this.#lines.has(line.resumeToken)) {
      this.hangUp(line);
      return;
    }
    const [oldest] = this.#parked.keys();
    if (oldest !== undefined && this.#parked.size >= this.#maxParked)
      this.#end(oldest, 'displaced');
    this.#parked.set(
      line,
      setTimeout(() => this.#end(line, 'expired'), this.#windowMs),
    );
  }

  /** The sender has gone for good. */
  hangUp(line: SessionLine, reason = 'disconnected'): void {
    this.#unpark(line);
    this.#lines.delete(line.resumeToken);
    void line.session.end(reason);
  }

  /** Nobody can come back any more: ends what is parked, and parks nothing. */
  close(): void {
    this.#closed = true;
    for (const line of [...this.#parked.keys()]) this.hangUp(line, 'drained');
  }

  #end(line: SessionLine, outcome: ResumeOutcome): void {
    this.#metrics.resume(outcome);
    this.hangUp(line);
  }

  #unpark(line: SessionLine): boolean {
    clearTimeout(this.#parked.get(line));
    return this.#parked.delete(line);
  }
}
