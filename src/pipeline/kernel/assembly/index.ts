export { addRows, multiplyRows } from './head';
export { computeLogMel, computeMfcc } from './mel';
export {
  correlation,
  cosines,
  fast,
  hann,
  lagGains,
  logMel,
  melSegments,
  melWeights,
  mfcc,
  pitchBand,
  power,
  samples,
  slow,
  taps,
  twiddles256,
  twiddles512,
  unpack512,
  unpack1024,
} from './memory';
export { computeCorrelation } from './pitch';
export { computePower } from './spectrum';
export { upsample } from './upsample';
