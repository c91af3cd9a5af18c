import { decodeBase64 } from './base64-bytes.ts';

/** What a Twilio `media` message says. */
export interface MediaFrame {
  /** `inbound` when the message names none. */
  readonly track: string;
  readonly sequence: number | undefined;
  readonly timestampMs: number | undefined;
  /** 8 kHz mu-law. */
  readonly audio: Uint8Array;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const FIRST_PRINTABLE = 0x20;
/** Beyond so many digits a number loses some. */
const MOST_DIGITS = 15;
const DEFAULT_TRACK = 'inbound';
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Reads a `media` message as Twilio writes it straight from the socket's bytes: fifty a second of
 * every leg come this way, and parsing each as JSON would cost six times as much. Anything out of the
 * ordinary (white space, escapes, an unknown track, whatever is malformed) is not judged here:
 * undefined comes back, and parseTwilioMessage takes the message. What both accept they read alike.
 */
export function scanMedia(bytes: Uint8Array): MediaFrame | undefined {
  return scan.read(bytes);
}

/** One pass over one message. Every method moves on and says whether it found what it should. */
class MediaScan {
  #bytes: Uint8Array = NOTHING;
  #at = 0;
  /** What the newest string or number holds. */
  #start = 0;
  #end = 0;
  #isMedia = false;
  #hasMedia = false;
  #track = DEFAULT_TRACK;
  #sequence: number | undefined;
  #timestampMs: number | undefined;
  #audio: Uint8Array | undefined;

  read(bytes: Uint8Array): MediaFrame | undefined {
    this.#begin(bytes);
    const frame = this.#frame();
    // Whoever scans next must not be what keeps this message's memory.
    this.#begin(NOTHING);
    return frame;
  }

  #begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#isMedia = false;
    this.#hasMedia = false;
    this.#track = DEFAULT_TRACK;
    this.#sequence = undefined;
    this.#timestampMs = undefined;
    this.#audio = undefined;
  }

  #frame(): MediaFrame | undefined {
    const whole = this.#object(false) && this.#at === this.#bytes.length;
    if (!whole || !this.#isMedia || this.#audio === undefined) return undefined;
    return {
      track: this.#track,
      sequence: this.#sequence,
      timestampMs: this.#timestampMs,
      audio: this.#audio,
    };
  }

  /** The message itself, or the object that it holds under "media". */
  #object(inMedia: boolean): boolean {
    if (!this.#take(OPEN)) return false;
    for (;;) {
      if (!this.#string()) return false;
      const keyStart = this.#start;
      const keyEnd = this.#end;
      if (!this.#take(COLON)) return false;
      const understood = inMedia
        ? this.#mediaMember(keyStart, keyEnd)
        : this.#member(keyStart, keyEnd);
      if (!understood) return false;
      if (this.#take(CLOSE)) return true;
      if (!this.#take(COMMA)) return false;
    }
  }

  #member(keyStart: number, keyEnd: number): boolean {
    if (this.#spells('media', keyStart, keyEnd)) {
      if (this.#hasMedia) return false;
      this.#hasMedia = true;
      return this.#object(true);
    }
    if (!this.#scalar()) return false;
    if (this.#spells('event', keyStart, keyEnd)) {
      this.#isMedia = this.#isText() && this.#spells('media', this.#start, this.#end);
      return this.#isMedia;
    }
    if (!this.#spells('sequenceNumber', keyStart, keyEnd)) return true;
    this.#sequence = this.#count();
    return this.#sequence !== undefined;
  }

  #mediaMember(keyStart: number, keyEnd: number): boolean {
    if (!this.#scalar()) return false;
    if (this.#spells('payload', keyStart, keyEnd)) {
      this.#audio = this.#isText() ? decodeBase64(this.#bytes, this.#start, this.#end) : undefined;
      return this.#audio !== undefined;
    }
    if (this.#spells('timestamp', keyStart, keyEnd)) {
      this.#timestampMs = this.#count();
      return this.#timestampMs !== undefined;
    }
    if (this.#spells('track', keyStart, keyEnd)) return this.#isText() && this.#readTrack();
    return true;
  }

  #readTrack(): boolean {
    for (const track of ['inbound', 'outbound']) {
      if (!this.#spells(track, this.#start, this.#end)) continue;
      this.#track = track;
      return true;
    }
    return false;
  }

  /** A string without escapes, or a whole number. */
  #scalar(): boolean {
    return this.#bytes[this.#at] === QUOTE ? this.#string() : this.#digits();
  }

  #string(): boolean {
    if (!this.#take(QUOTE)) return false;
    const bytes = this.#bytes;
    this.#start = this.#at;
    for (let at = this.#at; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#end = at;
        this.#at = at + 1;
        return true;
      }
      if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return false;
    }
    return false;
  }

  #digits(): boolean {
    this.#start = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at += 1;
    this.#end = this.#at;
    const leadingZero = this.#bytes[this.#start] === ZERO && this.#end - this.#start > 1;
    return this.#end > this.#start && !leadingZero;
  }

  /** Whether the newest scalar was a string: then its closing quote was passed. */
  #isText(): boolean {
    return this.#at > this.#end;
  }

  /** The newest scalar as a number; undefined when it is not digits alone. */
  #count(): number | undefined {
    const length = this.#end - this.#start;
    if (length === 0 || length > MOST_DIGITS) return undefined;
    let value = 0;
    for (let at = this.#start; at < this.#end; at++) {
      const byte = this.#bytes[at]!;
      if (!isDigit(byte)) return undefined;
      value = 10 * value + byte - ZERO;
    }
    return value;
  }

  #spells(word: string, start: number, end: number): boolean {
    if (end - start !== word.length) return false;
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[start + i] !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }
}

/** One for all messages: a scan runs to its end before the next begins. */
const scan = new MediaScan();

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
