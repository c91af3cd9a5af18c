import type { BotContext } from '../protocol/bot-context.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { SessionStart } from '../protocol/messages.ts';
import { connect, type EmotionStream } from '../sdk/node.ts';
import { spokenHint } from './bot/spoken-hint.ts';
import { exchange } from './http-exchange.ts';

/** What is needed of LiveKit's `AudioFrame`. */
export interface LiveKitFrame {
  readonly data: Int16Array;
  readonly sampleRate: number;
  readonly channels: number;
}

/** What is needed of LiveKit's `llm.ChatContext`. */
export interface LiveKitChat {
  addMessage(message: { role: 'system'; content: string; extra: Record<string, unknown> }): unknown;
}

export interface LiveKitOptions {
  /** The gateway, such as `https://voice.example.com`. */
  readonly url: string;
  /** An API key with the permissions `stream` and `events`. */
  readonly token: string;
  /** Names the call; the room's name is a good one. */
  readonly callId: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly consent?: SessionStart['consent'];
  /** How long a turn may wait for what the caller sounds like. Default: 300. */
  readonly contextTimeoutMs?: number;
  /** Told what went wrong, once for the audio and once for each turn; the agent goes on without. */
  readonly onFailure?: (error: TonewireError) => void;
}

const CONTEXT_TIMEOUT_MS = 300;

/** For one call of a LiveKit agent: hears what the user says, and tells the model how it sounds. */
export class LiveKitEar {
  readonly #options: LiveKitOptions;
  #stream: Promise<EmotionStream> | undefined;
  #failed = false;

  constructor(options: LiveKitOptions) {
    this.#options = options;
  }

  /** Passes frames on as they come, and sends each to the gateway beside; for `sttNode`. */
  async *tee<F extends LiveKitFrame>(audio: AsyncIterable<F>): AsyncGenerator<F, void, undefined> {
    for await (const frame of audio) {
      this.#hear(frame);
      yield frame;
    }
  }

  /** Adds to the turn how the user sounds now, when that is known in time; never throws. */
  async onUserTurnCompleted(chat: LiveKitChat): Promise<void> {
    try {
      const context = await this.#context();
      if (context === null) return;
      chat.addMessage({
        role: 'system',
        content: spokenHint(context),
        extra: { tonewire: context },
      });
    } catch (cause) {
      this.#options.onFailure?.(toTonewireError(cause, 'TW_ADAPTER_FAILED'));
    }
  }

  /** Ends the call at the gateway. */
  async close(): Promise<void> {
    try {
      await (await this.#stream)?.end();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #hear({ data, sampleRate, channels }: LiveKitFrame): void {
    if (this.#failed) return;
    if (channels !== 1) {
      this.#fail(new TonewireError('TW_UNSUPPORTED_AUDIO', 'A leg is one channel of audio.'));
      return;
    }
    this.#stream ??= this.#open(sampleRate);
    // Copied, because LiveKit may use the frame again. What waits is bounded by connectTimeoutMs,
    // then by the stream's own buffer.
    const samples = data.slice();
    this.#stream
      .then((stream) => stream.send(samples))
      .catch((cause: unknown) => this.#fail(cause));
  }

  #open(sampleRate: number): Promise<EmotionStream> {
    const { url, token, callId, metadata, consent } = this.#options;
    return connect({
      url,
      token,
      callId,
      // A rate that the gateway does not take is refused by it, with a code.
      audio: { sampleRateHz: sampleRate as 16_000 },
      ...(metadata && { metadata }),
      ...(consent && { consent }),
    });
  }

  async #context(): Promise<BotContext | null> {
    const { url, token, callId, contextTimeoutMs = CONTEXT_TIMEOUT_MS } = this.#options;
    const base = url.replace(/^ws/, 'http').replace(/\/+$/, '');
    const answer = await exchange({
      method: 'GET',
      url: `${base}/v1/calls/${encodeURIComponent(callId)}/context`,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(contextTimeoutMs),
    });
    if (answer.status !== 200) {
      throw new TonewireError('TW_ADAPTER_FAILED', `The gateway answered ${answer.status}.`);
    }
    return JSON.parse(answer.text ?? '{"context":null}').context;
  }

  #fail(cause: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFailure?.(toTonewireError(cause, 'TW_ADAPTER_FAILED'));
  }
}
