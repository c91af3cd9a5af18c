/** Added to a variance, it keeps its square root's slope finite where nothing varies. */
export const VARIANCE_FLOOR = 1e-4;

/**
 * Added to the variances that a correlation divides by: with what hardly varies nothing goes together,
 * and single precision would make it up.
 */
export const CORRELATION_FLOOR = 1e-2;
