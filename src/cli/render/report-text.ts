import type { Figure } from '../../evaluation/metrics.ts';
import type { Report } from '../../evaluation/report-schema.ts';
import { FIGURE_NAMES, modelNames, percent } from '../../evaluation/wording.ts';
import { confusionLines, intervalWords } from './figures.ts';

/** Macro recall is the unweighted accuracy again. */
const SHOWN: readonly Figure[] = ['unweightedAccuracy', 'accuracy', 'macroPrecision', 'macroF1'];

/** A report for a terminal, in plain text. */
export function reportText(report: Report): string {
  const sections = [
    headline(report),
    confusionLines(report.overall),
    foldLines(report),
    conditionLines(report),
    streamLines(report),
    report.notes.map((note) => `  ${note}`),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headline(report: Report): string[] {
  const { model, overall, options, calibration, secondsHeard } = report;
  const figures = SHOWN.map((figure) => {
    const name = FIGURE_NAMES[figure].padEnd(20);
    const share = percent(overall[figure]).padStart(7);
    return `  ${name} ${share}   ${intervalWords(overall.intervals[figure])}`;
  });
  const early = secondsHeard.marks.find(({ speechMs }) => speechMs === 1500)!;
  return [
    `${modelNames(model.ids)} on ${overall.n} recordings (${options.codec})`,
    ...figures,
    ...asServedLines(report),
    `  after 1.5 s heard    ${percent(early.unweightedAccuracy).padStart(7)}   unweighted accuracy`,
    `  calibration error    ${percent(calibration.tempered.error).padStart(7)}`,
    `  no speech heard      ${String(overall.unheard).padStart(5)}`,
  ];
}

function asServedLines({ asServed }: Report): string[] {
  if (asServed === null) return [];
  const share = percent(asServed.unweightedAccuracy).padStart(7);
  const others = Object.entries(asServed.otherLabels).map(
    ([label, part]) => `${label} ${percent(part)}`,
  );
  return [`  all labels open      ${share}   unweighted accuracy; heard as ${others.join(', ')}`];
}

function foldLines({ crossValidation }: Report): string[] {
  if (crossValidation === null) return [];
  const { folds, unweightedAccuracy } = crossValidation;
  const { mean, deviation } = unweightedAccuracy;
  return [
    `  mean of ${folds.length} folds, unweighted accuracy ${percent(mean)} ± ${percent(deviation)}`,
    ...folds.map((fold) => {
      const share = percent(fold.unweightedAccuracy).padStart(7);
      return `  fold ${String(fold.fold).padEnd(4)} ${share}   ${fold.n} recordings of ${fold.speakers.length} speakers`;
    }),
  ];
}

function conditionLines({ conditions }: Report): string[] {
  if (conditions.length === 1) return [];
  return [
    '  condition     unweighted   of the first',
    ...conditions.map(({ condition, unweightedAccuracy, ratioToFirst }) => {
      const share = percent(unweightedAccuracy).padStart(10);
      return `  ${condition.padEnd(13)} ${share}   ${percent(ratioToFirst).padStart(10)}`;
    }),
  ];
}

function streamLines({ longStreams, falseClaims }: Report): string[] {
  const lines: string[] = [];
  if (longStreams !== null) {
    const { minutes, changesAMinute, flipsAMinute, claimedShare, rightShareOfClaims } = longStreams;
    const right = rightShareOfClaims === null ? '' : `, rightly in ${percent(rightShareOfClaims)}`;
    lines.push(
      `  long streams, ${minutes.toFixed(1)} min: ${changesAMinute.toFixed(1)} label changes a minute, ${flipsAMinute.toFixed(1)} of them to another emotion; one is claimed ${percent(claimedShare)} of the time${right}`,
    );
  }
  for (const row of falseClaims ?? []) {
    lines.push(
      `  ${row.kind.padEnd(26)} an emotion is claimed ${percent(row.claimedShare).padStart(7)} of the time`,
    );
  }
  return lines;
}
