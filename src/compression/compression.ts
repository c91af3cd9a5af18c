/**
 * How a model is made smaller: 8-bit weights, or without the `share` (0 to 1) of each kernel's
 * weights that lies nearest to zero.
 */
export type Compression =
  | { readonly kind: 'int8' }
  | { readonly kind: 'prune'; readonly share: number };

const INT8_NOTE = `The large matrices are stored as 8-bit integers (one scale an output) and become floats again when the
model is loaded: \`model.onnx\` is smaller, the arithmetic and its speed are the original's, and every
engine gives the golden outputs as closely.`;

const PRUNED_NOTE = `The smallest weights of each large matrix are zero. The graph stays dense: it computes as much as
before and is as large on disk; only an archive of it is smaller.`;

function facts(compression: Compression) {
  switch (compression.kind) {
    case 'int8':
      return { suffix: 'int8', words: 'with 8-bit weights', note: INT8_NOTE };
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
