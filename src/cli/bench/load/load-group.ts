import type { Clock } from '../../../protocol/clock.ts';
import type { AnyEvent } from '../../../protocol/events.ts';
import { type OpenSocket, openSocket } from '../../callers/open-socket.ts';
import { TWILIO_CHUNK_MS } from '../../callers/twilio-caller.ts';
import { LoadCaller } from './load-caller.ts';
import type { LoadConnected, LoadPart, LoadReport, Voice } from './load-messages.ts';
import { maskedPayloads } from './media-frames.ts';
import { SendWheel } from './send-wheel.ts';
import { firstSpeech } from './speech-runs.ts';

/** A leg that is answered later than this is not keeping up, even when nothing of it is lost. */
export const MAX_HELD_LATENCY_MS = 1000;
/** Handshakes at once: below limits.maxUnauthenticatedConnections, for some processes together. */
const CONNECTING_AT_ONCE = 20;
/** Callers' hops are spread evenly over this, as real calls are: the golden ratio does it. */
const SPREAD_MS = 1000;
const GOLDEN = 0.618_033_988_75;
/** Speech without a pause that a first emotion is measured on: the second it needs, and a bit. */
const FIRST_SPEECH_MS = 1300;
const NANOSECONDS = 1e6;

interface Member {
  readonly caller: LoadCaller;
  readonly index: number;
  /** The first chunk of speech, where the caller begins with enough of it. */
  readonly onset: number | undefined;
  held: boolean;
  answered: boolean;
}

/** One process's callers and its subscribers to the feed, all on one clock. */
export class LoadGroup {
  readonly #part: LoadPart;
  readonly #clock: Clock;
  readonly #members = new Map<string, Member>();
  readonly #wheel: SendWheel;
  readonly #feeds: OpenSocket[] = [];
  #latenciesMs: number[] = [];
  readonly #firstEmotionsMs: number[] = [];
  #dropEvents = 0;
  #droppedMs = 0;
  #events = 0;
  #sinceMs = Number.POSITIVE_INFINITY;
  #sentBeforeMs = 0;
  #cpuBefore: NodeJS.CpuUsage = process.cpuUsage();

  constructor(part: LoadPart, clock: Clock) {
    this.#part = part;
    this.#clock = clock;
    this.#wheel = new SendWheel(clock);
  }

  /** Subscribes, connects all callers and begins their calls; nobody speaks yet. */
  async connect(voices: readonly Voice[]): Promise<LoadConnected> {
    const { url, legs, part, parts, subscribers } = this.#part;
    for (let i = part; i < Math.max(subscribers, parts); i += parts) {
      // One of them measures; the others only have to be served.
      const onText = i === part ? (text: string) => this.#hear(JSON.parse(text)) : () => undefined;
      const feed = new URL('/v1/events', url.replace('http', 'ws')).href;
      this.#feeds.push(await openSocket({ url: feed, onText }));
    }
    const indices = Array.from({ length: legs }, (_, i) => i).filter((i) => i % parts === part);
    const said = voices.map((voice) => ({ ...voice, masked: maskedPayloads(voice.payloads) }));
    const refused: Record<string, number> = {};
    for (let first = 0; first < indices.length; first += CONNECTING_AT_ONCE) {
      const some = indices.slice(first, first + CONNECTING_AT_ONCE);
      const codes = await Promise.all(some.map((i) => this.#add(i, said[i % said.length]!)));
      for (const code of codes) if (code !== undefined) refused[code] = (refused[code] ?? 0) + 1;
    }
    return { connected: this.#members.size, refused };
  }

  speak(): void {
    const originMs = this.#clock.monotonicMs() + TWILIO_CHUNK_MS;
    const members = [...this.#members.values()];
    for (const { caller, index } of members) {
      caller.speakFrom(originMs + ((index * GOLDEN) % 1) * SPREAD_MS);
    }
    this.#wheel.start(members.map(({ caller }) => caller));
  }

  /** From now on counts. */
  measure(): void {
    this.#sinceMs = this.#clock.monotonicMs();
    this.#sentBeforeMs = this.#sentMs;
    this.#wheel.lateNs.reset();
    this.#cpuBefore = process.cpuUsage();
    this.#events = 0;
  }

  /** Up to now counted. */
  report(): LoadReport {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const elapsedMs = this.#clock.monotonicMs() - this.#sinceMs;
    this.#sinceMs = Number.POSITIVE_INFINITY;
    const late = this.#wheel.lateNs;
    const held = [...this.#members.values()].filter(({ held, caller }) => held && caller.isOpen);
    return {
      audioMs: this.#sentMs - this.#sentBeforeMs,
      legsHeld: held.length,
      latenciesMs: Float64Array.from(this.#latenciesMs),
      firstEmotionsMs: Float64Array.from(this.#firstEmotionsMs),
      dropEvents: this.#dropEvents,
      droppedMs: this.#droppedMs,
      events: this.#events,
      lateMs: {
        p50: late.percentile(50) / NANOSECONDS,
        p99: late.percentile(99) / NANOSECONDS,
        max: late.max / NANOSECONDS,
      },
      cpuShare: (user + system) / 1000 / elapsedMs,
    };
  }

  async stop(): Promise<void> {
    this.#wheel.stop();
    await Promise.all([...this.#members.values()].map(({ caller }) => caller.stop()));
    for (const feed of this.#feeds) feed.close();
  }

  get #sentMs(): number {
    let chunks = 0;
    for (const { caller } of this.#members.values()) chunks += caller.chunks;
    return chunks * TWILIO_CHUNK_MS;
  }

  async #add(index: number, voice: Voice & { readonly masked: readonly Buffer[] }) {
    const { url, bothTracks, jitterMs, maxSeconds, legs } = this.#part;
    const { masked, speaking } = voice;
    const offset = Math.floor((index * masked.length) / legs);
    const options = { url, voice: masked, offset, bothTracks, jitterMs, maxSeconds };
    const caller = await LoadCaller.connect(options);
    if (typeof caller === 'string') return caller;
    const onset = firstSpeech(speaking, offset, FIRST_SPEECH_MS / TWILIO_CHUNK_MS);
    this.#members.set(caller.callSid, { caller, index, onset, held: true, answered: false });
    return undefined;
  }

  #hear(event: AnyEvent): void {
    this.#events += 1;
    const member = this.#members.get(event.data.callId);
    if (member === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    if (event.type === 'audio.gap') {
      this.#dropEvents += 1;
      this.#droppedMs += event.data.span.endMs - event.data.span.startMs;
      member.held = false;
    } else if (event.type === 'emotion.updated') {
      this.#time(member, event.data.span.endMs, nowMs);
      if (!member.answered && event.data.label !== 'listening') this.#answered(member, nowMs);
    }
  }

  /** From sending the chunk that completes the update's last hop to having the update. */
  #time(member: Member, endMs: number, nowMs: number): void {
    const last = Math.max(0, Math.ceil(endMs / TWILIO_CHUNK_MS) - 1);
    const sentMs = member.caller.sentAtMs[last];
    if (sentMs === undefined || sentMs < this.#sinceMs) return;
    this.#latenciesMs.push(nowMs - sentMs);
    if (nowMs - sentMs > MAX_HELD_LATENCY_MS) member.held = false;
  }

  #answered(member: Member, nowMs: number): void {
    member.answered = true;
    if (member.onset === undefined) return;
    this.#firstEmotionsMs.push(nowMs - member.caller.sentAtMs[member.onset]!);
  }
}
