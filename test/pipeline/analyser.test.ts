import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAnalyser } from '../../src/pipeline/analyser.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { type RandomModelFolder, randomModelFolder } from '../cli/random-model-folder.ts';
import { SMOOTHING } from '../helpers/random-model.ts';

const OPTIONS = {
  engine: 'onnxruntime',
  engineThreads: 1,
  gatherMs: 0,
  maxBatchLegs: 16,
  updateIntervalMs: 500,
  maxPendingSteps: 20,
  maxGapFillMs: 2000,
  smoothing: SMOOTHING,
  emotions: EMOTIONS,
} as const;

describe('the analyser', () => {
  let folder: RandomModelFolder;

  beforeEach(async () => {
    folder = await randomModelFolder();
  });

  afterEach(() => folder.remove());

  it('opens a model whose golden outputs the engine gives', async () => {
    const analyser = await createAnalyser({ ...OPTIONS, model: folder.path });
    assert.equal(analyser.engineName, 'onnxruntime');
    await analyser.close();
  });

  it('refuses a model whose golden outputs the engine does not give', async () => {
    const golden = JSON.parse(await readFile(join(folder.path, 'golden.json'), 'utf8'));
    golden.cases[0].logits[0][3] += 0.01;
    const text = JSON.stringify(golden);
    await writeFile(join(folder.path, 'golden.json'), text);
    const manifestPath = join(folder.path, 'manifest.json');
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8'));
    manifest.files['golden.json'] = createHash('sha256').update(text).digest('hex');
    await writeFile(manifestPath, JSON.stringify(manifest));
    await assert.rejects(createAnalyser({ ...OPTIONS, model: folder.path }), (error) => {
      assert.ok(error instanceof TonewireError);
      assert.equal(error.code, 'TW_MODEL_INVALID');
      assert.match(error.message, /golden outputs by 0\.0/);
      return true;
    });
  });
});
