/** Added to a variance, it keeps its square root's slope finite where nothing varies. */
export const VARIANCE_FLOOR = 1e-4;
