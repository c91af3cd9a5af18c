import { beside, figure, section, table } from './html.ts';
import { FIGURES } from './metrics.ts';
import {
  confusionPlot,
  noisePlot,
  recallPlot,
  reliabilityPlot,
  secondsPlot,
  speakersPlot,
} from './plots.ts';
import type { Report } from './report-schema.ts';
import { FIGURE_NAMES, percent } from './wording.ts';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function overallSection({ overall }: Report): string {
  const rows = FIGURES.map((figure) => {
    const { low, high } = overall.intervals[figure];
    return [FIGURE_NAMES[figure], percent(overall[figure]), `${percent(low)} to ${percent(high)}`];
  });
  return section(
    'Overall',
    'Intervals are 95 % percentile intervals from a bootstrap that draws whole speakers.',
    table(['figure', 'share', '95 % over speakers'], rows),
  );
}

export function foldsSection({ crossValidation }: Report): string {
  if (crossValidation === null) return '';
  const { folds, unweightedAccuracy, accuracy, macroF1 } = crossValidation;
  const rows = folds.map((fold) => [
    `${fold.fold} (${fold.model})`,
    fold.n,
    fold.speakers.length,
    percent(fold.unweightedAccuracy),
    percent(fold.accuracy),
    percent(fold.macroF1),
  ]);
  const figures = [unweightedAccuracy, accuracy, macroF1];
  const line = (name: string, of: 'mean' | 'deviation') => [
    name,
    '',
    '',
    ...figures.map((figure) => percent(figure[of])),
  ];
  return section(
    'Cross-validation',
    'Each fold is judged by the model that was trained without its speakers. All other figures pool the folds.',
    table(
      ['fold', 'recordings', 'speakers', 'unweighted', 'accuracy', 'macro F1'],
      [...rows, line('mean', 'mean'), line('deviation', 'deviation')],
    ),
  );
}

export function labelsSection(report: Report): string {
  const { perClass, confusion } = report.overall;
  const classes = Object.entries(perClass).map(([label, metrics]) => [
    label,
    percent(metrics.precision),
    percent(metrics.recall),
    percent(metrics.f1),
    metrics.support,
  ]);
  const counts = confusion.labels.flatMap((label, i) =>
    perClass[label] === undefined ? [] : [[label, ...confusion.counts[i]!]],
  );
  return section(
    'Label by label',
    'Truth in rows, answers in columns; a cell is the share in percent of the recordings of its row.',
    beside(
      confusionPlot(report),
      'Confusion of labels',
      table(['label', 'precision', 'recall', 'F1', 'recordings'], classes),
      `<details><summary>Counts</summary>${table(['truth', ...confusion.labels], counts)}</details>`,
    ),
    figure(recallPlot(report), 'Recall by label'),
  );
}

export function asServedSection({ asServed, overall, data, options }: Report): string {
  if (asServed === null) return '';
  const { labels, counts } = asServed.confusion;
  const rows = labels.flatMap((label, truth) => {
    const total = counts[truth]!.reduce((sum, count) => sum + count, 0);
    return total === 0 ? [] : [[label, ...counts[truth]!.map((count) => percent(count / total))]];
  });
  return section(
    'As served',
    `A listener is told one of ${options.emotions.length} labels, not only of the ${data.labels.length} that count elsewhere: ${percent(asServed.unweightedAccuracy)} are right then, unweighted, where ${percent(overall.unweightedAccuracy)} are among those. Truth in rows, answers in columns.`,
    table(['truth', ...labels], rows),
  );
}

export function secondsSection(report: Report): string {
  const { marks, end } = report.secondsHeard;
  const rows = marks.map((mark) => [
    seconds(mark.speechMs),
    percent(mark.unweightedAccuracy),
    percent(mark.accuracy),
    mark.reached,
  ]);
  const last = [
    `end (mean ${seconds(end.speechMs)})`,
    percent(end.unweightedAccuracy),
    percent(end.accuracy),
    report.data.n,
  ];
  return section(
    'Over seconds heard',
    'The newest reading that rests on no more than so much speech, as the speech gate counts it. Shorter recordings answer with their last; before the first reading the answer is neutral.',
    beside(
      secondsPlot(report),
      'Unweighted accuracy over seconds of speech heard',
      table(['speech heard', 'unweighted', 'accuracy', 'as long'], [...rows, last]),
    ),
  );
}

