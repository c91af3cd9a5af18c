import type { IncomingMessage } from 'node:http';
import type { AudioFormat } from '../../pipeline/analysis.ts';
import type { TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { Leg } from '../../protocol/labels.ts';
import type { Consent, ServerMessage, SessionResume, Transcript } from '../../protocol/messages.ts';
import type { Principal } from '../auth.ts';

/**
 * What a source is: the one place that knows a vendor. It translates the vendor's socket messages
 * into `SourceMessage`s, and the session's replies into whatever the vendor wants to hear.
 *
 * To add a vendor, write `sources/<vendor>.ts` that returns a `Source`, and name it in the list in
 * `server.ts`. Everything else (caps, state machine, gaps, events) is already behind `deliver`.
 */
export interface Source {
  /** Shown in `call.started` and as a metrics label. */
  readonly name: string;
  /** The path whose WebSocket upgrades belong to this source. */
  readonly path: string;
  /**
   * Whether the sender speaks live and cannot be made to wait, as a telephone does. When analysis
   * falls behind, a live sender's audio is dropped and reported; any other sender is paused.
   */
  readonly live: boolean;
  /** Whether a sender whose socket was lost may come back on another and go on. */
  readonly resumable: boolean;
  /** Who sends the upgrade request, before a socket exists. Throws a `TonewireError` to refuse it. */
  authorize(request: IncomingMessage): Principal | Promise<Principal>;
  /** Opens the translation for one accepted socket. Must not wait: the first message may be there already. */
  connect(socket: SourceSocket, principal: Principal): SourceConversation;
}

/** What a source sees of its socket, and no more. */
export interface SourceSocket {
  /** Hands one message on to the call's session. */
  deliver(message: SourceMessage): void;
  /** Takes up a call whose socket was lost, instead of starting one; `resumed` is the answer. */
  resume(request: ResumeRequest): void;
  /** Sends one text message to the vendor. */
  send(text: string): void;
  /** Says that the source left a message out by its own reading, such as a repeat. */
  countDiscarded(why: DiscardReason): void;
}

/** One accepted socket's translation, in both directions. A throw ends the call with that error. */
export interface SourceConversation {
  /** A text message, as its UTF-8 bytes. */
  text(bytes: Buffer): void;
  binary(bytes: Uint8Array): void;
  /** What the session answers. A vendor that expects no reply ignores it. */
  reply(reply: SessionReply): void;
}

/** How a sender that comes back names its call, and from where on it still has audio and lacks events. */
export type ResumeRequest = Omit<SessionResume, 'type'>;

export type DiscardReason = 'repeated' | 'unknown_track' | 'unknown_event';

/** A leg as its source announces it. */
export interface SourceLeg {
  readonly leg: Leg;
  readonly format: AudioFormat;
}

export interface StartMessage {
  readonly type: 'start';
  readonly callId: string;
  /** The vendor's own id of the call, which a log may hold; never one that a client chose. */
  readonly vendorCallId?: string;
  readonly source: string;
  readonly legs: readonly SourceLeg[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly consent: Consent;
}

export interface AudioMessage {
  readonly type: 'audio';
  readonly leg: Leg;
  /** One channel of audio in the leg's format; a sample may be split between two chunks. */
  readonly bytes: Uint8Array;
  /**
   * Where the chunk's first sample lies on the leg's own clock, when the vendor lets us know.
   * A hole before it is reported as a gap. Without it the chunk follows the one before.
   */
  readonly positionSamples?: number;
}

/** Everything a source may say about its call. */
export type SourceMessage =
  | StartMessage
  | AudioMessage
  /** A line of what was said on a leg. Its text is personal: it goes into no log. */
  | Readonly<Transcript>
  /** A key was pressed. Which one never leaves the source. */
  | { readonly type: 'dtmf' }
  /** Audio that was played to the caller has ended, or was cleared. */
  | { readonly type: 'mark' }
  /** The sender stops the audio for a while; the next audio ends the pause. */
  | { readonly type: 'pause' }
  /** A hard boundary: answer everything heard so far, then start afresh. */
  | { readonly type: 'flush'; readonly id?: string }
  | { readonly type: 'stop'; readonly reason: string };

/** What a session answers to its source. */
export type SessionReply =
  | Extract<ServerMessage, { type: 'session.started' | 'session.flushed' | 'session.ended' }>
  /** The call that `start` announced goes on. */
  | {
      readonly type: 'resumed';
      readonly start: StartMessage;
      readonly message: Extract<ServerMessage, { type: 'session.resumed' }>;
    }
  | { readonly type: 'event'; readonly event: AnyEvent }
  | { readonly type: 'failed'; readonly error: TonewireError };
