/** What all callers of a load say, and how. */
export interface LoadPlan {
  /** The gateway's address, such as `http://127.0.0.1:8460`. */
  readonly url: string;
  readonly legs: number;
  readonly bothTracks: boolean;
  readonly jitterMs: number;
  /** Subscribers of the feed, one a process at least. */
  readonly subscribers: number;
  /** How long the callers may speak at most. */
  readonly maxSeconds: number;
}

/** A recording as a telephone sends it. */
export interface Voice {
  /** 20 ms each, in base64. */
  readonly payloads: readonly string[];
  /** Whether somebody speaks in each. */
  readonly speaking: readonly boolean[];
}

/** One process's part of it: its callers are those whose index leaves `part` over `parts`. */
export interface LoadPart extends LoadPlan {
  readonly part: number;
  readonly parts: number;
}

export type LoadQuestion =
  | { readonly type: 'connect'; readonly voices: readonly Voice[] }
  /** The callers begin to speak. */
  | { readonly type: 'speak' }
  /** From here on counts. */
  | { readonly type: 'measure' }
  /** Up to here counts. */
  | { readonly type: 'report' }
  | { readonly type: 'stop' };

export interface LoadConnected {
  readonly connected: number;
  /** Refused calls by the code of the refusal. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface LoadReport {
  readonly audioMs: number;
  /** Callers that are connected, lost no audio and were answered in time while it counted. */
  readonly legsHeld: number;
  readonly latenciesMs: Float64Array;
  /** From the onset of speech to the first emotion, of callers who began with a second of it. */
  readonly firstEmotionsMs: Float64Array;
  readonly dropEvents: number;
  readonly droppedMs: number;
  /** Events that came to one subscriber of this process. */
  readonly events: number;
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** This process's own CPU time over the time that passed. */
  readonly cpuShare: number;
}
