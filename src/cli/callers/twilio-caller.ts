import { createHmac, randomBytes } from 'node:crypto';
import { encodeAudio } from '../../audio/encode.ts';
import { TOKEN_PARAMETER } from '../../gateway/sources/twilio.ts';
import { StreamTokens, secretOfAuthToken } from '../../gateway/stream-token.ts';
import { systemClock } from '../../protocol/clock.ts';
import { type OpenSocket, openSocket } from './open-socket.ts';
import type { Pacer } from './pacer.ts';

/** What Twilio sends: 20 ms of 8 kHz mu-law a message. */
export const TWILIO_CHUNK_MS = 20;
export const TWILIO_RATE_HZ = 8000;
const CHUNK_SAMPLES = (TWILIO_CHUNK_MS * TWILIO_RATE_HZ) / 1000;

/** The stream starts at once. */
const TOKEN_LIFETIME_MS = 60_000;

export type TwilioTrackName = 'inbound' | 'outbound';

/** One side of the call: base64 payloads, each 20 ms (the last may be shorter). */
export interface TwilioTrackAudio {
  readonly track: TwilioTrackName;
  readonly payloads: readonly string[];
}

export interface TwilioCallerOptions {
  /** The gateway's address, such as `ws://127.0.0.1:8460/`. */
  readonly url: string;
  readonly tracks: readonly TwilioTrackAudio[];
  /** Default: a new one. */
  readonly callSid?: string;
  readonly customParameters?: Readonly<Record<string, string>>;
  /** Signs the upgrade and the stream as Twilio would; a gateway on a loopback address needs none. */
  readonly authToken?: string | undefined;
}

/** Samples at 8 kHz as the payloads of one track. */
export function twilioPayloads(samples: Float32Array): string[] {
  const bytes = Buffer.from(encodeAudio(samples, 'mulaw'));
  const payloads: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_SAMPLES) {
    payloads.push(bytes.toString('base64', at, Math.min(at + CHUNK_SAMPLES, bytes.length)));
  }
  return payloads;
}

/** A call id of Twilio's form. */
export function newCallSid(): string {
  return `CA${randomBytes(16).toString('hex')}`;
}

/** Plays Twilio's side of a media stream: the same messages in the same order. */
export class TwilioCaller {
  readonly callSid: string;
  /** Rejects with a coded error when the server ends the stream for a reason of its own. */
  readonly closed: Promise<void>;
  readonly #socket: OpenSocket;
  readonly #options: TwilioCallerOptions;
  readonly #accountSid = `AC${randomBytes(16).toString('hex')}`;
  readonly #streamSid = `MZ${randomBytes(16).toString('hex')}`;
  #sequence = 0;
  #chunk = 0;

  private constructor(socket: OpenSocket, options: TwilioCallerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.callSid = options.callSid ?? newCallSid();
    this.closed = socket.closed;
  }

  /** Connects and says `connected`. */
  static async connect(options: TwilioCallerOptions): Promise<TwilioCaller> {
    const url = new URL('/twilio/media', options.url).href;
    const { authToken } = options;
    const headers = authToken === undefined ? {} : { 'x-twilio-signature': sign(authToken, url) };
    const socket = await openSocket({ url, headers, onText: () => undefined });
    await socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    return new TwilioCaller(socket, options);
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  /** How much of each track was sent, in milliseconds of audio. */
  get sentMs(): number {
    return this.#chunk * TWILIO_CHUNK_MS;
  }

  start(): Promise<void> {
    return this.#send('start', {
      start: {
        streamSid: this.#streamSid,
        accountSid: this.#accountSid,
        callSid: this.callSid,
        tracks: this.#options.tracks.map(({ track }) => track),
        customParameters: { ...this.#options.customParameters, ...this.#token() },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: TWILIO_RATE_HZ, channels: 1 },
      },
    });
  }

  /** What the gateway's TwiML would have made Twilio bring: the token that binds the stream to its call. */
  #token(): Record<string, string> {
    const { authToken } = this.#options;
    if (authToken === undefined) return {};
    const tokens = new StreamTokens(secretOfAuthToken(authToken), TOKEN_LIFETIME_MS, systemClock);
    return { [TOKEN_PARAMETER]: tokens.issue(this.callSid) };
  }

  /** Sends the next 20 ms of every track; `false` when there is no more. */
  sendChunk(): Promise<void> | false {
    const index = this.#chunk;
    const sent: Promise<void>[] = [];
    for (const { track, payloads } of this.#options.tracks) {
      const payload = payloads[index];
      if (payload === undefined) continue;
      const timestamp = String(index * TWILIO_CHUNK_MS);
      const media = { track, chunk: String(index + 1), timestamp, payload };
      sent.push(this.#send('media', { media }));
    }
    if (sent.length === 0) return false;
    this.#chunk += 1;
    return sent.at(-1)!;
  }

  async stop(): Promise<void> {
    if (!this.isOpen) return;
    await this.#send('stop', { stop: { accountSid: this.#accountSid, callSid: this.callSid } });
  }

  /** The whole call, from `start` to `stop`, in the pacer's time. Ends early when the socket does. */
  async play(pacer: Pacer): Promise<void> {
    await this.start();
    for (;;) {
      // A telephone sends what was spoken: 20 ms of sound exist 20 ms after they began.
      await pacer.until(this.sentMs + TWILIO_CHUNK_MS);
      const sent = this.isOpen && this.sendChunk();
      if (sent === false) break;
      await sent;
    }
    await this.stop();
  }

  hangUp(): void {
    this.#socket.close();
  }

  #send(event: string, body: object): Promise<void> {
    this.#sequence += 1;
    const sequenceNumber = String(this.#sequence);
    const streamSid = this.#streamSid;
    return this.#socket.send(JSON.stringify({ event, sequenceNumber, streamSid, ...body }));
  }
}

/** X-Twilio-Signature of a WebSocket upgrade: the address alone, there are no parameters. */
function sign(authToken: string, url: string): string {
  return createHmac('sha1', authToken).update(url).digest('base64');
}