export function conditionsSection(report: Report): string {
  if (report.conditions.length === 1) return '';
  const rows = report.conditions.map((row) => [
    row.meaning,
    percent(row.unweightedAccuracy),
    `${percent(row.interval.low)} to ${percent(row.interval.high)}`,
    percent(row.ratioToFirst),
    percent(row.calibrationError),
    row.unheard,
  ]);
  const figures = table(
    ['circumstances', 'unweighted', '95 %', 'of the first', 'calibration error', 'unheard'],
    rows,
  );
  const svg = noisePlot(report);
  return section(
    'Circumstances',
    'The same recordings, arriving differently. Noise is real, lies under the silences too, and stays the same at every level.',
    ...(svg === null ? [] : [figure(svg, 'Unweighted accuracy over signal-to-noise ratio')]),
    figures,
  );
}

export function calibrationSection(report: Report): string {
  const { untempered, tempered } = report.calibration;
  const bins = ({ bins }: typeof tempered) =>
    table(
      ['confidence', 'recordings', 'mean', 'right'],
      bins.flatMap(({ low, high, n, confidence, accuracy }) =>
        n === 0
          ? []
          : [[`${percent(low)} to ${percent(high)}`, n, percent(confidence), percent(accuracy)]],
      ),
    );
  return section(
    'Calibration',
    `A confidence of 60 % should be right six times in ten: on the dashed line. Expected calibration error over 15 bins: ${percent(untempered.error)} at temperature 1, ${percent(tempered.error)} as served.`,
    beside(
      reliabilityPlot(report),
      'Accuracy over confidence',
      bins(tempered),
      `<details><summary>At temperature 1</summary>${bins(untempered)}</details>`,
    ),
  );
}

export function streamsSection({ longStreams }: Report): string {
  if (longStreams === null) return '';
  const one = (value: number) => value.toFixed(1);
  return section(
    'Long streams',
    `Each speaker's recordings one after the other, in random order with short pauses, a minute or more each: ${longStreams.streams} streams of ${longStreams.speakers} speakers, ${one(longStreams.minutes)} minutes.`,
    table(
      ['shown', 'a minute'],
      [
        ['label changes, of any kind', one(longStreams.changesAMinute)],
        ['changes from one emotion to another', one(longStreams.flipsAMinute)],
        ['of these beyond the first in one recording', one(longStreams.flipsWithinClipAMinute)],
        ['share of the time in which an emotion is claimed', percent(longStreams.claimedShare)],
        [
          'share of that time in which it is the one being spoken',
          longStreams.rightShareOfClaims === null ? '–' : percent(longStreams.rightShareOfClaims),
        ],
      ],
    ),
  );
}

export function speakerlessSection({ falseClaims }: Report): string {
  if (falseClaims === null) return '';
  const rows = falseClaims.map((row) => [
    row.kind,
    row.recordings,
    row.minutes.toFixed(1),
    percent(row.takenForSpeechShare),
    percent(row.claimedShare),
    row.claimsAMinute.toFixed(1),
  ]);
  return section(
    'Where nobody speaks',
    'Whatever is claimed here is false; "listening" and "uncertain" are no claims.',
    table(
      ['sound', 'recordings', 'minutes', 'taken for speech', 'emotion claimed', 'claims a minute'],
      rows,
    ),
  );
}

export function groupsSection({ groups }: Report): string {
  if (groups.length === 0) return '';
  const tables = groups.map(({ trait, rows, unknown }) => {
    const known = rows.map((row) => [
      row.value,
      percent(row.unweightedAccuracy),
      percent(row.accuracy),
      row.n,
      row.speakers,
    ]);
    const rest = unknown === 0 ? [] : [['not said', '', '', unknown, '']];
    return table([trait, 'unweighted', 'accuracy', 'recordings', 'speakers'], [...known, ...rest]);
  });
  return section(
    'By group',
    'As far as the corpus says. Unweighted accuracy averages over the labels that the group has.',
    ...tables,
  );
}

export function speakersSection(report: Report): string {
  const { rows, accuracy, unweightedAccuracy } = report.speakers;
  const spread = [unweightedAccuracy, accuracy].map((figure, i) => [
    i === 0 ? 'unweighted' : 'accuracy',
    percent(figure.lowest),
    percent(figure.lowerQuartile),
    percent(figure.median),
    percent(figure.upperQuartile),
    percent(figure.highest),
  ]);
  const each = rows.map((row) => [
    row.speaker,
    percent(row.unweightedAccuracy),
    percent(row.accuracy),
    row.n,
  ]);
  return section(
    'By speaker',
    'The lowest first: how well a voice is read depends on whose it is.',
    figure(speakersPlot(report), 'Unweighted accuracy of each speaker'),
    table(['', 'lowest', 'quarter', 'median', 'three quarters', 'highest'], spread),
    `<details><summary>Every speaker</summary>${table(['speaker', 'unweighted', 'accuracy', 'recordings'], each)}</details>`,
  );
}
