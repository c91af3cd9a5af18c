/** Sent once, when the gateway listens. */
export interface Listening {
  readonly url: string;
  readonly model: string;
  readonly engine: string;
}

export type Question =
  | {
      readonly type: 'usage';
      /** Whether to collect garbage, after the CPU time was read and before the memory. */
      readonly collect: boolean;
    }
  /** Samples the event loop's thread for so long; the answer is V8's profile. */
  | { readonly type: 'profile'; readonly ms: number };

/** What the gateway has used since it started. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  /** The same by thread, where the system tells: the event loop's, and the engine's. */
  readonly threads: { readonly mainMs: number; readonly engineMs: number } | undefined;
  readonly gcMs: number;
  readonly gcCount: number;
  /** How late a timer of the event loop was, since the last time this was asked. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly rssBytes: number;
  /** JavaScript heap and the buffers outside it; of use after a full collection only. */
  readonly liveBytes: number;
  /** Model steps: batches run, and legs served by them. */
  readonly batches: number;
  readonly steps: number;
}
