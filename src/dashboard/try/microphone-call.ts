import { type TonewireError, toTonewireError } from '../../protocol/errors.ts';
import { connect, type EmotionStream } from '../../sdk/browser.ts';
import { MICROPHONE_RATE_HZ, type Microphone, openMicrophone } from './microphone.ts';

export interface MicrophoneCallOptions {
  readonly token: string | undefined;
  /** Loudest sample of each 100 ms, 0..1. */
  readonly onLevel: (level: number) => void;
  readonly onEnded: (error: TonewireError | undefined) => void;
}

/** A call whose customer is whoever sits before the page. */
export class MicrophoneCall {
  readonly #stream: EmotionStream;
  readonly #microphone: Microphone;

  private constructor(stream: EmotionStream, microphone: Microphone) {
    this.#stream = stream;
    this.#microphone = microphone;
  }

  get callId(): string {
    return this.#stream.callId;
  }

  /** Throws TW_CONNECT_FAILED, or what the gateway answers. */
  static async start({ token, onLevel, onEnded }: MicrophoneCallOptions): Promise<MicrophoneCall> {
    const stream = await connect({
      url: location.origin,
      audio: { sampleRateHz: MICROPHONE_RATE_HZ },
      legs: ['customer'],
      consent: 'given',
      metadata: { from: 'microphone' },
      ...(token !== undefined && { token }),
    });
    try {
      const microphone = await openMicrophone((chunk) => {
        onLevel(loudest(chunk));
        // A stream that fails says so once, below.
        stream.send(chunk).catch(() => undefined);
      });
      const over = (error?: TonewireError) => {
        void microphone.stop();
        onEnded(error);
      };
      stream.on('ended', () => over());
      stream.on('failed', (cause) => over(toTonewireError(cause)));
      return new MicrophoneCall(stream, microphone);
    } catch (cause) {
      await stream[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** Lets the gateway answer what it heard, then hangs up. */
  async stop(): Promise<void> {
    await this.#microphone.stop();
    await this.#stream[Symbol.asyncDispose]();
  }
}

function loudest(chunk: Int16Array): number {
  let peak = 0;
  for (const sample of chunk) peak = Math.max(peak, Math.abs(sample));
  return peak / 32_768;
}
