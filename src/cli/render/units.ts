import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
export const percent = (share: number) => `${Math.round(share * 100)} %`;
/** With its sign and two decimals, as wide below zero as above. */
export const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
export const minutes = (ms: number) =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** What others wrote (ids, reasons, alert texts) must not steer the terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A share 0..1 as a bar of at most `width` characters, in eighths of one. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return ('█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]!).padEnd(width);
}

/** The eight probabilities, largest first. */
export function ranked(probabilities: Readonly<Record<Emotion, number>>): [Emotion, number][] {
  return EMOTIONS.map((emotion): [Emotion, number] => [emotion, probabilities[emotion]]).sort(
    ([, one], [, other]) => other - one,
  );
}
