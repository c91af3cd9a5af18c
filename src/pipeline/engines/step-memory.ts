import { type NetworkShape, stateSize } from '../network/shape.ts';
import type { StepInput, StepOutput } from './engine.ts';

/** How many legs and frames a step memory holds. */
export interface StepRoom {
  readonly batchSize: number;
  readonly frameCount: number;
}

/**
 * Numbers that a leg has in a step memory of so many frames. The state comes first: so it lies in
 * the same place whatever a step's frames are, and an answer's state can be the next step's.
 */
function rowSizes(shape: NetworkShape, frameCount: number) {
  return {
    state: stateSize(shape),
    frames: frameCount * shape.featureCount,
    logits: shape.labelCount,
  };
}

/**
 * One block of memory that two threads see: what goes into a step and what comes out of it, so that
 * no step is copied from thread to thread. The state after a step takes the place of that before it.
 */
export class StepMemory {
  readonly room: StepRoom;
  readonly block: SharedArrayBuffer;
  readonly #shape: NetworkShape;

  /** A block that exists already is looked at; without one, a new one is made. */
  constructor(shape: NetworkShape, room: StepRoom, block?: SharedArrayBuffer) {
    this.#shape = shape;
    this.room = room;
    const rowSize = Object.values(rowSizes(shape, room.frameCount)).reduce((a, b) => a + b, 0);
    const bytes = room.batchSize * rowSize * Float32Array.BYTES_PER_ELEMENT;
    this.block = block ?? new SharedArrayBuffer(bytes);
  }

  holds({ batchSize, frameCount }: StepRoom): boolean {
    return batchSize <= this.room.batchSize && frameCount <= this.room.frameCount;
  }

  /** The places of a step of this size, each exactly as long as the step fills it. */
  views(step: StepRoom): StepInput & Omit<StepOutput, 'state'> {
    const sizes = rowSizes(this.#shape, step.frameCount);
    let byteOffset = 0;
    const next = (rowSize: number) => {
      const view = new Float32Array(this.block, byteOffset, step.batchSize * rowSize);
      byteOffset += view.byteLength;
      return view;
    };
    const [state, frames] = [next(sizes.state), next(sizes.frames)];
    const { batchSize, frameCount } = step;
    return { batchSize, frameCount, frames, state, logits: next(sizes.logits) };
  }
}
