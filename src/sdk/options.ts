import type { Encoding, SampleRateHz } from '../protocol/app-protocol.ts';
import type { Leg } from '../protocol/labels.ts';
import type { ClientMessage, SessionStart } from '../protocol/messages.ts';
import type { ReconnectOptions } from './reconnect.ts';
import { SAMPLE_BYTES } from './wire-audio.ts';

export interface ConnectOptions {
  /** The gateway, such as `wss://voice.example.com`; with a path, what the path is served under. */
  readonly url: string | URL;
  /**
   * A token of `POST /v1/tokens`, or a function that fetches one, asked before each socket, since a
   * token may have expired when a lost socket is replaced. A program may give its API key instead.
   */
  readonly token?: string | (() => string | Promise<string>);
  readonly audio?: {
    /** Default: pcm_s16le. */
    readonly encoding?: Encoding;
    /** Default: 16000. */
    readonly sampleRateHz?: SampleRateHz;
    /** Two are interleaved. Default: 1. */
    readonly channels?: 1 | 2;
  };
  /** Whose voice each channel carries. Default: customer, then agent. */
  readonly legs?: readonly Leg[];
  readonly callId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly consent?: SessionStart['consent'];
  /** Audio that may wait for the gateway's confirmation. Default: 10000. */
  readonly maxBufferedMs?: number;
  /**
   * What a `send` does that finds the buffer full because nobody waited for those before: drop the
   * oldest audio, counted in `droppedMs` and reported as `audio.gap`, or reject. Default: drop-oldest.
   */
  readonly whenFull?: 'drop-oldest' | 'reject';
  /** Events that may wait for a slow `for await`; the oldest is dropped and counted. Default: 1000. */
  readonly maxQueuedEvents?: number;
  /** `false`: the stream fails with its socket. Default: comes back. */
  readonly reconnect?: false | ReconnectOptions;
  /** Between two signs of life; a socket silent for two of them is given up. Default: 10000. */
  readonly keepAliveMs?: number;
  /** For a socket to open and the call to start or go on. Default: 10000. */
  readonly connectTimeoutMs?: number;
  /** Largest message to send; at most the gateway's `limits.maxMessageBytes`. Default: 32768. */
  readonly maxMessageBytes?: number;
  /** Hangs up at once when aborted. */
  readonly signal?: AbortSignal;
}

/** The options with their defaults. */
export type StreamSettings = ReturnType<typeof streamSettings>;

export function streamSettings(options: ConnectOptions) {
  const { encoding = 'pcm_s16le', sampleRateHz = 16_000, channels = 1 } = options.audio ?? {};
  return {
    url: streamUrl(options.url),
    audio: { encoding, sampleRateHz, channels },
    frameBytes: SAMPLE_BYTES[encoding] * channels,
    maxBufferedMs: options.maxBufferedMs ?? 10_000,
    whenFull: options.whenFull ?? 'drop-oldest',
    maxQueuedEvents: options.maxQueuedEvents ?? 1000,
    reconnect: options.reconnect ?? {},
    keepAliveMs: options.keepAliveMs ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    maxMessageBytes: options.maxMessageBytes ?? 32_768,
  } as const;
}

/** The first message of a call. */
export function startMessage(options: ConnectOptions, settings: StreamSettings): ClientMessage {
  const { legs, callId, metadata, consent } = options;
  return {
    type: 'session.start',
    audio: settings.audio,
    ...(legs && { legs: [...legs] }),
    ...(callId !== undefined && { callId }),
    ...(metadata && { metadata: { ...metadata } }),
    ...(consent && { consent }),
  };
}

/** Where a first message is said: a gateway with workers has named a call's worker before its token's dot. */
export function addressFor(url: URL, hello: ClientMessage): URL {
  if (hello.type !== 'session.resume' || !hello.resumeToken.includes('.')) return url;
  const address = new URL(url);
  address.searchParams.set('resume', hello.resumeToken.slice(0, hello.resumeToken.indexOf('.')));
  return address;
}

const STREAM_PATH = '/v1/stream';

function streamUrl(base: string | URL): URL {
  const url = new URL(base);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(STREAM_PATH) ? path : path + STREAM_PATH;
  return url;
}
