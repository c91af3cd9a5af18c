/** Longest name or number of a caller that is shown, in characters. */
const MAX_LENGTH = 256;

/** A telephone number as people write it: digits, and what they put between them. */
const TELEPHONE = /^\+?[\d\s()./-]{3,}$/;

/** Who called, as the metadata of the call says under the first of these keys; null when it does not. */
export function callerOf(
  metadata: Readonly<Record<string, string>>,
  keys: readonly string[],
): string | null {
  for (const key of keys) {
    const caller = Object.hasOwn(metadata, key) ? metadata[key]?.trim() : '';
    if (caller) return caller.slice(0, MAX_LENGTH);
  }
  return null;
}

/** What two spellings of one caller have in common: `+1 (555) 010-0100` and `+15550100100` are one. */
export function callerKey(caller: string): string {
  const text = caller.trim().slice(0, MAX_LENGTH).toLowerCase();
  return TELEPHONE.test(text) ? text.replace(/[^\d+]/g, '') : text;
}
