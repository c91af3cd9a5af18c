import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { Emotion } from '../../protocol/labels.ts';
import type { CorpusClip } from './clip.ts';

/** Sentences only: whole dialogues lie elsewhere in a session. */
const SENTENCE_PATH = /(?:^|[\\/])Session[1-5][\\/]sentences[\\/]wav[\\/][^\\/]+[\\/][^\\/]+$/;
/** Session, then who wore the markers (not who speaks), the dialogue, and who speaks. */
const UTTERANCE = /^Ses(0[1-5])[FM]_\w+_([FM])\w*\d+$/;
/** `[start - end]`, utterance, emotion, `[valence, activation, dominance]`, between tabs. */
const LABEL_LINE = /^\[[\d.]+ - [\d.]+\]\t(\w+)\t(\w+)\t\[/;

/** The usual four classes: excited counts as happy, all others are left out. */
const EMOTION_OF_CODE = new Map<string, Emotion>([
  ['neu', 'neutral'],
  ['hap', 'happiness'],
  ['exc', 'happiness'],
  ['sad', 'sadness'],
  ['ang', 'anger'],
]);

/**
 * IEMOCAP (Busso et al., Language Resources and Evaluation 42, 2008), as it is handed out:
 * `Session1/sentences/wav/<dialogue>/<utterance>.wav`, with what the listeners agreed on in
 * `Session1/dialog/EmoEvaluation/<dialogue>.txt`. The sentence of a clip is its dialogue.
 */
export async function readIemocap(paths: readonly string[]): Promise<CorpusClip[]> {
  const sentences = paths.filter((path) => SENTENCE_PATH.test(path));
  const labels = new Map<string, Emotion>();
  for (const folder of new Set(sentences.map((path) => dirname(path)))) {
    for (const [utterance, emotion] of await dialogueLabels(folder)) labels.set(utterance, emotion);
  }
  return sentences.flatMap((path) => {
    const utterance = basename(path, extname(path));
    const label = labels.get(utterance);
    return label === undefined ? [] : [clipOf(path, utterance, label)];
  });
}

function clipOf(path: string, utterance: string, label: Emotion): CorpusClip {
  const match = UTTERANCE.exec(utterance);
  if (match === null) {
    throw new TonewireError('TW_CORPUS', `${path}: not an IEMOCAP name (Ses01F_impro01_F000).`);
  }
  const [, session, letter] = match as unknown as string[];
  return {
    path,
    label,
    speaker: `iemocap-${session}${letter}`,
    corpus: 'iemocap',
    sentence: basename(dirname(path)),
    gender: letter === 'F' ? 'female' : 'male',
  };
}

/** Emotion of each utterance of a dialogue, one of the four; `folder` holds its sentences. */
async function dialogueLabels(folder: string): Promise<Map<string, Emotion>> {
  const session = join(folder, '..', '..', '..');
  const path = join(session, 'dialog', 'EmoEvaluation', `${basename(folder)}.txt`);
  const labels = new Map<string, Emotion>();
  for (const line of (await readText(path)).split('\n')) {
    const [, utterance, code] = LABEL_LINE.exec(line) ?? [];
    const emotion = EMOTION_OF_CODE.get(code ?? '');
    if (utterance !== undefined && emotion !== undefined) labels.set(utterance, emotion);
  }
  return labels;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TonewireError('TW_CORPUS', `${path}: the dialogue's labels cannot be read.`, {
      cause,
    });
  }
}
