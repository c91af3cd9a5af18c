import { LARGEST_EXPONENT } from '../../pipeline/network/peak.ts';
import { type Block, type Frames, overTime } from './block.ts';

/** What the peak over clips needs beside the frames. */
export interface PeakInputs {
  /** `[T, B, 1]`: 1 where a clip has a frame. */
  readonly present: string;
  /** `[R, T]`: what a frame's share has faded to at a readout; 0 after it. */
  readonly fade: string;
}

/** The peak of network/peak.ts read out R times: `[T, B, H]` → `[R, B, H]`. */
export function peakPooling(
  frames: Frames,
  hidden: string,
  inputs: PeakInputs,
  units: number,
  sharpness: number,
): Block {
  const g = frames.graph;
  const mul = (a: string, b: string) => g.node('Mul', [a, b]);
  const highest = g.scalar(LARGEST_EXPONENT / sharpness);
  const bounded = mul(g.node('Min', [hidden, highest]), g.scalar(sharpness));
  const parts = mul(g.node('Exp', [bounded]), inputs.present);
  const sum = overTime(frames, inputs.fade, parts, units);
  const count = overTime(frames, inputs.fade, inputs.present, 1);
  const logarithm = g.node('Log', [g.node('Div', [sum, count])]);
  return {
    output: g.node('Div', [logarithm, g.scalar(sharpness)]),
    backward: (d) => {
      const fadeBack = g.node('Transpose', [inputs.fade], { perm: [1, 0] });
      const dParts = overTime(frames, fadeBack, g.node('Div', [d, sum]), units);
      const room = g.node('Relu', [g.node('Sub', [highest, hidden])]);
      return { dInput: mul(mul(dParts, parts), g.node('Sign', [room])), gradients: {} };
    },
  };
}
