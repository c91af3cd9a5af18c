import assert from 'node:assert/strict';
import { loadRuntime } from '../../src/pipeline/engines/onnxruntime.ts';
import { OnnxGraph } from '../../src/training/onnx-graph.ts';

/** Runs a graph of one input, `x [N]`, and one output, `y`. */
async function run(graph: OnnxGraph, x: readonly number[]): Promise<number[]> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(Buffer.from(graph.encode('test')));
  const input = new runtime.Tensor('float32', Float32Array.from(x), [x.length]);
  const { y } = await session.run({ x: input });
  await session.release();
  return Array.from(y!.data as Float32Array);
}

describe('OnnxGraph', () => {
  it('writes no operator and no constant that no output needs', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', ['N']);
    graph.node('Exp', [graph.node('Mul', [x, graph.scalar(3)])]);
    graph.output('y', graph.node('Mul', [x, graph.scalar(2)]), ['N']);
    const file = Buffer.from(graph.encode('test')).toString('latin1');
    assert.ok(!file.includes('Exp') && !file.includes('constant_0'));
    assert.ok(file.includes('constant_1'));
    assert.deepEqual(await run(graph, [1, 2]), [2, 4]);
  });

  it('writes what the body of a loop alone reads', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', ['N']);
    const total = graph.node('ReduceSum', [x], { keepdims: 0 });
    const body = new OnnxGraph('body_');
    const before = body.input('sum_before', []);
    const sum = body.node('Add', [before, body.input('item', [])]);
    body.output('sum_after', sum, []);
    body.output('share', body.node('Div', [sum, total]), []);
    const [, shares] = graph.nodes('Scan', [graph.scalar(0), x], 2, { body, num_scan_inputs: 1 });
    graph.output('y', shares!, ['N']);
    assert.deepEqual(await run(graph, [1, 2, 5]), [1 / 8, 3 / 8, 1]);
  });
});
