import type { NetworkShape } from '../pipeline/network/shape.ts';
import { mapWeights, type WeightArrays, weightShapes } from '../pipeline/network/weights.ts';
import type { Random } from './random.ts';

/** Fresh weights: kernels He-uniform under a relu and Glorot-uniform elsewhere, the forget gate's bias 1, the rest 0. */
export function initialWeights(shape: NetworkShape, random: Random): WeightArrays {
  const shapes = weightShapes(shape);
  return mapWeights((name) => {
    const [rows, columns] = shapes[name];
    const values = new Float32Array(rows * columns);
    if (name.endsWith('.scale')) values.fill(1);
    if (name === 'lstm.bias') values.fill(1, 2 * shape.hiddenUnits, 3 * shape.hiddenUnits);
    if (rows === 1) return values;
    // The gates of an LSTM are separate layers side by side: fan-out counts one of them.
    const fanOut = name.startsWith('lstm.') ? columns / 4 : columns;
    const underRelu = name.startsWith('conv') || name === 'dense.kernel';
    const limit = Math.sqrt(underRelu ? 6 / rows : 6 / (rows + fanOut));
    for (let i = 0; i < values.length; i++) values[i] = random.uniform(-limit, limit);
    return values;
  });
}
