import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { streamClip } from '../../src/evaluation/stream-clip.ts';
import { argmax } from '../../src/pipeline/calibration.ts';
import { cueOf } from '../../src/pipeline/sentiment.ts';
import { TextCues } from '../../src/pipeline/text-cues.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { loadAnalyser } from '../../src/tonewire.ts';
import { split } from '../../src/training/corpora/folds.ts';
import { corpusLabels, loadCorpus } from '../../src/training/corpora/load-corpus.ts';
import { recordings } from '../helpers/recordings.ts';

/** The sentences of CREMA-D whose words AFINN scores at all, by mistake; the other nine it leaves alone. */
const SCORED: ReadonlyMap<string, string> = new Map([
  ['DFA', "Don't forget a jacket."],
  ['TSI', 'The surface is slick.'],
  ['WSI', "We'll stop in a couple of minutes."],
]);

describe('words that say nothing of the mood', function () {
  this.timeout(300_000);

  it('hardly change how often emotion-v2 is right on actors that it never heard', async function () {
    const folder = recordings(this, 'cremad-resynth');
    const all = split(await loadCorpus('cremad-resynth', folder), 'cremad-blocks', 1).test;
    const clips = all.filter(({ sentence }) => SCORED.has(sentence ?? ''));
    const config = loadConfig();
    const analyser = await loadAnalyser(config);
    const answers = corpusLabels('cremad-resynth').map((label) => EMOTIONS.indexOf(label));
    const best = (p: Float32Array) => answers[argmax(Float32Array.from(answers, (i) => p[i]!))]!;
    let byVoice = 0;
    let together = 0;
    let changed = 0;
    for (const clip of clips) {
      const settings = { conditions: ['as-recorded'] as const, noises: [], seed: 1 };
      const last = (await streamClip(analyser, clip, settings))[0]?.last;
      if (!last) continue;
      const words = new TextCues(config.textCues);
      const text = SCORED.get(clip.sentence ?? '')!;
      words.add(cueOf({ type: 'transcript', leg: 'customer', text }, 'en'), 0);
      const voice = best(last);
      const both = best(words.fuse(last, 1));
      byVoice += EMOTIONS[voice] === clip.label ? 1 : 0;
      together += EMOTIONS[both] === clip.label ? 1 : 0;
      changed += voice === both ? 0 : 1;
    }
    await analyser.close();
    assert.deepEqual([clips.length, all.length], [281, 1297]);
    assert.ok(Math.abs(together - byVoice) < 0.01 * all.length, `${byVoice} → ${together}`);
    assert.ok(changed < 0.02 * all.length, `${changed} answers changed`);
  });
});
