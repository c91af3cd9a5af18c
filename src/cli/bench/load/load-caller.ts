import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TWILIO_MEDIA_PATH } from '../../../gateway/sources/twilio.ts';
import { newCallSid, TWILIO_CHUNK_MS, TWILIO_RATE_HZ } from '../../callers/twilio-caller.ts';
import { MediaFrames, textFrame } from './media-frames.ts';
import type { Sender } from './send-wheel.ts';

export interface LoadCallerOptions {
  /** The gateway's address, such as `http://127.0.0.1:8460/`. */
  readonly url: string;
  /** Masked payloads of 20 ms; said over and over. */
  readonly voice: readonly Buffer[];
  /** Where in it the caller begins. */
  readonly offset: number;
  /** Whether the other side of the call is sent too: the same voice, half of it later. */
  readonly bothTracks: boolean;
  /** A message leaves up to this much later than 20 ms after the one before it. */
  readonly jitterMs: number;
  /** How long it may speak at most. */
  readonly maxSeconds: number;
}

/** Twilio's side of one media stream, with nothing in it that costs: frames on a bare socket. */
export class LoadCaller implements Sender {
  readonly callSid = newCallSid();
  readonly offset: number;
  /** When each chunk of the caller's own track went out, on the clock; by its index. */
  readonly sentAtMs: Float64Array;
  dueMs = 0;
  /** Chunks of the caller's own track that went out. */
  chunks = 0;
  readonly #socket: Socket;
  readonly #options: LoadCallerOptions;
  readonly #streamSid = `MZ${randomBytes(16).toString('hex')}`;
  readonly #frames = new MediaFrames(this.#streamSid);
  #firstDueMs = 0;
  #sequence = 0;

  private constructor(socket: Socket, options: LoadCallerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.offset = options.offset;
    this.sentAtMs = new Float64Array(Math.ceil((options.maxSeconds * 1000) / TWILIO_CHUNK_MS));
    socket.on('error', () => undefined);
    // The gateway tells Twilio nothing but goodbye.
    socket.on('data', () => socket.destroy());
  }

  /** Connects and begins the call; what comes back instead of a caller is the code of the refusal. */
  static async connect(options: LoadCallerOptions): Promise<LoadCaller | string> {
    const request = get(new URL(TWILIO_MEDIA_PATH, options.url), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    const answered = await new Promise<Socket | string>((resolve, reject) => {
      request.once('upgrade', (_response, socket: Socket) => resolve(socket));
      request.once('response', (response) => resolve(refusal(response)));
      request.once('error', reject);
    });
    if (typeof answered === 'string') return answered;
    answered.setNoDelay(true);
    const caller = new LoadCaller(answered, options);
    caller.#begin();
    return caller;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Its first chunk has been spoken at this time. */
  speakFrom(firstDueMs: number): void {
    this.#firstDueMs = firstDueMs;
    this.dueMs = firstDueMs;
  }

  send(nowMs: number): boolean {
    if (this.#socket.destroyed || this.chunks >= this.sentAtMs.length) return false;
    const { voice, bothTracks, jitterMs, offset } = this.#options;
    const at = (offset + this.chunks) % voice.length;
    this.sentAtMs[this.chunks] = nowMs;
    this.#media('inbound', voice[at]!);
    if (bothTracks) this.#media('outbound', voice[(at + (voice.length >> 1)) % voice.length]!);
    this.chunks += 1;
    const onTimeMs = this.#firstDueMs + this.chunks * TWILIO_CHUNK_MS;
    // A line keeps the order of what it delays.
    this.dueMs = Math.max(this.dueMs, onTimeMs + Math.random() * jitterMs);
    return true;
  }

  /** Ends the call, and waits until the gateway has let go of it. */
  async stop(): Promise<void> {
    if (this.#socket.destroyed) return;
    const gone = once(this.#socket, 'close');
    this.#say('stop', { stop: { accountSid: 'AC', callSid: this.callSid } });
    await gone;
  }

  #begin(): void {
    this.#socket.write(textFrame('{"event":"connected","protocol":"Call","version":"1.0.0"}'));
    this.#say('start', {
      start: {
        streamSid: this.#streamSid,
        accountSid: `AC${randomBytes(16).toString('hex')}`,
        callSid: this.callSid,
        tracks: this.#options.bothTracks ? ['inbound', 'outbound'] : ['inbound'],
        customParameters: {},
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: TWILIO_RATE_HZ, channels: 1 },
      },
    });
  }

  #media(track: 'inbound' | 'outbound', payload: Buffer): void {
    this.#sequence += 1;
    const chunk = this.chunks + 1;
    const timestampMs = this.chunks * TWILIO_CHUNK_MS;
    this.#socket.write(this.#frames.make(track, this.#sequence, chunk, timestampMs, payload));
  }

  #say(event: string, body: object): void {
    this.#sequence += 1;
    const envelope = { event, sequenceNumber: String(this.#sequence), ...body };
    this.#socket.write(textFrame(JSON.stringify({ ...envelope, streamSid: this.#streamSid })));
  }
}

/** Why the gateway would not have it: the code of its answer. */
async function refusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  try {
    const { error }: { error: { code: string } } = JSON.parse(Buffer.concat(chunks).toString());
    return error.code;
  } catch {
    return `HTTP ${response.statusCode ?? 0}`;
  }
}
