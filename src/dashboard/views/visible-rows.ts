/** Rows beyond the edges that are drawn too, so that a fast scroll shows no hole. */
const SPARE_ROWS = 4;

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
}

/** Which of `count` rows to draw: [first, end). */
export function visibleRows(count: number, rowHeight: number, view: Viewport): [number, number] {
  const first = Math.floor(view.scrollTop / rowHeight) - SPARE_ROWS;
  const end = Math.ceil((view.scrollTop + view.height) / rowHeight) + SPARE_ROWS;
  return [Math.max(0, Math.min(first, count)), Math.max(0, Math.min(end, count))];
}

/** The scroll position, closest to the one there is, that shows a whole row. */
export function scrollTopToShow(row: number, rowHeight: number, view: Viewport): number {
  const top = row * rowHeight;
  return Math.max(top + rowHeight - view.height, Math.min(view.scrollTop, top));
}
