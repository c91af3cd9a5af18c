/**
 * What one frame's feature vector holds, in order. Training and serving both read this file;
 * a model's manifest repeats it, and a folder made for another layout is refused.
 */
export const ANALYSIS_RATE_HZ = 16000;
export const WINDOW_SAMPLES = 1024; // 64 ms
export const HOP_SAMPLES = 512; // 32 ms
export const MEL_BANDS = 64;
export const MEL_LOW_HZ = 60;
export const MEL_HIGH_HZ = 7600;
export const MFCC_COUNT = 13;

/** Feature groups and their widths: log2 pitch, voicing, intensity and speech rate make up `prosody`. */
export const FEATURE_GROUPS = {
  logMel: MEL_BANDS,
  mfcc: MFCC_COUNT,
  delta: MFCC_COUNT,
  deltaDelta: MFCC_COUNT,
  prosody: 4,
} as const;

export type FeatureGroup = keyof typeof FEATURE_GROUPS;

export const FEATURE_COUNT = Object.values(FEATURE_GROUPS).reduce((sum, width) => sum + width, 0);

/** First column of a group. */
export function featureOffset(group: FeatureGroup): number {
  let offset = 0;
  for (const [name, width] of Object.entries(FEATURE_GROUPS)) {
    if (name === group) return offset;
    offset += width;
  }
  return offset;
}

/** Where the level stands within the group `prosody`: log2 pitch, voicing, level, speech rate. */
const INTENSITY_IN_PROSODY = 2;

/** The column of a frame's level, in decibels. */
export const LEVEL_COLUMN = featureOffset('prosody') + INTENSITY_IN_PROSODY;

/**
 * `[FEATURE_COUNT]`: 1 for the columns that hold what a voice and its line are like on the whole
 * (log-mel, MFCC, level), which may be centred; 0 for differences and for what is absolute.
 */
export function centredColumns(): Float32Array {
  const columns = new Float32Array(FEATURE_COUNT);
  for (const group of ['logMel', 'mfcc'] as const) {
    const start = featureOffset(group);
    columns.fill(1, start, start + FEATURE_GROUPS[group]);
  }
  columns[LEVEL_COLUMN] = 1;
  return columns;
}

/** Changes whenever a computed value would by more than rounding: part of every model's manifest. */
export const FEATURE_VERSION = 'tonewire-features-1';
