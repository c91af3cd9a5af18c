import { readFile } from 'node:fs/promises';
import decode, { type AudioData } from 'audio-decode';
import { TonewireError } from '../protocol/errors.ts';
import { declaredFrames } from './declared-length.ts';

/** A whole recording, decoded. */
export interface AudioFile {
  /** One array per channel, all of one length, samples in −1..1. */
  readonly channels: readonly Float32Array[];
  readonly sampleRateHz: number;
}

/**
 * Reads WAV (PCM, float, mu-law, A-law), FLAC, MP3 or Ogg Opus; the content decides, not the name.
 * Opus always comes out at 48 kHz. A file shorter than its own header says is refused: half a
 * recording must not pass for a whole one.
 */
export async function readAudioFile(path: string): Promise<AudioFile> {
  const bytes = await readBytes(path);
  const file = await decodeBytes(bytes, path);
  const expected = declaredFrames(bytes);
  const frames = file.channels[0]!.length;
  if (expected !== null && frames < expected) {
    throw new TonewireError(
      'TW_AUDIO_FILE',
      `${path}: the file is cut off: its header says ${expected} samples a channel, ${frames} are there.`,
    );
  }
  return file;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TonewireError('TW_AUDIO_FILE', `${path}: the file cannot be read.`, { cause });
  }
}

async function decodeBytes(bytes: Uint8Array, path: string): Promise<AudioFile> {
  let decoded: AudioData;
  try {
    decoded = await decode(bytes);
  } catch (cause) {
    throw new TonewireError(
      'TW_AUDIO_FILE',
      `${path}: not audio that can be decoded (WAV, FLAC, MP3 and Ogg Opus can).`,
      { cause },
    );
  }
  const frames = decoded.channelData[0]?.length ?? 0;
  if (frames === 0 || !(decoded.sampleRate > 0)) {
    throw new TonewireError('TW_AUDIO_FILE', `${path}: the file holds no audio, or is cut off.`);
  }
  return { channels: decoded.channelData, sampleRateHz: decoded.sampleRate };
}

/** All channels averaged into one; a mono file's channel is returned as it is, not copied. */
export function mixDown(file: AudioFile): Float32Array {
  const first = file.channels[0]!;
  if (file.channels.length === 1) return first;
  const mixed = new Float32Array(first.length);
  const share = 1 / file.channels.length;
  for (const channel of file.channels) {
    for (let i = 0; i < mixed.length; i++) mixed[i] = mixed[i]! + channel[i]! * share;
  }
  return mixed;
}
