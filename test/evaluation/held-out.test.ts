import assert from 'node:assert/strict';
import { heldOutDoubt, validationSpeakers } from '../../src/evaluation/held-out.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import type { Protocol } from '../../src/training/corpora/folds.ts';

const clipOf = (corpus: string): CorpusClip => ({
  path: 'a.wav',
  label: 'neutral',
  speaker: `${corpus}-01`,
  corpus,
});

/** What is doubted of a fold of one corpus, for a model that learned from three. */
function doubt(protocolWords: string | undefined, corpus: string, cut: Protocol, fold: number) {
  const names = ['ravdess', 'cremad-resynth', 'tess'];
  const trainingData = names.map((name) => ({ name, licence: '', recordings: 1, speakers: 1 }));
  const metrics = protocolWords === undefined ? {} : { protocol: protocolWords };
  return heldOutDoubt({ trainingData, metrics }, [clipOf(corpus)], { protocol: cut, fold });
}

const SIXTH = 'ravdess emobox, cremad-resynth cremad-blocks; fold 6 held out';

describe('heldOutDoubt', () => {
  it('has none of the fold that was held out', () => {
    assert.equal(doubt(SIXTH, 'ravdess', 'emobox', 6), null);
    assert.equal(doubt('ravdess emobox fold 2', 'ravdess', 'emobox', 2), null);
  });

  it('counts a source with fewer folds round, as training does', () => {
    assert.equal(doubt(SIXTH, 'cremad-resynth', 'cremad-blocks', 1), null);
    const known = doubt(SIXTH, 'cremad-resynth', 'cremad-blocks', 2);
    assert.match(known!, /held out fold 1 of cremad-blocks, not fold 2 of cremad-blocks\.$/);
  });

  it('doubts another fold, and another cut of the same recordings', () => {
    assert.match(doubt(SIXTH, 'ravdess', 'emobox', 1)!, /fold 6 of emobox, not fold 1 of emobox/);
    assert.match(doubt(SIXTH, 'ravdess', 'reslstm', 5)!, /fold 6 of emobox, not fold 5 of reslstm/);
  });

  it('doubts every fold of a source that was learned from as a whole', () => {
    assert.match(doubt(SIXTH, 'tess', 'loso', 1)!, /it learned from tess, .* no part as held out/);
    assert.match(doubt('; fold 1 held out', 'ravdess', 'emobox', 1)!, /learned from ravdess/);
  });

  it('has none of a corpus that was not learned from, or where the folder says nothing', () => {
    assert.equal(doubt(SIXTH, 'nemo', 'nemo-pairs', 3), null);
    assert.equal(doubt(undefined, 'ravdess', 'emobox', 4), null);
  });
});

describe('validationSpeakers', () => {
  it('are those that the folder names, and none in a folder that names nobody', () => {
    const named = { protocol: SIXTH, validationSpeakers: ['ravdess-04', 'ravdess-23'] };
    const speakersOf = (metrics: Record<string, unknown>) =>
      validationSpeakers({ trainingData: [], metrics });
    assert.deepEqual(speakersOf(named), ['ravdess-04', 'ravdess-23']);
    assert.deepEqual(speakersOf({ protocol: SIXTH }), []);
    assert.deepEqual(speakersOf({ validationSpeakers: 'ravdess-04' }), []);
  });
});
