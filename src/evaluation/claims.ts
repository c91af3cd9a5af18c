import { EMOTIONS, type Emotion, type Label } from '../protocol/labels.ts';

/** From `atMs` on the leg's clock the label `to` is shown; before the first it is "listening". */
export interface LabelChange {
  readonly atMs: number;
  readonly to: Label;
}

/** Whether a label claims an emotion, rather than saying that none can be told. */
export function isClaim(label: Label): label is Emotion {
  return (EMOTIONS as readonly Label[]).includes(label);
}

/** How long an emotion was shown in a stream of `audioMs`, in milliseconds. */
export function claimedMs(changes: readonly LabelChange[], audioMs: number): number {
  return changes.reduce((sum, { atMs, to }, i) => {
    const untilMs = changes[i + 1]?.atMs ?? audioMs;
    return isClaim(to) ? sum + Math.max(0, Math.min(untilMs, audioMs) - atMs) : sum;
  }, 0);
}

/** What was spoken from `startMs` until the next one's start. */
export interface Spoken {
  readonly startMs: number;
  readonly label: Emotion;
}

/** How long the emotion that was shown was the one being spoken, in milliseconds. */
export function rightlyClaimedMs(
  changes: readonly LabelChange[],
  audioMs: number,
  spoken: readonly Spoken[],
): number {
  return spoken.reduce((sum, { startMs, label }, i) => {
    const endMs = spoken[i + 1]?.startMs ?? audioMs;
    const own = changes.map(({ atMs, to }, c) => {
      const untilMs = changes[c + 1]?.atMs ?? audioMs;
      return to === label ? Math.max(0, Math.min(untilMs, endMs) - Math.max(atMs, startMs)) : 0;
    });
    return sum + own.reduce((total, ms) => total + ms, 0);
  }, 0);
}

/** How often an emotion came to be shown. */
export function claimCount(changes: readonly LabelChange[]): number {
  return changes.filter(({ to }) => isClaim(to)).length;
}

/**
 * The positions at which the claimed emotion became another one. Being lost and found again
 * ("anger", "uncertain", "anger") is no flip.
 */
export function flipsAtMs(changes: readonly LabelChange[]): number[] {
  const claims = changes.filter(({ to }) => isClaim(to));
  return claims.flatMap(({ atMs, to }, i) => (i > 0 && claims[i - 1]!.to !== to ? [atMs] : []));
}
