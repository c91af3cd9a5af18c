import { ERRORS, type ErrorCode, TonewireError } from '../../protocol/errors.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { ServerMessage, SessionStart } from '../../protocol/messages.ts';
import { MICROPHONE_RATE_HZ, type Microphone, openMicrophone } from './microphone.ts';

const STREAM_PATH = '/v1/stream';
const SUBPROTOCOL = 'tonewire.v1';
/** Half a minute of audio: a network that is further behind has lost the conversation. */
const MAX_BUFFERED_BYTES = 30 * MICROPHONE_RATE_HZ * 2;

const START: SessionStart = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: MICROPHONE_RATE_HZ, channels: 1 },
  legs: ['customer'],
  consent: 'given',
  metadata: { from: 'microphone' },
};

export interface MicrophoneCallOptions {
  readonly token: string | undefined;
  /** Loudest sample of each 100 ms, 0..1. */
  readonly onLevel: (level: number) => void;
  readonly onEnded: (error: TonewireError | undefined) => void;
}

/** A call whose customer is whoever sits before the page. */
export class MicrophoneCall {
  readonly callId: string;
  readonly #socket: WebSocket;
  readonly #microphone: Microphone;

  private constructor(callId: string, socket: WebSocket, microphone: Microphone) {
    this.callId = callId;
    this.#socket = socket;
    this.#microphone = microphone;
  }

  /** Throws TW_CONNECT_FAILED, or what the gateway answers. */
  static async start({ token, onLevel, onEnded }: MicrophoneCallOptions): Promise<MicrophoneCall> {
    const socket = await opened(token);
    let microphone: Microphone | undefined;
    let failure: TonewireError | undefined;
    socket.addEventListener('close', () => {
      void microphone?.stop();
      onEnded(failure);
    });
    socket.addEventListener('message', ({ data }) => {
      failure ??= failureOf(JSON.parse(String(data)) as ServerMessage | AnyEvent);
    });
    try {
      microphone = await openMicrophone((chunk) => {
        onLevel(loudest(chunk));
        if (socket.readyState !== WebSocket.OPEN) return;
        if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.close();
        else socket.send(chunk.buffer as ArrayBuffer);
      });
      return new MicrophoneCall(await started(socket), socket, microphone);
    } catch (cause) {
      socket.close();
      throw cause;
    }
  }

  /** Lets the gateway answer what it heard, then hangs up. */
  async stop(): Promise<void> {
    await this.#microphone.stop();
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ type: 'session.end' }));
  }
}

function opened(token: string | undefined): Promise<WebSocket> {
  const { protocol, host } = location;
  const address = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${STREAM_PATH}`;
  const socket = new WebSocket(address, [
    SUBPROTOCOL,
    ...(token === undefined ? [] : [`token.${token}`]),
  ]);
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('close', () => reject(new TonewireError('TW_CONNECT_FAILED')), {
      once: true,
    });
  });
}

function started(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      if (message.type === 'session.started') resolve(message.callId);
      const failure = failureOf(message);
      if (failure) reject(failure);
    });
    socket.send(JSON.stringify(START));
  });
}

function failureOf(message: ServerMessage | AnyEvent): TonewireError | undefined {
  if (message.type !== 'error') return undefined;
  const known = Object.hasOwn(ERRORS, message.code);
  return new TonewireError(known ? (message.code as ErrorCode) : 'TW_INTERNAL', message.message);
}

function loudest(chunk: Int16Array): number {
  let peak = 0;
  for (const sample of chunk) peak = Math.max(peak, Math.abs(sample));
  return peak / 32_768;
}
