import {
  centringDecayPerFrame,
  memberShape,
  type NetworkShape,
  type SharedPartName,
  stateLayout,
  stateSize,
  statisticsShape,
} from '../pipeline/network/shape.ts';
import { namedParts, orderedParts } from '../pipeline/network/state-parts.ts';
import {
  membersOf,
  statisticsHead,
  type WeightArrays,
  type WeightName,
} from '../pipeline/network/weights.ts';
import { floatKernel, type KernelConstant } from './kernel-constant.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { type MemberParts, OnnxMember } from './onnx-member.ts';
import { END, sliceAxis, withContext } from './onnx-nodes.ts';
import { OnnxReader, type ReaderParts } from './onnx-reader.ts';

/**
 * Writes the network's step (step.ts) as an ONNX graph over the same weights: inputs `frames
 * [B, T, F]` and `state [B, S]`, outputs `logits` and `state_after`, B and T free. Rows are
 * leg-major here, except for the LSTM operator, which wants time first. `kernelConstant` puts the
 * kernels into the graph; a compressed model brings its own.
 */
export function exportOnnx(
  shape: NetworkShape,
  weights: WeightArrays,
  kernelConstant: KernelConstant = floatKernel,
): Uint8Array {
  return new StepGraph(shape, weights, kernelConstant).build();
}

/** What one reader says and what it keeps, names of values in the graph. */
interface Answer {
  readonly logits: string;
  readonly after: Partial<MemberParts>;
}

/** Parts of the state that all readers share, each the name of a value in the graph. */
type SharedParts = Record<SharedPartName, string>;

class StepGraph {
  readonly #graph = new OnnxGraph();
  readonly #shape: NetworkShape;
  readonly #weights: WeightArrays;
  readonly #kernelConstant: KernelConstant;

  constructor(shape: NetworkShape, weights: WeightArrays, kernelConstant: KernelConstant) {
    this.#shape = shape;
    this.#weights = weights;
    this.#kernelConstant = kernelConstant;
  }

