import { escapeHtml } from './html.ts';
import type { Report } from './report-schema.ts';
import {
  asServedSection,
  calibrationSection,
  conditionsSection,
  foldsSection,
  groupsSection,
  labelsSection,
  overallSection,
  secondsSection,
  speakerlessSection,
  speakersSection,
  streamsSection,
} from './report-sections.ts';
import { REPORT_STYLE } from './report-style.ts';
import { modelNames, percent } from './wording.ts';

/** A report as one page that needs nothing else: plots are inline, nothing is fetched. */
export function reportHtml(report: Report): string {
  const title = `${modelNames(report.model.ids)} on ${report.data.corpus}`;
  const sections = [
    overallSection(report),
    foldsSection(report),
    labelsSection(report),
    asServedSection(report),
    secondsSection(report),
    conditionsSection(report),
    calibrationSection(report),
    streamsSection(report),
    speakerlessSection(report),
    groupsSection(report),
    speakersSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="tonewire ${escapeHtml(report.tonewire)}">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(leadSentence(report))}</p>
${keyFigures(report)}
${notes(report)}
${sections.filter((text) => text !== '').join('\n')}
${footer(report)}
</body>
</html>
`;
}

/** What was measured, and what not. */
export function leadSentence(report: Report): string {
  const { data, overall, conditions } = report;
  return `${data.n} recordings of ${data.speakers.length} speakers (${data.corpus}, ${sideOf(report)}) were streamed through the serving pipeline in ${report.options.chunkMs} ms chunks, ${conditions[0]!.meaning}, and the last reading of each was judged: ${percent(overall.unweightedAccuracy)} are right, averaged over ${data.labels.length} labels. That is how well the model matches the labels of these recordings; it was not measured on calls, languages or microphones that are not among them, and nobody's feelings were.`;
}

function sideOf({ protocol, fold, side }: Report): string {
  if (side === 'validation') return 'speakers kept back for validation';
  if (protocol === null) return 'all that were given';
  return fold === 'all'
    ? `${protocol}, every fold judged by the model that never learned from it`
    : `${protocol}, test side of fold ${fold}`;
}

function keyFigures({ overall, secondsHeard, calibration, longStreams }: Report): string {
  const { low, high } = overall.intervals.unweightedAccuracy;
  const figures: [string, string, string][] = [
    [
      percent(overall.unweightedAccuracy),
      'unweighted accuracy',
      `95 %: ${percent(low)} to ${percent(high)}`,
    ],
    [percent(overall.accuracy), 'accuracy', ''],
    [percent(overall.macroF1), 'macro F1', ''],
    [percent(secondsHeard.shareAfter1500Ms), 'of it after 1.5 s of speech', ''],
    [percent(calibration.tempered.error), 'calibration error', ''],
  ];
  if (longStreams !== null) {
    figures.push([longStreams.changesAMinute.toFixed(1), 'label changes a minute', 'long streams']);
  }
  const items = figures.map(
    ([value, name, small]) =>
      `<li><b>${escapeHtml(value)}</b>${escapeHtml(name)}<br><small>${escapeHtml(small)}</small></li>`,
  );
  return `<ul class="figures">${items.join('')}</ul>`;
}

function notes(report: Report): string {
  if (report.notes.length === 0) return '';
  const items = report.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('\n');
  return `<section><h2>Before quoting a figure</h2>\n<ul>${items}</ul></section>`;
}

function footer({ generatedAt, tonewire, model, options }: Report): string {
  const temperatures = model.temperatures.map((temperature) => temperature.toFixed(2)).join(', ');
  const text = `tonewire ${tonewire}, ${generatedAt}; engine ${model.engine}; temperature ${temperatures}; seed ${options.seed}; arriving ${options.codec}.`;
  return `<footer><p><small>${escapeHtml(text)}</small></p></footer>`;
}
