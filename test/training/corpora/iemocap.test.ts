import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { split } from '../../../src/training/corpora/folds.ts';
import { loadCorpus } from '../../../src/training/corpora/load-corpus.ts';

/** A dialogue's label file: each utterance's line, then what single listeners said. */
function evaluation(labels: readonly (readonly [utterance: string, code: string])[]): string {
  const head = '% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n';
  const blocks = labels.map(
    ([utterance, code]) =>
      `[6.2901 - 8.2357]\t${utterance}\t${code}\t[2.5000, 2.5000, 2.5000]\n` +
      'C-E2:\tAnger;\t()\nC-F1:\tSadness; Other;\t(curious)\nA-E3:\tval 3; act 2; dom  2;\t()\n\n',
  );
  return head + blocks.join('');
}

describe('readIemocap', () => {
  let folder = '';

  const put = async (text: string, ...path: string[]) => {
    const whole = join(folder, ...path);
    await mkdir(join(whole, '..'), { recursive: true });
    await writeFile(whole, text);
    return whole;
  };

  /** Writes a dialogue with its sentences; gives the sentences' paths. */
  const dialogue = async (
    session: string,
    name: string,
    labels: readonly (readonly [utterance: string, code: string])[],
  ) => {
    const labelFile = ['dialog', 'EmoEvaluation', `${name}.txt`];
    await put(evaluation(labels), 'iemocap', session, ...labelFile);
    await put('', 'iemocap', session, 'dialog', 'wav', `${name}.wav`);
    const paths: string[] = [];
    for (const [utterance] of labels) {
      const place = ['iemocap', session, 'sentences', 'wav', name];
      paths.push(await put('', ...place, `${utterance}.wav`));
      await put('', ...place, `._${utterance}.wav`);
    }
    return paths;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iemocap-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes four classes from the label files of two sessions, excited as happy', async () => {
    const first = await dialogue('Session1', 'Ses01F_impro01', [
      ['Ses01F_impro01_F000', 'neu'],
      ['Ses01F_impro01_M000', 'exc'],
      ['Ses01F_impro01_F001', 'xxx'],
      ['Ses01F_impro01_M001', 'fru'],
      ['Ses01F_impro01_M002', 'sur'],
    ]);
    const second = await dialogue('Session5', 'Ses05M_script01_1b', [
      ['Ses05M_script01_1b_F000', 'ang'],
      ['Ses05M_script01_1b_F001', 'hap'],
      ['Ses05M_script01_1b_M000', 'sad'],
    ]);
    const clip = (path: string, label: string, speaker: string) => ({
      path,
      label,
      speaker: `iemocap-${speaker}`,
      corpus: 'iemocap',
      sentence: speaker.startsWith('01') ? 'Ses01F_impro01' : 'Ses05M_script01_1b',
      gender: speaker.endsWith('F') ? 'female' : 'male',
    });
    const clips = await loadCorpus('iemocap', folder);
    assert.deepEqual(clips, [
      clip(first[0]!, 'neutral', '01F'),
      clip(first[1]!, 'happiness', '01M'),
      clip(second[0]!, 'anger', '05F'),
      clip(second[1]!, 'happiness', '05F'),
      clip(second[2]!, 'sadness', '05M'),
    ]);
    const { train, test } = split(clips, 'iemocap-sessions', 5);
    assert.deepEqual([train.length, test.length], [2, 3]);
  });

  it('names the label file that is missing', async () => {
    await dialogue('Session1', 'Ses01F_impro01', [['Ses01F_impro01_F000', 'neu']]);
    await rm(join(folder, 'iemocap/Session1/dialog/EmoEvaluation/Ses01F_impro01.txt'));
    await assert.rejects(
      loadCorpus('iemocap', folder),
      /EmoEvaluation.Ses01F_impro01\.txt: the dialogue's labels cannot be read/,
    );
  });

  it('refuses a folder without sentences', async () => {
    await put('', 'iemocap', 'Session1', 'dialog', 'wav', 'Ses01F_impro01.wav');
    await assert.rejects(loadCorpus('iemocap', folder), /holds no recording of iemocap/);
  });
});
