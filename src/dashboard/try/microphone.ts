import { TonewireError } from '../../protocol/errors.ts';
import captureAddress from './capture.worklet.ts?worker&url';

/** What the analysis works at; the browser resamples. */
export const MICROPHONE_RATE_HZ = 16_000;

export interface Microphone {
  stop(): Promise<void>;
}

/**
 * Opens the microphone and gives it out in chunks of 100 ms; stopping it twice is once. The client's
 * own (sdk/microphone.ts) makes its worklet from a blob, which the page's security policy forbids.
 * Throws TW_MICROPHONE that says why there is none.
 */
export async function openMicrophone(onChunk: (chunk: Int16Array) => void): Promise<Microphone> {
  const stream = await permitted();
  const context = new AudioContext({ sampleRate: MICROPHONE_RATE_HZ });
  await context.audioWorklet.addModule(captureAddress);
  const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
  capture.port.onmessage = ({ data }: MessageEvent<Int16Array>) => onChunk(data);
  context.createMediaStreamSource(stream).connect(capture);
  return {
    stop: async () => {
      capture.port.onmessage = null;
      for (const track of stream.getTracks()) track.stop();
      if (context.state !== 'closed') await context.close();
    },
  };
}

/** Undefined where a page may not ask: over plain http, anywhere but on this machine. */
type Devices = MediaDevices | undefined;

async function permitted(): Promise<MediaStream> {
  const devices: Devices = navigator.mediaDevices;
  if (!devices) throw refused('A page may use the microphone over https or on this machine only.');
  try {
    return await devices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : '';
    if (name === 'NotFoundError') throw refused('There is no microphone.', cause);
    if (name === 'NotAllowedError') throw refused('The microphone was not permitted.', cause);
    throw refused('The microphone cannot be opened; another program may hold it.', cause);
  }
}

function refused(message: string, cause?: unknown): TonewireError {
  return new TonewireError('TW_MICROPHONE', message, { cause });
}
