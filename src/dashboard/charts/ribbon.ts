import { type Label, UNDECIDED } from '../../protocol/labels.ts';
import type { Palette } from '../theme.ts';

/** A stretch of time that shows one label. */
export interface RibbonCell {
  /** From the left edge, in pixels. */
  readonly x: number;
  readonly width: number;
  readonly label: Label | null;
  readonly confidence: number;
}

/** The least height of a claimed label, so that an unsure one is still seen. */
const LEAST_HEIGHT = 0.3;
const UNDECIDED_HEIGHT = 0.14;

/**
 * A leg's labels over time: colour says which, height how sure. Where nothing is claimed the
 * ribbon is a thin line, and where nothing was heard it is empty.
 */
export function drawRibbon(
  context: CanvasRenderingContext2D,
  cells: Iterable<RibbonCell>,
  height: number,
  palette: Palette,
): void {
  for (const { x, width, label, confidence } of cells) {
    if (label === null) continue;
    const share = isUndecided(label)
      ? UNDECIDED_HEIGHT
      : LEAST_HEIGHT + (1 - LEAST_HEIGHT) * confidence;
    context.fillStyle = palette.labels[label];
    context.fillRect(x, height * (1 - share), width, height * share);
  }
}

export function isUndecided(label: Label): boolean {
  return (UNDECIDED as readonly Label[]).includes(label);
}
