/** Recorders that write to a pipe cannot know the length and put a huge number there. */
const LARGEST_BELIEVED_BYTES = 0x7fff_0000;

const WAV_PCM = 1;
const WAV_FLOAT = 3;
const WAV_ALAW = 6;
const WAV_MULAW = 7;
const WAV_EXTENSIBLE = 0xfffe;
/** Formats whose bytes per sample are fixed, so that bytes can be turned into samples. */
const PLAIN_WAV_FORMATS: readonly number[] = [
  WAV_PCM,
  WAV_FLOAT,
  WAV_ALAW,
  WAV_MULAW,
  WAV_EXTENSIBLE,
];

/**
 * Samples per channel that a WAV or FLAC header promises, or null where the format makes no such
 * promise (MP3, Ogg) or the recorder did not know.
 */
export function declaredFrames(bytes: Uint8Array): number | null {
  if (bytes.length < 44) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(view, 0) === 'RIFF' && tagAt(view, 8) === 'WAVE') return wavFrames(view);
  if (tagAt(view, 0) === 'fLaC') return flacFrames(view);
  return null;
}

function wavFrames(view: DataView): number | null {
  let bytesPerFrame = 0;
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const tag = tagAt(view, at);
    const size = view.getUint32(at + 4, true);
    if (tag === 'fmt ' && at + 24 <= view.byteLength) {
      if (!PLAIN_WAV_FORMATS.includes(view.getUint16(at + 8, true))) return null;
      bytesPerFrame = view.getUint16(at + 20, true);
    }
    if (tag === 'data') {
      const known = bytesPerFrame > 0 && size > 0 && size < LARGEST_BELIEVED_BYTES;
      return known ? Math.floor(size / bytesPerFrame) : null;
    }
    at += 8 + size + (size % 2); // RIFF chunks are padded to an even length
  }
  return null;
}

/** STREAMINFO is the first block; its 36-bit sample count starts at bit 108 (RFC 9639 §8.2). */
function flacFrames(view: DataView): number | null {
  const high = view.getUint8(21) & 0x0f;
  const count = high * 0x1_0000_0000 + view.getUint32(22, false);
  return count > 0 ? count : null;
}

function tagAt(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}
