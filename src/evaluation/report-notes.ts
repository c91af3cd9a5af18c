import { NOISE_CONDITIONS } from './conditions.ts';
import type { Observations } from './observe.ts';
import type { ReportContext } from './report.ts';
import { SYNTHETIC_MUSIC } from './sounds.ts';

/** Intervals over fewer speakers than this are too narrow more often than they say. */
const FEW_SPEAKERS = 10;

/** What a reader has to know before quoting a figure; each note is a sentence or two. */
export function reportNotes(
  observations: readonly Observations[],
  context: ReportContext,
): string[] {
  return [
    ...protocolNotes(observations, context),
    ...speakerNotes(observations, context),
    ...soundNotes(observations, context),
    ...unmeasuredNotes(context),
  ];
}

function protocolNotes(
  observations: readonly Observations[],
  { protocol, side }: ReportContext,
): string[] {
  if (side === 'validation') {
    return [
      'Validation speakers: what the temperature was fitted on, and recipes may have been chosen by. To choose with, not to quote.',
    ];
  }
  if (protocol === null) {
    return [
      'No protocol was given: every recording was judged, whether or not the model learned from it.',
    ];
  }
  const notes: string[] = [];
  if (protocol.startsWith('random-')) {
    notes.push(
      `${protocol} puts the same speakers on both sides; the figures say nothing about unknown voices.`,
    );
  }
  const doubts = observations.flatMap(({ doubt }) => doubt ?? []);
  return [...notes, ...doubts];
}

function speakerNotes(
  observations: readonly Observations[],
  { conditions }: ReportContext,
): string[] {
  const readings = observations.flatMap((one) => [...one.readings.get(conditions[0])!]);
  const speakers = new Set(readings.map(({ clip }) => clip.speaker)).size;
  const unheard = readings.filter(({ last }) => last === null).length;
  const notes: string[] = [];
  if (speakers < FEW_SPEAKERS) {
    notes.push(
      `Intervals draw from ${speakers} speakers only; with so few they are narrower than they should be.`,
    );
  }
  if (unheard > 0) {
    notes.push(
      `The speech gate let nothing through of ${unheard} recordings; their answer counts as neutral.`,
    );
  }
  return notes;
}

function soundNotes(
  observations: readonly Observations[],
  { conditions, streams, labels, emotions }: ReportContext,
): string[] {
  const notes: string[] = [];
  if (conditions.some((condition) => NOISE_CONDITIONS.some((noisy) => noisy === condition))) {
    notes.push(
      'Noise is drawn from the test side of the noise folder, every fourth recording; it is unknown to a model only if training kept to the other side.',
    );
  }
  const kinds = new Set(observations[0]!.speakerless.map(({ kind }) => kind));
  if (kinds.has(SYNTHETIC_MUSIC)) {
    notes.push(
      'No recorded music was given: the music is made up, chords and a melody without voices or drums.',
    );
  }
  if (streams && emotions.some((emotion) => !labels.includes(emotion))) {
    notes.push(
      `Flips and false claims are those of the pipeline as served, over all ${emotions.length} labels that it may tell, not only those that count elsewhere.`,
    );
  }
  return notes;
}

function unmeasuredNotes({ conditions, streams }: ReportContext): string[] {
  const notes: string[] = [];
  if (conditions.length === 1) {
    notes.push('Not measured: other circumstances than this one (see --conditions).');
  }
  if (!streams) {
    notes.push('Not measured: label flips on long streams, and claims where nobody speaks.');
  }
  return notes;
}
