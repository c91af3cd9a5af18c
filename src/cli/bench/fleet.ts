import type { Clock } from '../../protocol/clock.ts';
import { TWILIO_CHUNK_MS, TwilioCaller } from '../callers/twilio-caller.ts';

export interface FleetOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly legs: number;
  /** What is said, as Twilio payloads; each caller begins elsewhere in it and repeats it. */
  readonly payloads: readonly string[];
  /** How long the callers may speak at most. */
  readonly maxSeconds: number;
}

interface Member {
  readonly caller: TwilioCaller;
  readonly phaseMs: number;
  /** When each chunk went out, on the clock; by its index. */
  readonly sentAtMs: Float64Array;
  held: boolean;
}

const TICK_MS = 2;
/** Handshakes at once: below limits.maxUnauthenticatedConnections. */
const CONNECTING_AT_ONCE = 25;
/** Callers' hops are spread evenly over this, as real calls are: the golden ratio does it. */
const SPREAD_MS = 1000;
const GOLDEN = 0.618_033_988_75;

/** Many Twilio-shaped callers of one leg each, at real-time pace, driven by one timer. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<string, Member>();
  #timer: NodeJS.Timeout | undefined;
  #originMs = 0;
  #lastTickMs = 0;
  /** The longest the driver was held up: its callers were late by this much. */
  longestTickMs = 0;

  private constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Connects all callers and begins their calls; nobody speaks yet. */
  static async connect(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    for (let first = 0; first < options.legs; first += CONNECTING_AT_ONCE) {
      const count = Math.min(CONNECTING_AT_ONCE, options.legs - first);
      await Promise.all(Array.from({ length: count }, (_, i) => fleet.#add(first + i)));
    }
    return fleet;
  }

  /** Milliseconds of audio sent so far, all callers together. */
  get sentMs(): number {
    let sum = 0;
    for (const { caller } of this.#members.values()) sum += caller.sentMs;
    return sum;
  }

  /** Callers that are connected and were served well throughout. */
  get heldLegs(): number {
    return [...this.#members.values()].filter(({ held, caller }) => held && caller.isOpen).length;
  }

  speak(): void {
    this.#originMs = this.#options.clock.monotonicMs();
    this.#lastTickMs = this.#originMs;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** When the audio up to a position of this call had been sent, on the clock. */
  sentAtMs(callId: string, positionMs: number): number | undefined {
    const index = Math.max(0, Math.ceil(positionMs / TWILIO_CHUNK_MS) - 1);
    return this.#members.get(callId)?.sentAtMs[index];
  }

  /** This call lost audio, or was answered too late: it is not counted as held. */
  fell(callId: string): void {
    const member = this.#members.get(callId);
    if (member) member.held = false;
  }

  forgetDelays(): void {
    this.longestTickMs = 0;
  }

  /** Ends every call, and waits until the gateway has closed its socket. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const members = [...this.#members.values()];
    await Promise.all(members.map(({ caller }) => caller.stop()));
    await Promise.allSettled(members.map(({ caller }) => caller.closed));
  }

  async #add(index: number): Promise<void> {
    const { url, maxSeconds, legs, payloads } = this.#options;
    const chunks = Math.ceil((maxSeconds * 1000 + SPREAD_MS) / TWILIO_CHUNK_MS);
    const offset = Math.floor((index * payloads.length) / legs);
    const said = Array.from(
      { length: chunks },
      (_, i) => payloads[(offset + i) % payloads.length]!,
    );
    const caller = await TwilioCaller.connect({
      url,
      tracks: [{ track: 'inbound', payloads: said }],
    });
    await caller.start();
    const phaseMs = ((index * GOLDEN) % 1) * SPREAD_MS;
    const sentAtMs = new Float64Array(chunks);
    this.#members.set(caller.callSid, { caller, phaseMs, sentAtMs, held: true });
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.longestTickMs = Math.max(this.longestTickMs, nowMs - this.#lastTickMs);
    this.#lastTickMs = nowMs;
    for (const member of this.#members.values()) {
      const dueMs = nowMs - this.#originMs - member.phaseMs;
      while (member.caller.isOpen && member.caller.sentMs + TWILIO_CHUNK_MS <= dueMs) {
        member.sentAtMs[member.caller.sentMs / TWILIO_CHUNK_MS] = nowMs;
        if (member.caller.sendChunk() === false) break;
      }
    }
  }
}
