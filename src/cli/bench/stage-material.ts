import type { Config } from '../../config/schema.ts';
import type { LegOutput } from '../../pipeline/analysis.ts';
import { Decoder } from '../../pipeline/decode.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT } from '../../pipeline/features/layout.ts';
import { FrontEnd } from '../../pipeline/front-end.ts';
import { Resampler } from '../../pipeline/resample.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { Prosody } from '../../protocol/events.ts';
import { loadAnalyser } from '../../tonewire.ts';
import { TWILIO_CHUNK_MS, TWILIO_RATE_HZ } from '../callers/twilio-caller.ts';

/** One leg's audio, as each stage finds it. */
export interface StageMaterial {
  readonly audioSeconds: number;
  /** Twilio's media messages. */
  readonly messages: readonly Buffer[];
  /** Their mu-law bytes. */
  readonly chunks: readonly Buffer[];
  /** The whole at the analysis rate. */
  readonly samples: Float32Array;
  readonly levels: readonly { readonly intensityDb: number; readonly voicing: number }[];
  /** `[speechFrameCount, FEATURE_COUNT]`: what the gate let through. */
  readonly speechFrames: Float32Array;
  readonly speechFrameCount: number;
  readonly speechShare: number;
  /** What the leg says of it all. */
  readonly outputs: readonly LegOutput[];
  readonly prosody: Prosody;
}

/** Takes the audio through the pipeline once, and keeps what lies between the stages. */
export async function prepareMaterial(
  config: Config,
  payloads: readonly string[],
): Promise<StageMaterial> {
  const chunks = payloads.map((payload) => Buffer.from(payload, 'base64'));
  const outputs = await heard(config, chunks);
  const spoken = outputs.find((output) => output.type === 'emotion.updated');
  const frames = framesOf(chunks);
  if (spoken === undefined || frames.speechFrameCount === 0) {
    throw new TonewireError('TW_AUDIO_FILE', 'The recording holds no speech to measure with.');
  }
  return {
    audioSeconds: (chunks.length * TWILIO_CHUNK_MS) / 1000,
    messages: payloads.map(mediaMessage),
    chunks,
    samples: resampled(chunks),
    ...frames,
    outputs,
    prosody: spoken.data.prosody,
  };
}

function mediaMessage(payload: string, index: number): Buffer {
  const timestamp = String(index * TWILIO_CHUNK_MS);
  const media = { track: 'inbound', chunk: String(index + 1), timestamp, payload };
  const streamSid = 'MZ00000000000000000000000000000000';
  const message = { event: 'media', sequenceNumber: String(index + 2), streamSid, media };
  return Buffer.from(JSON.stringify(message));
}

async function heard(config: Config, chunks: readonly Buffer[]): Promise<LegOutput[]> {
  const outputs: LegOutput[] = [];
  const analyser = await loadAnalyser(config);
  const format = { encoding: 'mulaw', sampleRateHz: TWILIO_RATE_HZ } as const;
  const leg = analyser.openLeg(format, (output) => outputs.push(output));
  for (const chunk of chunks) {
    leg.push(chunk);
    await leg.drained();
  }
  await leg.end();
  await analyser.close();
  return outputs;
}

function resampled(chunks: readonly Buffer[]): Float32Array {
  const decoder = new Decoder('mulaw');
  const resampler = new Resampler(TWILIO_RATE_HZ, ANALYSIS_RATE_HZ);
  const samples = resampler.push(decoder.decode(Buffer.concat(chunks))).slice();
  resampler.free();
  return samples;
}

function framesOf(chunks: readonly Buffer[]) {
  const levels: { intensityDb: number; voicing: number }[] = [];
  const speech: Float32Array[] = [];
  let speaking = 0;
  const frontEnd = new FrontEnd({ encoding: 'mulaw', sampleRateHz: TWILIO_RATE_HZ }, (frame) => {
    levels.push({ intensityDb: frame.intensityDb, voicing: frame.voicing });
    if (frame.speaking) speaking += 1;
    speech.push(frame.speechFrames.slice(0, frame.speechFrameCount * FEATURE_COUNT));
  });
  for (const chunk of chunks) frontEnd.push(chunk);
  frontEnd.close();
  const count = speech.reduce((sum, frames) => sum + frames.length, 0);
  const speechFrames = new Float32Array(count);
  let at = 0;
  for (const frames of speech) {
    speechFrames.set(frames, at);
    at += frames.length;
  }
  const speechFrameCount = count / FEATURE_COUNT;
  return { levels, speechFrames, speechFrameCount, speechShare: speaking / levels.length };
}
