import { join } from 'node:path';
import { readAudioFile } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { wavFile } from '../audio/wav.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { Leg } from '../protocol/labels.ts';

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

/** Left and right of the recording. */
const LEGS: readonly Leg[] = ['customer', 'agent'];

/** A voice, not the noise of the line: a fiftieth of full scale. */
const AUDIBLE = 0.02;
const LEAD_SECONDS = 0.3;

/** The sample call, from just before its customer first speaks: whoever presses play wants to see something. */
export interface SampleRecording {
  readonly sampleRateHz: number;
  readonly legs: readonly { readonly leg: Leg; readonly pcm: Uint8Array }[];
  /** The same, to be listened to. */
  readonly wav: Buffer;
}

/** Throws TW_AUDIO_FILE where the package lacks it. */
export async function readSampleRecording(): Promise<SampleRecording> {
  const { channels, sampleRateHz } = await readAudioFile(SAMPLE_CALL);
  const [customer] = channels;
  const audible = customer?.findIndex((sample) => Math.abs(sample) > AUDIBLE) ?? 0;
  const from = Math.max(0, audible - LEAD_SECONDS * sampleRateHz);
  const heard = channels.map((samples) => samples.subarray(from));
  const legs = heard.map((samples, channel) => ({
    leg: LEGS[channel] ?? 'mixed',
    pcm: encodeAudio(samples, 'pcm_s16le'),
  }));
  const interleaved = new Float32Array(heard.length * (heard[0]?.length ?? 0));
  heard.forEach((samples, channel) => {
    for (let i = 0; i < samples.length; i += 1)
      interleaved[i * heard.length + channel] = samples[i]!;
  });
  const wav = wavFile(encodeAudio(interleaved, 'pcm_s16le'), heard.length, sampleRateHz);
  return { sampleRateHz, legs, wav };
}
