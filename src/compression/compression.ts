/**
 * How a model is made smaller: 8-bit weights and products, 8-bit weights alone, or without the
 * `share` (0 to 1) of each kernel's weights that lies nearest to zero.
 */
export type Compression =
  | { readonly kind: 'int8' | 'int8-weights' }
  | { readonly kind: 'prune'; readonly share: number };

const INT8_NOTE = `The large matrices are 8-bit integers (7 of the bits, one scale an output), and ONNX Runtime rounds
what it multiplies them by to 8 bits while it runs. It takes the range for that from the whole batch:
what other legs say at the same moment moves a leg's logits, by as much as the rounding itself. In the
original and in an \`int8-weights\` model it moves nothing. TensorFlow.js serves this folder too, with the
same weights as floats: no faster, and within the manifest's \`goldenTolerance\` of the golden outputs,
which are the int8 graph's own.`;

const INT8_WEIGHTS_NOTE = `The large matrices are stored as 8-bit integers (7 of the bits, one scale an output) and become floats
again when the model is loaded: \`model.onnx\` is smaller, the arithmetic and its speed are the
original's, and every engine gives the golden outputs as closely.`;

const PRUNED_NOTE = `The smallest weights of each large matrix are zero. The graph stays dense: it computes as much as
before and is as large on disk; only an archive of it is smaller.`;

function facts(compression: Compression) {
  switch (compression.kind) {
    case 'int8':
      return { suffix: 'int8', words: 'with 8-bit weights and products', note: INT8_NOTE };
    case 'int8-weights':
      return { suffix: 'int8-weights', words: 'with 8-bit weights', note: INT8_WEIGHTS_NOTE };
    case 'prune': {
      const percent = Math.round(100 * compression.share);
      const words = `without the smallest ${percent} % of its weights`;
      return { suffix: `pruned-${percent}`, words, note: PRUNED_NOTE };
    }
  }
}

/** The name of a compressed model, one line and a card that say what it is; `id` is the original's. */
export function describeCompression(id: string, compression: Compression) {
  const { suffix, words, note } = facts(compression);
  const origin = `Made from ${id} by \`tonewire compress\`, without further training: its purpose, data, licence
and limits are the original's. Its accuracy is not: measure it with \`tonewire evaluate\`.`;
  const own = `${id}-${suffix}`;
  return { id: own, description: `${id} ${words}.`, card: `# ${own}\n\n${origin}\n\n${note}\n` };
}
