import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GapCause } from '../pipeline/analysis.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { EventType } from '../protocol/events.ts';
import type { TranscriptOutcome } from './call-transcripts.ts';
import type { ResumeOutcome } from './resumable-calls.ts';
import type { DiscardReason } from './sources/source.ts';

/** What the metrics read when they are asked. */
export interface MetricsProbe {
  connections(): number;
  unauthenticated(): number;
  calls(): number;
  parked(): number;
  overloaded(): boolean;
  subscribers(): number;
}

/** What the registries of other processes hold, each value labelled by its process. */
export type OtherMetrics = () => Promise<object[]>;

/** The gateway's numbers. No label names a call or a person, or takes unbounded values. */
export class GatewayMetrics {
  readonly #registry: Registry;
  readonly #callsStarted: Counter<'source'>;
  readonly #callsEnded: Counter<'source' | 'outcome'>;
  readonly #failures: Counter<'code'>;
  readonly #refused: Counter<'code'>;
  readonly #audioBytes: Counter<'source' | 'analysed'>;
  /** By source, since the counter was last read. */
  readonly #analysedBytes = new Map<string, number>();
  readonly #otherBytes = new Map<string, number>();
  readonly #discarded: Counter<'source' | 'why'>;
  readonly #events: Counter<'type'>;
  readonly #gapMs: Counter<'cause'>;
  readonly #dtmf: Counter<never>;
  readonly #pauses: Counter<'source'>;
  readonly #transcripts: Counter<'outcome'>;
  readonly #resumes: Counter<'outcome'>;
  readonly #streamStatus: Counter<'source' | 'status'>;
  #others: OtherMetrics | undefined;

  /** `probe`: absent in a process that has no say over the whole, such as a worker. */
  constructor(registry: Registry = new Registry(), probe?: MetricsProbe) {
    this.#registry = registry;
    collectDefaultMetrics({ register: registry });
    this.#callsStarted = this.#counter('calls_started_total', 'Calls started.', ['source']);
    this.#callsEnded = this.#counter('calls_ended_total', 'Calls ended.', ['source', 'outcome']);
    this.#failures = this.#counter('errors_total', 'Coded errors of running sockets.', ['code']);
    this.#refused = this.#counter('refused_total', 'Upgrades and requests refused.', ['code']);
    this.#audioBytes = this.#counter(
      'audio_bytes_total',
      'Audio received.',
      ['source', 'analysed'],
      () => this.#countAudio(),
    );
    this.#discarded = this.#counter('messages_discarded_total', 'Messages a source left out.', [
      'source',
      'why',
    ]);
    this.#events = this.#counter('events_total', 'Events made.', ['type']);
    this.#gapMs = this.#counter(
      'audio_gap_milliseconds_total',
      'Audio that was lost or left out; each loss is an audio.gap.',
      ['cause'],
    );
    this.#dtmf = this.#counter('dtmf_total', 'Keys pressed; which ones is never kept.', []);
    this.#pauses = this.#counter('backpressure_pauses_total', 'Senders made to wait.', ['source']);
    this.#transcripts = this.#counter('transcripts_total', 'Lines of transcripts that came in.', [
      'outcome',
    ]);
    this.#resumes = this.#counter('resumes_total', 'What became of calls without a socket.', [
      'outcome',
    ]);
    this.#streamStatus = this.#counter('stream_status_total', "A vendor's stream notices.", [
      'source',
      'status',
    ]);
    if (probe) this.#gauges(probe);
  }

  /** Takes in what other processes count. */
  include(others: OtherMetrics): void {
    this.#others = others;
  }

  #gauges(probe: MetricsProbe): void {
    this.#gauge('connections', 'Sockets open.', () => probe.connections());
    this.#gauge('unauthenticated_connections', 'Sockets without a valid start yet.', () =>
      probe.unauthenticated(),
    );
    this.#gauge('calls', 'Calls running.', () => probe.calls());
    this.#gauge('parked_calls', 'Calls that wait for their sender to come back.', () =>
      probe.parked(),
    );
    this.#gauge('overloaded', 'Whether new calls are refused because the gateway is behind.', () =>
      Number(probe.overloaded()),
    );
    this.#gauge('event_subscribers', 'Subscribers of the feed.', () => probe.subscribers());
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus's text format. */
  async text(): Promise<string> {
    if (this.#others === undefined) return this.#registry.metrics();
    const own = await this.#registry.getMetricsAsJSON();
    return AggregatorRegistry.aggregate([own, ...(await this.#others())]).metrics();
  }

  callStarted(source: string): void {
    this.#callsStarted.inc({ source });
  }

  callEnded(source: string, failed: boolean): void {
    this.#callsEnded.inc({ source, outcome: failed ? 'failed' : 'finished' });
  }

  failed(code: ErrorCode): void {
    this.#failures.inc({ code });
  }

  refused(code: ErrorCode): void {
    this.#refused.inc({ code });
  }

  /** Every chunk comes here, so it is only added up; the counter learns of it when it is read. */
  audio(source: string, analysed: boolean, bytes: number): void {
    const heard = analysed ? this.#analysedBytes : this.#otherBytes;
    heard.set(source, (heard.get(source) ?? 0) + bytes);
  }

  #countAudio(): void {
    for (const [analysed, heard] of [
      ['true', this.#analysedBytes],
      ['false', this.#otherBytes],
    ] as const) {
      for (const [source, bytes] of heard) this.#audioBytes.inc({ source, analysed }, bytes);
      heard.clear();
    }
  }

  discarded(source: string, why: DiscardReason): void {
    this.#discarded.inc({ source, why });
  }

  event(type: EventType): void {
    this.#events.inc({ type });
  }

  gap(cause: GapCause, ms: number): void {
    this.#gapMs.inc({ cause }, ms);
  }

  dtmf(): void {
    this.#dtmf.inc();
  }

  paused(source: string): void {
    this.#pauses.inc({ source });
  }

  transcript(outcome: TranscriptOutcome): void {
    this.#transcripts.inc({ outcome });
  }

  resume(outcome: ResumeOutcome): void {
    this.#resumes.inc({ outcome });
  }

  /** `status` must come from a closed list. */
  streamStatus(source: string, status: string): void {
    this.#streamStatus.inc({ source, status });
  }

  /** `collect` runs before the counter is read. */
  #counter<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect?: () => void,
  ): Counter<L> {
    return new Counter({
      name: `tonewire_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      ...(collect && { collect }),
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `tonewire_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
