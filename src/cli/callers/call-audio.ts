import { mixDown, readAudioFile } from '../../audio/audio-file.ts';
import { encodeAudio } from '../../audio/encode.ts';
import { resampleTo } from '../../audio/resample-file.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { Leg } from '../../protocol/labels.ts';
import {
  TWILIO_RATE_HZ,
  type TwilioTrackAudio,
  type TwilioTrackName,
  twilioPayloads,
} from './twilio-caller.ts';

/** The rate an app sends at: what the analysis works at. */
export const APP_RATE_HZ = 16_000;

/** A recording as a call: who speaks, and what. */
export interface CallAudio {
  readonly sampleRateHz: number;
  readonly durationMs: number;
  /** One or two; all of one length. */
  readonly speakers: readonly { readonly leg: Leg; readonly samples: Float32Array }[];
}

/**
 * Reads a recording. Two channels are the customer (left) and the agent (right); anything else is
 * one speaker. Naming a `leg` says that the file holds that one: its channels are mixed.
 */
export async function readCallAudio(path: string, leg?: Leg): Promise<CallAudio> {
  const file = await readAudioFile(path);
  const [left, right, ...more] = file.channels;
  const two = leg === undefined && left && right && more.length === 0;
  const speakers = two
    ? [
        { leg: 'customer' as const, samples: left },
        { leg: 'agent' as const, samples: right },
      ]
    : [{ leg: leg ?? ('customer' as const), samples: mixDown(file) }];
  const { sampleRateHz } = file;
  return { sampleRateHz, speakers, durationMs: (left!.length * 1000) / sampleRateHz };
}

const TRACKS: ReadonlyMap<Leg, TwilioTrackName> = new Map([
  ['customer', 'inbound'],
  ['agent', 'outbound'],
]);

/** The call as Twilio would send it: the customer inbound, the agent outbound. */
export function twilioTracks({ speakers, sampleRateHz }: CallAudio): TwilioTrackAudio[] {
  return speakers.map(({ leg, samples }) => {
    const track = TRACKS.get(leg);
    if (track === undefined) {
      throw new TonewireError(
        'TW_USAGE',
        'Twilio has no mixed leg: use --leg customer, --leg agent, or --as app.',
      );
    }
    return { track, payloads: twilioPayloads(resampleTo(samples, sampleRateHz, TWILIO_RATE_HZ)) };
  });
}

/** The call as an app would send it: 16-bit PCM at 16 kHz, the legs' samples taking turns. */
export function interleavedPcm({ speakers, sampleRateHz }: CallAudio): Uint8Array {
  const channels = speakers.map(({ samples }) => resampleTo(samples, sampleRateHz, APP_RATE_HZ));
  const count = channels.length;
  const interleaved = new Float32Array(channels[0]!.length * count);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < samples.length; i++) interleaved[i * count + channel] = samples[i]!;
  });
  return encodeAudio(interleaved, 'pcm_s16le');
}
