import { TonewireError } from '../protocol/errors.ts';
import { WORKLET_NAME, WORKLET_SOURCE } from './microphone-worklet.ts';
import type { AudioPlatform, MediaStreamLike } from './web-audio.ts';

export interface MicrophoneOptions {
  readonly deviceId?: string;
  /** The browser's own cleaning changes how a voice sounds. Default: false for all three. */
  readonly echoCancellation?: boolean;
  readonly noiseSuppression?: boolean;
  readonly autoGainControl?: boolean;
}

/** A microphone that is being heard. */
export interface Microphone extends AsyncDisposable {
  stop(): Promise<void>;
}

/** Opens the microphone at this rate and hands on what it hears, about every 32 ms. Throws TW_MICROPHONE. */
export async function openMicrophone(
  sampleRateHz: number,
  hear: (samples: Float32Array) => void,
  signal: AbortSignal,
  options: MicrophoneOptions,
): Promise<Microphone> {
  const platform = globalThis as unknown as AudioPlatform;
  const stream = await capture(platform, options);
  try {
    return await listen(platform, stream, sampleRateHz, hear, signal);
  } catch (cause) {
    release(stream);
    const message = `This browser cannot record at ${sampleRateHz} Hz; connect with audio.sampleRateHz 48000, the gateway resamples.`;
    throw cause instanceof TonewireError
      ? cause
      : new TonewireError('TW_MICROPHONE', message, { cause });
  }
}

async function capture(
  { navigator }: AudioPlatform,
  { deviceId, ...processing }: MicrophoneOptions,
): Promise<MediaStreamLike> {
  if (navigator?.mediaDevices === undefined) {
    throw failed('There is none here: it takes a browser, and a page from https or localhost.');
  }
  const {
    echoCancellation = false,
    noiseSuppression = false,
    autoGainControl = false,
  } = processing;
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation,
        noiseSuppression,
        autoGainControl,
        ...(deviceId !== undefined && { deviceId: { exact: deviceId } }),
      },
    });
  } catch (cause) {
    throw failed(whyNot(cause), cause);
  }
}

async function listen(
  { AudioContext, AudioWorkletNode, URL, Blob }: AudioPlatform,
  stream: MediaStreamLike,
  sampleRate: number,
  hear: (samples: Float32Array) => void,
  signal: AbortSignal,
): Promise<Microphone> {
  const context = new AudioContext({ sampleRate });
  const stop = async () => {
    signal.removeEventListener('abort', onOver);
    release(stream);
    if (context.state !== 'closed') await context.close();
  };
  const onOver = () => void stop();
  try {
    const source = context.createMediaStreamSource(stream);
    const module = URL.createObjectURL(new Blob([WORKLET_SOURCE], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(module);
    URL.revokeObjectURL(module);
    const node = new AudioWorkletNode(context, WORKLET_NAME, { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => hear(data);
    source.connect(node);
    // A page that has had no click yet gets a context that waits for one.
    await context.resume();
    signal.throwIfAborted();
  } catch (cause) {
    await stop();
    throw cause;
  }
  signal.addEventListener('abort', onOver);
  return { stop, [Symbol.asyncDispose]: stop };
}

function release(stream: MediaStreamLike): void {
  for (const track of stream.getTracks()) track.stop();
}

const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'It was not permitted, by its user or by the Permissions-Policy of the page; ask again after a click, or have it allowed in the settings of the site.',
  NotFoundError: 'None is plugged in.',
  NotReadableError: 'Another program holds it, or the system forbids it.',
  OverconstrainedError: 'There is none with that deviceId.',
};

function whyNot(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : '';
  return REASONS[name] ?? 'The browser did not say why.';
}

function failed(why: string, cause?: unknown): TonewireError {
  return new TonewireError('TW_MICROPHONE', `No microphone. ${why}`, { cause });
}
