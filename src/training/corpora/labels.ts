import { TonewireError } from '../../protocol/errors.ts';
import type { Emotion } from '../../protocol/labels.ts';

/** What corpora call the eight labels, in lower case. */
const SPELLINGS: Readonly<Record<Emotion, readonly string[]>> = {
  neutral: ['neutral', 'neu', 'n', 'neutrality'],
  calm: ['calm', 'calmness', 'cal'],
  happiness: ['happiness', 'happy', 'hap', 'h', 'joy', 'joyful'],
  sadness: ['sadness', 'sad', 's', 'sa'],
  anger: ['anger', 'angry', 'ang', 'a'],
  fear: ['fear', 'fearful', 'fea', 'f', 'afraid', 'anxiety'],
  disgust: ['disgust', 'disgusted', 'dis', 'd'],
  surprise: ['surprise', 'surprised', 'sur', 'su', 'ps', 'pleasant surprise', 'pleasant_surprise'],
};

const EMOTION_OF_SPELLING = new Map<string, Emotion>(
  Object.entries(SPELLINGS).flatMap(([emotion, spellings]) =>
    spellings.map((spelling): [string, Emotion] => [spelling, emotion as Emotion]),
  ),
);

/**
 * The label that a corpus' own spelling stands for; capitals and blanks around it do not matter.
 * `where` says where it was read (a file, or a manifest's line) and is part of the error.
 */
export function emotionOf(spelling: string, where: string): Emotion {
  const emotion = EMOTION_OF_SPELLING.get(spelling.trim().toLowerCase());
  if (emotion === undefined) {
    throw new TonewireError(
      'TW_CORPUS',
      `${where}: the label "${spelling}" is not one of ${Object.keys(SPELLINGS).join(', ')}.`,
    );
  }
  return emotion;
}
