const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_BASE64 = 64;
const PADDING = '='.charCodeAt(0);

/** By character code: its six bits, or NOT_BASE64. */
const SIX_BITS = new Uint8Array(256).fill(NOT_BASE64);
for (let value = 0; value < ALPHABET.length; value++) SIX_BITS[ALPHABET.charCodeAt(value)] = value;

/**
 * Decodes the base64 text (RFC 4648 §4; padding may be left out) that stands in `bytes` from `start`
 * to `end`, without making a string of it. Undefined when it is malformed.
 */
export function decodeBase64(
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  const textEnd = withoutPadding(bytes, start, end);
  const left = (textEnd - start) % 4;
  if (left === 1) return undefined;
  if (textEnd < end && (end - start) % 4 !== 0) return undefined;
  const whole = textEnd - left;
  const decoded = Buffer.allocUnsafe(((whole - start) / 4) * 3 + Math.max(0, left - 1));
  let seen = 0;
  let filled = 0;
  for (let at = start; at < whole; at += 4) {
    const a = SIX_BITS[bytes[at]!]!;
    const b = SIX_BITS[bytes[at + 1]!]!;
    const c = SIX_BITS[bytes[at + 2]!]!;
    const d = SIX_BITS[bytes[at + 3]!]!;
    seen |= a | b | c | d;
    decoded[filled] = (a << 2) | (b >> 4);
    decoded[filled + 1] = (b << 4) | (c >> 2);
    decoded[filled + 2] = (c << 6) | d;
    filled += 3;
  }
  if (left > 0) {
    const a = SIX_BITS[bytes[whole]!]!;
    const b = SIX_BITS[bytes[whole + 1]!]!;
    const c = left === 3 ? SIX_BITS[bytes[whole + 2]!]! : 0;
    seen |= a | b | c;
    decoded[filled] = (a << 2) | (b >> 4);
    if (left === 3) decoded[filled + 1] = (b << 4) | (c >> 2);
  }
  return seen < NOT_BASE64 ? decoded : undefined;
}

/** Where the text ends that at most two characters of padding follow. */
function withoutPadding(bytes: Uint8Array, start: number, end: number): number {
  let textEnd = end;
  while (textEnd > start && end - textEnd < 2 && bytes[textEnd - 1] === PADDING) textEnd -= 1;
  return textEnd;
}
