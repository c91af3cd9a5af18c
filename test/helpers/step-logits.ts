import { encodeAudio } from '../../src/audio/encode.ts';
import { resampleTo } from '../../src/audio/resample-file.ts';
import type { CallAudio } from '../../src/cli/callers/call-audio.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { ModelAnalyser } from '../../src/pipeline/analyser.ts';
import type { AudioFormat } from '../../src/pipeline/analysis.ts';
import type { Engine } from '../../src/pipeline/engines/engine.ts';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { loadModelFolder } from '../../src/pipeline/model-folder.ts';

/** The shipped model's logits, a row a step, of one speaker of a call sent in this format. */
export async function stepLogits(
  { speakers, sampleRateHz }: CallAudio,
  format: AudioFormat,
): Promise<number[][]> {
  const rows: number[][] = [];
  const model = await loadModelFolder('models/emotion-v2');
  const engine = await loadEngine('onnxruntime', model);
  const recording: Engine = {
    name: engine.name,
    async step(input) {
      const output = await engine.step(input);
      rows.push([...output.logits.subarray(0, model.manifest.shape.labelCount)]);
      return output;
    },
    close: () => engine.close(),
  };
  const config = loadConfig();
  const options = { ...config.analysis, maxPendingSteps: 10_000, gatherMs: 0, maxGapFillMs: 0 };
  const analyser = new ModelAnalyser(model, recording, options);
  const samples = resampleTo(speakers[0]!.samples, sampleRateHz, format.sampleRateHz);
  const leg = analyser.openLeg(format, () => undefined);
  leg.push(encodeAudio(samples, format.encoding));
  await leg.end();
  await analyser.close();
  return rows;
}
