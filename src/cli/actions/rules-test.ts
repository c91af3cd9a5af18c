import { encodeAudio } from '../../audio/encode.ts';
import { resampleTo } from '../../audio/resample-file.ts';
import { loadConfig } from '../../config/load-config.ts';
import { RuleTrial } from '../../evaluation/rule-trial.ts';
import { decideLeg } from '../../gateway/leg-policy.ts';
import type { Analyser } from '../../pipeline/analysis.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { loadAnalyser } from '../../tonewire.ts';
import { APP_RATE_HZ, readCallAudio } from '../callers/call-audio.ts';
import { configFlags } from '../config-flags.ts';
import { ruleLines } from '../render/rule-lines.ts';
import type { RulesTestOptions } from '../rules.ts';

/** Pushed at a time: what is heard does not depend on it. */
const SLICE_BYTES = APP_RATE_HZ * 2;

/**
 * Plays one recording to the rules of a configuration. Throws TW_CONFIG_INVALID for a rule that
 * cannot be, and where there is none.
 */
export async function rulesTest(path: string, options: RulesTestOptions): Promise<void> {
  const flags = configFlags(options);
  const config = loadConfig({ file: options.config, env: process.env, flags });
  if (config.alerts.length === 0) {
    throw new TonewireError('TW_CONFIG_INVALID', 'alerts is empty: there is no rule to try.');
  }
  const { speakers, sampleRateHz, durationMs } = await readCallAudio(path, options.leg);
  const trials = config.alerts.map((rule) => new RuleTrial(rule));
  const analyser = await loadAnalyser(config);
  try {
    for (const { leg, samples } of speakers) {
      if (!decideLeg(leg, 'given', config.analysis).analysed) continue;
      const pcm = encodeAudio(resampleTo(samples, sampleRateHz, APP_RATE_HZ), 'pcm_s16le');
      await play(
        analyser,
        pcm,
        trials.filter((trial) => trial.leg === leg),
      );
    }
  } finally {
    await analyser.close();
  }
  const outcomes = trials.map(({ outcome }) => outcome);
  if (options.json) {
    const { modelId: model } = analyser;
    console.log(JSON.stringify({ recording: path, durationMs, model, rules: outcomes }));
  } else {
    for (const line of outcomes.flatMap(ruleLines)) console.log(line);
  }
}

async function play(
  analyser: Analyser,
  pcm: Uint8Array,
  trials: readonly RuleTrial[],
): Promise<void> {
  if (trials.length === 0) return;
  const leg = analyser.openLeg({ encoding: 'pcm_s16le', sampleRateHz: APP_RATE_HZ }, (output) => {
    for (const trial of trials) trial.hear(output);
  });
  for (let at = 0; at < pcm.length; at += SLICE_BYTES) {
    leg.push(pcm.subarray(at, at + SLICE_BYTES));
    await leg.drained();
  }
  await leg.end();
}
