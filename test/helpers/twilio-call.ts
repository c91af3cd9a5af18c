import type { ClientOptions } from 'ws';
import { WsClient } from './ws-client.ts';

/** 20 ms of mu-law silence, as a telephone sends it. */
export const SILENT_CHUNK = Buffer.alloc(160, 0xff);

export interface TwilioStart {
  readonly callSid?: string;
  readonly tracks?: readonly string[];
  readonly customParameters?: Readonly<Record<string, string>>;
  readonly mediaFormat?: Readonly<Record<string, unknown>>;
}

/** Plays Twilio's side of a media stream, message by message as Twilio documents it. */
export class TwilioCall {
  readonly client: WsClient;
  readonly callSid: string;
  readonly #streamSid = 'MZ00000000000000000000000000000001';
  #sequence = 0;
  readonly #chunks = new Map<string, number>();

  private constructor(client: WsClient, callSid: string) {
    this.client = client;
    this.callSid = callSid;
  }

  static async connect(
    url: string,
    callSid = 'CA00000000000000000000000000000001',
    options: ClientOptions = {},
  ): Promise<TwilioCall> {
    const call = new TwilioCall(await WsClient.open(url, [], options), callSid);
    call.client.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    return call;
  }

  start(options: TwilioStart = {}): void {
    const start = {
      streamSid: this.#streamSid,
      accountSid: 'AC00000000000000000000000000000001',
      callSid: this.callSid,
      tracks: ['inbound', 'outbound'],
      customParameters: {},
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      ...options,
    };
    this.#send({ event: 'start', start });
  }

  /** One chunk of audio, stamped as if it followed the track's last one unless told otherwise. */
  media(
    track: 'inbound' | 'outbound',
    bytes: Uint8Array = SILENT_CHUNK,
    stamp: { readonly timestampMs?: number; readonly sequenceNumber?: string | number } = {},
  ): void {
    const chunk = (this.#chunks.get(track) ?? 0) + 1;
    this.#chunks.set(track, chunk);
    const timestamp = String(stamp.timestampMs ?? (chunk - 1) * 20);
    const payload = Buffer.from(bytes).toString('base64');
    const media = { track, chunk: String(chunk), timestamp, payload };
    this.#send({ event: 'media', media }, stamp.sequenceNumber);
  }

  dtmf(digit: string): void {
    this.#send({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
  }

  stop(): void {
    this.#send({ event: 'stop', stop: { accountSid: 'AC1', callSid: this.callSid } });
  }

  #send(message: object, sequenceNumber?: string | number): void {
    this.#sequence += 1;
    const envelope = { sequenceNumber: sequenceNumber ?? String(this.#sequence) };
    this.client.send({ ...message, ...envelope, streamSid: this.#streamSid });
  }
}