  build(): Uint8Array {
    const g = this.#graph;
    const shape = this.#shape;
    const frames = g.input('frames', ['B', 'T', shape.featureCount]);
    const sizes = stateLayout(shape).map((part) => part.size);
    const state = g.input('state', ['B', stateSize(shape)]);
    const split = g.nodes('Split', [state, g.integers(sizes)], sizes.length, { axis: 1 });
    const before = namedParts(shape, split);
    const shifted = g.node('Sub', [frames, this.#vector('input.mean')]);
    const normalised = g.node('Mul', [shifted, this.#vector('input.scale')]);
    const { input, ...heard } = this.#centre(normalised, before.shared);
    const size = { taps: shape.convKernel, channels: shape.featureCount };
    const { unfolded, context } = withContext(g, input, before.shared.conv1, size);
    const weights = membersOf(shape, this.#weights);
    const first = weights.length > 0 ? this.#firstConvolutions(unfolded, weights) : [];
    const answers: Answer[] = weights.map((own, m) => {
      const member = new OnnxMember(g, memberShape(shape), own, this.#kernelConstant);
      return member.step(first[m]!, before.readers[m]!);
    });
    if (shape.statisticsUnits > 0) {
      answers.push(this.#statistics(normalised, before.readers.at(-1)!));
    }
    const shared = { ...heard, conv1: context };
    const readers = answers.map(({ after }) => after);
    const parts = orderedParts(shape, { shared, readers });
    const logits = this.#weigh(answers);
    g.output('logits', logits, ['B', shape.labelCount]);
    g.output('state_after', g.node('Concat', parts, { axis: 1 }), ['B', stateSize(shape)]);
    return g.encode('tonewire-step');
  }

  /** The statistics of statistics.ts, over `[B, T, F]` before it is centred. */
  #statistics(normalised: string, before: ReaderParts): Answer {
    const g = this.#graph;
    const weights = statisticsHead(this.#weights);
    const own = statisticsShape(this.#shape);
    const reader = new OnnxReader(g, own, weights, this.#kernelConstant);
    const first = sliceAxis(g, normalised, [0, 1], 2);
    const alike = g.node('Mul', [g.node('Squeeze', [first, g.integers([2])]), g.scalar(0)]);
    return reader.read(normalised, alike, before, (pooled) => {
      const shifted = g.node('Sub', [pooled, this.#vector('statistics.mean')]);
      return g.node('Mul', [shifted, this.#vector('statistics.scale')]);
    });
  }

  /** relu of each member's first convolution, `[B, T, C]`: one product, since all read the same. */
  #firstConvolutions(unfolded: string, members: readonly WeightArrays[]): string[] {
    const g = this.#graph;
    const { convChannels } = this.#shape;
    const columns = members.length * convChannels;
    const sideBySide = (name: 'conv1.kernel' | 'conv1.bias') => {
      const values = new Float32Array(members.length * members[0]![name].length);
      members.forEach((own, m) => {
        own[name].forEach((value, i) => {
          const row = Math.floor(i / convChannels);
          values[row * columns + m * convChannels + (i % convChannels)] = value;
        });
      });
      return values;
    };
    const values = sideBySide('conv1.kernel');
    const kernel = {
      name: 'conv1.kernel' as const,
      values,
      rows: values.length / columns,
      columns,
    };
    const product = g.node('MatMul', [unfolded, this.#kernelConstant(g, kernel)]);
    const bias = g.floats(sideBySide('conv1.bias'), [columns]);
    const output = g.node('Relu', [g.node('Add', [product, bias])]);
    if (members.length === 1) return [output];
    const widths = g.integers(members.map(() => convChannels));
    return g.nodes('Split', [output, widths], members.length, { axis: 2 });
  }

  /** The readers' logits, each by its share (`readerShares`). */
  #weigh(answers: readonly Answer[]): string {
    const g = this.#graph;
    const { members, statisticsUnits, statisticsShare } = this.#shape;
    const logits = answers.map((answer) => answer.logits);
    if (statisticsUnits === 0 || members === 0) return this.#mean(logits);
    const ofMembers = this.#mean(logits.slice(0, -1));
    const apart = g.node('Sub', [logits.at(-1)!, ofMembers]);
    return g.node('Add', [ofMembers, g.node('Mul', [g.scalar(statisticsShare), apart])]);
  }

  #mean(logits: readonly string[]): string {
    return logits.length === 1 ? logits[0]! : this.#graph.node('Mean', [...logits]);
  }

  #vector(name: WeightName): string {
    return this.#graph.floats(this.#weights[name], [this.#weights[name].length]);
  }

  /** The running mean of centring.ts, over `[B, T, F]`. */
  #centre(x: string, before: SharedParts) {
    const g = this.#graph;
    const decay = centringDecayPerFrame(this.#shape);
    const one = g.integers([1], []);
    const frameCount = g.node('Gather', [g.node('Shape', [x]), one]);
    const range = g.node('Range', [one, g.node('Add', [frameCount, one]), one]);
    const elapsed = g.node('Mul', [g.node('Cast', [range], { to: 1 }), g.scalar(decay)]);
    const fade = g.node('Exp', [g.node('Neg', [elapsed])]);
    const column = (row: string) => g.node('Unsqueeze', [row, g.integers([1])]);
    const grown = g.node('Mul', [x, column(g.node('Exp', [elapsed]))]);
    const summed = g.node('Add', [
      g.node('CumSum', [grown, one]),
      g.node('Unsqueeze', [before.heardSum, g.integers([1])]),
    ]);
    const sums = g.node('Mul', [summed, column(fade)]);
    const fresh = g.node('Div', [
      g.node('Sub', [g.scalar(1), fade]),
      g.scalar(1 - Math.exp(-decay)),
    ]);
    const counts = g.node('Add', [g.node('Mul', [before.heard, fade]), fresh]);
    const divisor = g.node('Add', [counts, g.scalar(this.#shape.centringPriorFrames)]);
    const means = g.node('Div', [sums, g.node('Unsqueeze', [divisor, g.integers([2])])]);
    const masked = g.node('Mul', [means, this.#vector('input.centre')]);
    return {
      input: g.node('Sub', [x, masked]),
      heard: sliceAxis(g, counts, [-1, END], 1),
      heardSum: g.node('Squeeze', [sliceAxis(g, sums, [-1, END], 1), g.integers([1])]),
    };
  }
}
