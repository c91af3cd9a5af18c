/** A counter labelled by adapter; prom-client's `Counter<'adapter'>` is one. */
export interface AdapterCounter {
  inc(labels: { adapter: string }, by: number): void;
}

/** What became of the events, in events. */
export interface AdapterCounters {
  readonly delivered: AdapterCounter;
  /** Never tried: there was no room, the adapter was off, or the process left. */
  readonly dropped: AdapterCounter;
  /** Tried and given up; a durable one is a dead letter now. */
  readonly failed: AdapterCounter;
  /** Tried in vain, and to be tried again. */
  readonly retried: AdapterCounter;
}
