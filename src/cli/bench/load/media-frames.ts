import type { TwilioTrackName } from '../../callers/twilio-caller.ts';

/**
 * All four bytes of the mask are alike, so that what is masked does not depend on where in a frame
 * it stands: a payload is masked once, for all callers. Whoever receives it unmasks every byte, as
 * with any mask but zero.
 */
const MASK = 0xa5;
const MASK_BYTES = Buffer.alloc(4, MASK);

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_FOLLOWS = 126;
const SHORT_HEADER_BYTES = 2;
const LONG_HEADER_BYTES = 4;

/** A text message as a client's WebSocket frame; up to 65,535 bytes. */
export function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const frame = Buffer.concat([header(body.length), body]);
  mask(frame, frame.length - body.length, frame.length);
  return frame;
}

/** Base64 payloads, masked and ready to stand in any frame. */
export function maskedPayloads(payloads: readonly string[]): Buffer[] {
  return payloads.map((payload) => {
    const bytes = Buffer.from(payload, 'latin1');
    mask(bytes, 0, bytes.length);
    return bytes;
  });
}

/**
 * Makes the `media` frames of one stream, in Twilio's own order of fields. A frame costs its caller
 * half a microsecond: what is measured is the gateway.
 */
export class MediaFrames {
  readonly #tail: Buffer;

  constructor(streamSid: string) {
    this.#tail = Buffer.from(`"},"streamSid":"${streamSid}"}`, 'latin1');
    mask(this.#tail, 0, this.#tail.length);
  }

  make(
    track: TwilioTrackName,
    sequence: number,
    chunk: number,
    timestampMs: number,
    payload: Buffer,
  ) {
    const head = `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"${track}","chunk":"${chunk}","timestamp":"${timestampMs}","payload":"`;
    const bodyBytes = head.length + payload.length + this.#tail.length;
    const start = headerBytes(bodyBytes);
    const frame = Buffer.allocUnsafe(start + bodyBytes);
    writeHeader(frame, bodyBytes);
    frame.write(head, start, 'latin1');
    mask(frame, start, start + head.length);
    frame.set(payload, start + head.length);
    frame.set(this.#tail, start + head.length + payload.length);
    return frame;
  }
}

function header(bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes(bodyBytes));
  writeHeader(bytes, bodyBytes);
  return bytes;
}

function headerBytes(bodyBytes: number): number {
  const short = bodyBytes < LENGTH_FOLLOWS;
  return (short ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES) + MASK_BYTES.length;
}

function writeHeader(frame: Buffer, bodyBytes: number): void {
  frame[0] = FINAL_TEXT;
  if (bodyBytes < LENGTH_FOLLOWS) {
    frame[1] = MASKED | bodyBytes;
  } else {
    frame[1] = MASKED | LENGTH_FOLLOWS;
    frame.writeUInt16BE(bodyBytes, SHORT_HEADER_BYTES);
  }
  frame.set(MASK_BYTES, headerBytes(bodyBytes) - MASK_BYTES.length);
}

function mask(bytes: Buffer, from: number, to: number): void {
  for (let i = from; i < to; i++) bytes[i]! ^= MASK;
}
