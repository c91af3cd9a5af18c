import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../protocol/clock.ts';

/**
 * Binds a media stream to the call it was ordered for: an HMAC over the call's id and an expiry,
 * handed to the vendor with the order and brought back in the stream's first message. Nothing is
 * remembered, so any process with the secret can check it, and it may be used until it expires.
 */
export class StreamTokens {
  readonly #secret: string;
  readonly #lifetimeMs: number;
  readonly #clock: Clock;

  constructor(secret: string, lifetimeMs: number, clock: Clock) {
    this.#secret = secret;
    this.#lifetimeMs = lifetimeMs;
    this.#clock = clock;
  }

  /** A token that opens streams of this call only, until it expires. */
  issue(callId: string): string {
    const expiresMs = this.#clock.nowMs() + this.#lifetimeMs;
    return `${expiresMs}.${this.#sign(callId, expiresMs).toString('base64url')}`;
  }

  /** Whether the token was issued here for this very call and has not expired. */
  verify(callId: string, token: string): boolean {
    const match = /^(\d{1,16})\.([A-Za-z0-9_-]{43})$/.exec(token);
    if (match === null) return false;
    const expiresMs = Number(match[1]);
    const given = Buffer.from(match[2] ?? '', 'base64url');
    const expected = this.#sign(callId, expiresMs);
    const genuine = given.length === expected.length && timingSafeEqual(given, expected);
    return genuine && this.#clock.nowMs() <= expiresMs;
  }

  #sign(callId: string, expiresMs: number): Buffer {
    return createHmac('sha256', this.#secret).update(`${expiresMs}.${callId}`).digest();
  }
}

/** The secret where none is set: derived from Twilio's auth token, so that every process of an account agrees. */
export function secretOfAuthToken(authToken: string): string {
  return createHmac('sha256', authToken).update('tonewire stream token').digest('hex');
}
