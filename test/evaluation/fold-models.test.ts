import assert from 'node:assert/strict';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { checkGolden, GOLDEN_TOLERANCE } from '../../src/pipeline/golden.ts';
import { loadModelFolder } from '../../src/pipeline/model-folder.ts';

const FOLDS = [1, 2, 3, 4, 5, 6];

describe('models/emotion-v2-folds', () => {
  const models = () =>
    Promise.all(FOLDS.map((fold) => loadModelFolder(`models/emotion-v2-folds/fold-${fold}`)));

  it('has a model for each fold, of one shape, that names the fold it held out', async () => {
    const { manifest: shipped } = await loadModelFolder('models/emotion-v2');
    for (const [i, { manifest }] of (await models()).entries()) {
      assert.match(String(manifest.metrics.protocol), new RegExp(`; fold ${FOLDS[i]} held out$`));
      assert.deepEqual(manifest.shape, shipped.shape);
      assert.equal(manifest.id, shipped.id);
    }
  });

  it('has models that compute their golden outputs', async () => {
    for (const model of await models()) {
      const engine = await loadEngine('onnxruntime', model);
      const difference = await checkGolden(engine, model);
      await engine.close();
      assert.ok(difference <= GOLDEN_TOLERANCE, `${model.path}: ${difference}`);
    }
  });

  it('has six different models, the first of which is the shipped one', async () => {
    const hashes = (await models()).map(({ manifest }) => manifest.files['weights.bin']);
    assert.equal(new Set(hashes).size, FOLDS.length);
    const { manifest: shipped } = await loadModelFolder('models/emotion-v2');
    assert.equal(hashes[0], shipped.files['weights.bin']);
    assert.equal((await models())[0]!.manifest.temperature, shipped.temperature);
  });
});
