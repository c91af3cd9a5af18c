import protobuf from 'protobufjs';

/**
 * The part of the ONNX file format that a network of ours needs: message and field numbers from
 * onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, IR version 8).
 */
const IR_VERSION = 8;
/** ONNX operators as of opset 17: the newest before reductions take their axes as inputs throughout. */
const OPSET = 17;

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'GraphProto'),
        opsetImport: list(8, 'OperatorSetIdProto'),
      },
    },
    OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    GraphProto: {
      fields: {
        node: list(1, 'NodeProto'),
        name: field(2, 'string'),
        initializer: list(5, 'TensorProto'),
        input: list(11, 'ValueInfoProto'),
        output: list(12, 'ValueInfoProto'),
      },
    },
    NodeProto: {
      fields: {
        input: list(1, 'string'),
        output: list(2, 'string'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: list(5, 'AttributeProto'),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        g: field(6, 'GraphProto'),
        ints: list(8, 'int64'),
        type: field(20, 'int32'),
      },
    },
    TensorProto: {
      fields: {
        dims: list(1, 'int64'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
    TypeProto: { fields: { tensorType: field(1, 'TensorTypeProto') } },
    TensorTypeProto: {
      fields: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') },
    },
    TensorShapeProto: { fields: { dim: list(1, 'DimensionProto') } },
    DimensionProto: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
});

const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_GRAPH = 5;
const ATTRIBUTE_INTS = 7;

/** An integer, a list of them, or the body of a loop. */
export type Attribute = number | readonly number[] | OnnxGraph;

function attribute(name: string, value: Attribute) {
  if (value instanceof OnnxGraph) return { name, g: value.proto(name), type: ATTRIBUTE_GRAPH };
  return typeof value === 'number'
    ? { name, i: value, type: ATTRIBUTE_INT }
    : { name, ints: value, type: ATTRIBUTE_INTS };
}

/** A number is a fixed dimension, a name a free one. */
export type Dimension = number | string;

/** An operator as it lies in the file, and every name that it reads: in the body of a loop too. */
interface GraphNode {
  readonly message: object;
  readonly reads: readonly string[];
  readonly output: readonly string[];
}

/** A tensor whose values lie in the file. */
interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Buffer;
}

function valueInfo(name: string, dimensions: readonly Dimension[]) {
  const dim = dimensions.map((size) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

/** Collects nodes and constants, and names what lies between them. */
export class OnnxGraph {
  readonly #nodes: GraphNode[] = [];
  readonly #constants: Constant[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: { readonly name: string }[] = [];
  readonly #prefix: string;

  /** The body of a loop needs a prefix, for it sees the names of the graph around it. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  input(name: string, dimensions: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, dimensions));
    return name;
  }

  /** Makes a value an output of the graph, under a name of its own. */
  output(name: string, value: string, dimensions: readonly Dimension[]): void {
    const message = { opType: 'Identity', name, input: [value], output: [name] };
    this.#nodes.push({ message, reads: [value], output: [name] });
    this.#outputs.push(valueInfo(name, dimensions));
  }

  floats(values: Float32Array, dims: readonly number[]): string {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return this.#constant(FLOAT, dims, bytes);
  }

  scalar(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const wide = BigInt64Array.from(values, BigInt);
    return this.#constant(INT64, dims, Buffer.from(wide.buffer));
  }

  bytes(values: Int8Array, dims: readonly number[]): string {
    return this.#constant(INT8, dims, Buffer.from(values.buffer, values.byteOffset, values.length));
  }

  /** Adds an operator with one output and returns the output's name. An absent input is ''. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.nodes(opType, input, 1, attributes)[0]!;
  }

  /** Adds an operator with several outputs. */
  nodes(
    opType: string,
    input: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const name = `${this.#prefix}${opType}_${this.#nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => `${name}_${i}`);
    const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    const bodies = Object.values(attributes).filter((value) => value instanceof OnnxGraph);
    const reads = [...input, ...bodies.flatMap((body) => [...body.#needed().names])];
    this.#nodes.push({ message: { opType, name, input, output, attribute: list }, reads, output });
    return output;
  }

  /** The whole file. */
  encode(name: string): Uint8Array {
    const type = root.lookupType('ModelProto');
    const model = {
      irVersion: IR_VERSION,
      producerName: 'tonewire',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: this.proto(name),
    };
    return type.encode(type.fromObject(model)).finish();
  }

  /** The graph as a message, for a file or for the attribute of a loop. */
  proto(name: string): object {
    const { nodes, names } = this.#needed();
    return {
      name,
      node: nodes.map(({ message }) => message),
      initializer: this.#constants.filter((constant) => names.has(constant.name)),
      input: this.#inputs,
      output: this.#outputs,
    };
  }

  /**
   * What the outputs come from: nodes in order, and all names on the way. A gradient written out
   * layer by layer also has the one of the frames, which nobody asks for.
   */
  #needed(): { readonly nodes: readonly GraphNode[]; readonly names: ReadonlySet<string> } {
    const names = new Set(this.#outputs.map(({ name }) => name));
    const nodes = this.#nodes
      .toReversed()
      .filter(({ reads, output }) => {
        if (!output.some((name) => names.has(name))) return false;
        for (const name of reads) names.add(name);
        return true;
      })
      .reverse();
    return { nodes, names };
  }

  #constant(dataType: number, dims: readonly number[], rawData: Buffer): string {
    const name = `${this.#prefix}constant_${this.#constants.length}`;
    this.#constants.push({ name, dims, dataType, rawData });
    return name;
  }
}
