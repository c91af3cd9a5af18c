import Sentiment from 'sentiment';
import type { Transcript } from '../protocol/messages.ts';
import type { TextCue } from './text-cues.ts';

const analyser = new Sentiment();

/**
 * Softens a sum of word scores s to s/√(s² + 15), −1..1: one strong word is nearly as clear as
 * three. The constant is VADER's (Hutto and Gilbert, "VADER", ICWSM 2014).
 */
const NORMALISATION = 15;

/** A partial line may still turn into anything. */
const PARTIAL_CONFIDENCE = 0.5;

/**
 * What a line's words say of the speaker's mood, by the scores that AFINN gives them (−5..5,
 * turned round after "not"; Nielsen, "A new ANEW", 2011). Its confidence is how far the words
 * agree with each other, times the recogniser's own. English only: in any other language words
 * have no scores, and contribute nothing.
 */
export function cueOf(line: Transcript, defaultLanguage: string): Omit<TextCue, 'text'> {
  const { final = true, span } = line;
  const said = span === undefined ? { final } : { final, endMs: span.endMs };
  const language = (line.language ?? defaultLanguage).toLowerCase().split('-')[0];
  if (language !== 'en') return { ...said, kind: 'other_language', valence: 0, confidence: 0 };
  const scores = analyser.analyze(line.text).calculation.flatMap(Object.values<number>);
  const sum = scores.reduce((total, score) => total + score, 0);
  const size = scores.reduce((total, score) => total + Math.abs(score), 0);
  if (size === 0) return { ...said, kind: 'no_known_words', valence: 0, confidence: 0 };
  const trust = (line.confidence ?? 1) * (final ? 1 : PARTIAL_CONFIDENCE);
  return {
    ...said,
    kind: 'scored',
    valence: sum / Math.sqrt(sum * sum + NORMALISATION),
    confidence: (Math.abs(sum) / size) * trust,
  };
}
