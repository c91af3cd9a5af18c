import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import { fourDecimals } from './decimals.ts';

/**
 * Valence and arousal of each label, −1..1: pleasure and arousal means of the terms happy, angry,
 * fearful, disgusted, surprised, sad and (for calm) relaxed in J. Russell and A. Mehrabian,
 * "Evidence for a three-factor theory of emotions", J. Research in Personality 11, 1977.
 */
const AFFECT: Readonly<Record<Emotion, { valence: number; arousal: number }>> = {
  neutral: { valence: 0, arousal: 0 },
  calm: { valence: 0.68, arousal: -0.46 },
  happiness: { valence: 0.81, arousal: 0.51 },
  sadness: { valence: -0.63, arousal: -0.27 },
  anger: { valence: -0.51, arousal: 0.59 },
  fear: { valence: -0.64, arousal: 0.6 },
  disgust: { valence: -0.6, arousal: 0.35 },
  surprise: { valence: 0.4, arousal: 0.67 },
};

/** Valence of each label, in their order. */
export const VALENCES: readonly number[] = EMOTIONS.map((emotion) => AFFECT[emotion].valence);

/** Expected arousal and valence under `probabilities[8]`: a projection, not a second model. */
export function expectedAffect(probabilities: ArrayLike<number>): {
  arousal: number;
  valence: number;
} {
  let arousal = 0;
  let valence = 0;
  EMOTIONS.forEach((emotion, i) => {
    arousal += probabilities[i]! * AFFECT[emotion].arousal;
    valence += probabilities[i]! * AFFECT[emotion].valence;
  });
  return { arousal: fourDecimals(arousal), valence: fourDecimals(valence) };
}
