/** A counter labelled by adapter; prom-client's `Counter<'adapter'>` is one. */
export interface AdapterCounter {
  inc(labels: { adapter: string }, by: number): void;
}

/** What became of the events, in events. */
export interface AdapterCounters {
  readonly delivered: AdapterCounter;
  /** Never tried: the queue was full, the adapter off, or the process leaving. */
  readonly dropped: AdapterCounter;
  /** Tried and given up. */
  readonly failed: AdapterCounter;
}
