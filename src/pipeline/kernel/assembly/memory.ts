// Where things lie, in bytes. Tables and scratch of all legs; a leg's own memory stays outside.

/** Bytes of a number in single precision. */
export const FLOAT: usize = 4;
/** Bytes of four of them, the width of a vector. */
export const VECTOR: usize = 16;

/** `[1024]` in: one window of samples. */
export const samples = memory.data(4096, 16);
/** `[513]` out, and three more for the last vector: the window's power spectrum. */
export const power = memory.data(2064, 16);
/** `[64]` out: natural logarithms of the bands' energies. */
export const logMel = memory.data(256, 16);
/** `[13]` out. */
export const mfcc = memory.data(64, 16);
/** `[140]` out: autocorrelation by lag, of the lags 12 to 135. */
export const correlation = memory.data(560, 16);

/** `[1024]`: the window's weights. */
export const hann = memory.data(4096, 16);
/** Factors of the transforms of 512 and 256 complex numbers, in the order in which they are used. */
export const twiddles512 = memory.data(4096, 16);
export const twiddles256 = memory.data(2048, 16);
/** `[260]` each: e^(−2πik / 1024) and e^(−2πik / 512), real parts, then imaginary parts. */
export const unpack1024 = memory.data(2080, 16);
export const unpack512 = memory.data(2080, 16);
/** `[65, 3]` whole numbers: first bin of a segment, its vectors, and where its weights begin. */
export const melSegments = memory.data(780, 16);
/** Pairs of vectors: 1 where a bin belongs to the segment, and how far it has risen there. */
export const melWeights = memory.data(16384, 16);
/** `[13, 32]`: half a cosine. */
export const cosines = memory.data(1664, 16);
/** `[136]`: 1 for the bins whose harmonics tell the pitch. */
export const pitchBand = memory.data(544, 16);
/** `[140]`: one over the window's own autocorrelation. */
export const lagGains = memory.data(560, 16);

/** `[512]` real parts, then `[512]` imaginary parts: what to transform, and room for the result. */
export const first = memory.data(4096, 16);
export const second = memory.data(4096, 16);
/** `[64]`: sums of a band and its mirror image, then differences. */
export const folded = memory.data(256, 16);

/** What `upsample` reads, oldest first, and what it writes, two for each after the first 79. */
export const slow = memory.data(8192, 16);
export const fast = memory.data(16384, 16);
/** `[80, 2]`: the filter's taps, newest input first, of the even and of the odd output samples. */
export const taps = memory.data(640, 16);
