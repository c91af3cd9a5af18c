import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { checkGolden } from '../../src/pipeline/golden.ts';
import { loadModelFolder, type ModelFolder } from '../../src/pipeline/model-folder.ts';
import { DEFAULT_SHAPE, type NetworkShape } from '../../src/pipeline/network/shape.ts';
import { WEIGHT_NAMES } from '../../src/pipeline/network/weights.ts';
import { exportModel } from '../../src/training/export-model.ts';
import { initialWeights } from '../../src/training/initial-weights.ts';
import { createRandom } from '../../src/training/random.ts';

const SHAPE = {
  ...DEFAULT_SHAPE,
  convChannels: 16,
  hiddenUnits: 16,
  attentionUnits: 8,
  denseUnits: 16,
};

describe('model folder', () => {
  const weights = initialWeights(SHAPE, createRandom(2));
  let path: string;
  let written: ModelFolder;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'tonewire-model-'));
    written = await exportModel(
      path,
      { shape: SHAPE, weights, temperature: 1.25 },
      {
        id: 'untrained',
        description: 'Random weights.',
        trainingData: [{ name: 'none', licence: 'none', recordings: 0, speakers: 0 }],
        metrics: { uar: 0.125 },
        card: '# Untrained\n',
      },
    );
  });

  afterEach(() => rm(path, { recursive: true }));

  async function editManifest(
    edit: (manifest: Record<'features' | 'files' | 'shape', object>) => void,
  ): Promise<void> {
    const file = join(path, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    edit(manifest);
    await writeFile(file, JSON.stringify(manifest));
  }

  function refuses(message: RegExp): Promise<void> {
    return assert.rejects(loadModelFolder(path), { code: 'TW_MODEL_INVALID', message });
  }

  it('reads back what was written', async () => {
    const read = await loadModelFolder(path);
    assert.deepEqual(read, written);
    assert.equal(read.manifest.temperature, 1.25);
    assert.deepEqual(read.manifest.shape, SHAPE);
    assert.equal(read.manifest.labels.length, 8);
    for (const name of WEIGHT_NAMES) assert.deepEqual(read.weights[name], weights[name]);
  });

  it('has no peak where its manifest is from before there were peaks', async () => {
    await editManifest((manifest) => {
      const {
        peakSharpness: _sharpness,
        peakFallMs: _fall,
        ...older
      } = manifest.shape as NetworkShape;
      Object.assign(manifest, { shape: older });
    });
    assert.equal((await loadModelFolder(path)).manifest.shape.peakSharpness, 0);
  });

  it('gives its statistics half the answer where its manifest is from before that could be said', async () => {
    await editManifest((manifest) => {
      const { statisticsShare: _share, ...older } = manifest.shape as NetworkShape;
      Object.assign(manifest, { shape: older });
    });
    assert.equal((await loadModelFolder(path)).manifest.shape.statisticsShare, 0.5);
  });

  it('holds golden outputs that every engine present gives within 1e-3', async () => {
    const values = written.golden.cases.flatMap(({ logits }) => logits.flat());
    assert.equal(values.length, 6 * 8);
    assert.ok(new Set(values).size > 40);
    for (const name of ['onnxruntime', 'tensorflow-wasm'] as const) {
      const engine = await loadEngine(name, written);
      assert.ok((await checkGolden(engine, written)) < 1e-4);
      await engine.close();
    }
  });

  it('shows by its golden outputs when an engine computes something else', async () => {
    const other = {
      ...written,
      weights: { ...weights, 'output.bias': new Float32Array(8).fill(1) },
    };
    const engine = await loadEngine('tensorflow-wasm', other);
    assert.ok((await checkGolden(engine, written)) > 0.9);
    await engine.close();
  });

  it('is refused when a file is missing', async () => {
    await unlink(join(path, 'model.onnx'));
    await refuses(/[\\/]model\.onnx: the file is missing/);
  });

  it('is refused when a file is not the one that was hashed', async () => {
    const bytes = await readFile(join(path, 'weights.bin'));
    bytes[100]! ^= 1;
    await writeFile(join(path, 'weights.bin'), bytes);
    await refuses(/[\\/]weights\.bin: its SHA-256/);
  });

  it('is refused when the manifest is missing or not JSON', async () => {
    await writeFile(join(path, 'manifest.json'), '{');
    await refuses(/[\\/]manifest\.json: not valid JSON/);
    await unlink(join(path, 'manifest.json'));
    await refuses(/[\\/]manifest\.json: the file is missing/);
  });

  const faults: [string, object, RegExp][] = [
    ['labels', { labels: ['neutral'] }, /\/labels/],
    ['another format', { formatVersion: 2 }, /\/formatVersion/],
    ['no temperature', { temperature: 0 }, /\/temperature/],
    ['an unknown field', { colour: 'red' }, /additional properties/],
    ['a shape that its weights do not fit', { shape: { ...SHAPE, denseUnits: 17 } }, /\/weights/],
    ['a residual that cannot be added', { shape: { ...SHAPE, hiddenUnits: 17 } }, /\/residual/],
    ['a shape for other features', { shape: { ...SHAPE, featureCount: 3 } }, /\/shape/],
    ['a list of files without the graph', { files: {} }, /\/files does not list weights\.bin/],
  ];
  for (const [name, change, message] of faults) {
    it(`is refused when its manifest has ${name}`, async () => {
      await editManifest((manifest) => Object.assign(manifest, change));
      await refuses(message);
    });
  }

  it('is refused when it was made for other features', async () => {
    await editManifest((manifest) => Object.assign(manifest.features, { version: 'other-1' }));
    await refuses(/\/features\/version is "other-1"/);
  });

  it('is refused when its manifest names a file outside it', async () => {
    await editManifest((manifest) => {
      Object.assign(manifest.files, { '../secret': '0'.repeat(64) });
    });
    await refuses(/\/files names another folder/);
  });
});
