/** 20 ms at 16 kHz: long enough to hold a pitch period of the lowest voice. */
const FRAME_SAMPLES = 320;
/** A frame counts as active within this distance of the loudest frame (ITU-T P.56's idea, simplified). */
const ACTIVE_RANGE_DB = 30;

/**
 * Root mean square of the active part of a recording, on the scale of the samples: pauses and the
 * silence around a clip do not count, so that a signal-to-noise ratio means the same for all clips.
 * Zero for digital silence.
 */
export function activeLevel(samples: Float32Array): number {
  const powers = framePowers(samples);
  const threshold =
    powers.reduce((most, power) => Math.max(most, power), 0) / 10 ** (ACTIVE_RANGE_DB / 10);
  let sum = 0;
  let count = 0;
  for (const power of powers) {
    if (power === 0 || power < threshold) continue;
    sum += power;
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}

/** Mean square of each whole frame; a recording shorter than one frame is one frame. */
function framePowers(samples: Float32Array): Float64Array {
  const frameSamples = Math.max(1, Math.min(FRAME_SAMPLES, samples.length));
  const powers = new Float64Array(Math.floor(samples.length / frameSamples));
  for (let frame = 0; frame < powers.length; frame++) {
    let sum = 0;
    const start = frame * frameSamples;
    for (let i = start; i < start + frameSamples; i++) sum += samples[i]! ** 2;
    powers[frame] = sum / frameSamples;
  }
  return powers;
}
