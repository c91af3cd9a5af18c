import { type AnyEvent, EVENT_TYPES, type EventData, type EventType } from '../protocol/events.ts';
import { EMOTIONS, type Label, type Leg } from '../protocol/labels.ts';
import type { Adapter } from './adapter.ts';

/** What an adapter's configuration lets through; what is absent is not filtered. */
export interface EventFilterOptions {
  readonly events?: readonly EventType[];
  /** Events of the whole call, which have no leg, come all the same. */
  readonly legs?: readonly Leg[];
  /** For events that name an emotion; a change passes when it leaves or reaches one of them. */
  readonly labels?: readonly Label[];
  /** 0 to 1, for events that claim an emotion. */
  readonly minConfidence?: number;
  /** Each must hold, by the metadata that the call started with. */
  readonly metadata?: readonly MetadataMatch[];
  readonly sampling?: UpdateSampling;
}

export interface MetadataMatch {
  readonly name: string;
  readonly oneOf: readonly string[];
}

/** Thins out emotion.updated, each leg by itself, after everything else was filtered. */
export interface UpdateSampling {
  /** At most one in this much audio. */
  readonly minIntervalMs: number;
  /** One in so many. */
  readonly everyNth: number;
}

/** The event types an adapter gets: those it can use, less those its configuration leaves out. */
export function wantedTypes({ events, filter }: Pick<Adapter, 'events' | 'filter'>): EventType[] {
  const usable = events ?? EVENT_TYPES;
  return usable.filter((type) => filter?.events?.includes(type) ?? true);
}

interface LegSample {
  /** Updates since the last that passed. */
  skipped: number;
  /** Where the last that passed ended, in milliseconds of audio. */
  endMs: number;
}

interface CallMemory {
  readonly wanted: boolean;
  readonly samples: Map<Leg, LegSample>;
}

/**
 * Decides which events an adapter gets, before they cost a place in its queue. Remembers what it
 * must about each running call, of `maxCalls` at most (beyond, the oldest is taken for a call that
 * was never seen), and forgets it at call.ended.
 */
export class EventFilter {
  readonly #types: ReadonlySet<EventType>;
  readonly #options: EventFilterOptions;
  readonly #maxCalls: number;
  readonly #calls = new Map<string, CallMemory>();

  constructor(adapter: Pick<Adapter, 'events' | 'filter'>, maxCalls: number) {
    this.#types = new Set(wantedTypes(adapter));
    this.#options = adapter.filter ?? {};
    this.#maxCalls = maxCalls;
  }

  /** Calls it remembers something about. */
  get size(): number {
    return this.#calls.size;
  }

  /** Whether the adapter gets the event. Every event must be shown, in the order they came. */
  passes(event: AnyEvent): boolean {
    if (event.type === 'call.started') this.#remember(event.data);
    const passes = this.#isOfWantedCall(event) && this.#isWanted(event) && this.#isSampled(event);
    if (event.type === 'call.ended') this.#calls.delete(event.data.callId);
    return passes;
  }

  #remember({ callId, metadata }: EventData<'call.started'>): void {
    const rules = this.#options.metadata;
    if (!rules?.length) return;
    const wanted = rules.every(({ name, oneOf }) => {
      const value = metadata[name];
      return value !== undefined && oneOf.includes(value);
    });
    this.#keep(callId, wanted);
  }

  #keep(callId: string, wanted: boolean): CallMemory {
    this.#calls.delete(callId);
    if (this.#calls.size >= this.#maxCalls) {
      const [oldest] = this.#calls.keys();
      if (oldest !== undefined) this.#calls.delete(oldest);
    }
    const memory: CallMemory = { wanted, samples: new Map() };
    this.#calls.set(callId, memory);
    return memory;
  }

  /** Where calls are chosen by their metadata, one whose metadata is not known is not among them. */
  #isOfWantedCall({ data }: AnyEvent): boolean {
    return !this.#options.metadata?.length || this.#calls.get(data.callId)?.wanted === true;
  }

  #isWanted(event: AnyEvent): boolean {
    const { legs, labels, minConfidence = 0 } = this.#options;
    if (!this.#types.has(event.type)) return false;
    if (legs && 'leg' in event.data && !legs.includes(event.data.leg)) return false;
    const claim = claimOf(event);
    if (!claim) return true;
    if (labels && !claim.labels.some((label) => labels.includes(label))) return false;
    return claim.confidence === undefined || claim.confidence >= minConfidence;
  }

  #isSampled(event: AnyEvent): boolean {
    const { sampling } = this.#options;
    if (!sampling || event.type !== 'emotion.updated') return true;
    const { minIntervalMs, everyNth } = sampling;
    if (minIntervalMs === 0 && everyNth === 1) return true;
    const { callId, leg, span } = event.data;
    const { samples } = this.#calls.get(callId) ?? this.#keep(callId, true);
    const last = samples.get(leg);
    if (last) {
      last.skipped += 1;
      // A position that went back belongs to a leg that started afresh.
      const apartMs = Math.abs(span.endMs - last.endMs);
      if (last.skipped < everyNth || apartMs < minIntervalMs) return false;
    }
    samples.set(leg, { skipped: 0, endMs: span.endMs });
    return true;
  }
}

/** What an event says about an emotion, if it does: its labels, and how sure the newest is. */
interface Claim {
  readonly labels: readonly Label[];
  /** Absent where nothing is claimed that could be too unsure. */
  readonly confidence: number | undefined;
}

function claimOf(event: AnyEvent): Claim | undefined {
  switch (event.type) {
    case 'emotion.updated':
    case 'segment.ended':
      return { labels: [event.data.label], confidence: event.data.confidence };
    case 'emotion.changed': {
      const { from, to, confidence } = event.data;
      // A change to "uncertain" takes a claim back: who got the claim must hear of its end.
      const claims = EMOTIONS.some((emotion) => emotion === to);
      return { labels: [from, to], confidence: claims ? confidence : undefined };
    }
    case 'alert.raised':
      // Its rule has its own threshold.
      return { labels: [event.data.emotion], confidence: undefined };
    default:
      return undefined;
  }
}
