import {
  type DeletionTable,
  deletionTest,
  type Estimate,
  REMOVED_SHARE,
  type Rival,
  type Verdict,
  verdicts,
} from '../../evaluation/deletion/deletion-test.ts';
import { METHODS, type Method, type Utterance } from '../../evaluation/deletion/deletion-trial.ts';
import { HiddenFrameReader } from '../../evaluation/deletion/hidden-frames.ts';
import { loadEngine } from '../../pipeline/engines/load-engine.ts';
import { loadModelFolder } from '../../pipeline/model-folder.ts';
import { EMOTIONS } from '../../protocol/labels.ts';
import type { CorpusClip } from '../../training/corpora/clip.ts';
import { readClip, speechFrames } from '../../training/dataset.ts';
import type { ExplainFlags } from '../explain.ts';
import { readClips } from '../labelled-clips.ts';
import { progressBar } from '../progress.ts';
import { judgedClips } from '../test-side.ts';

/** Runs the deletion test on the recordings and prints what it shows. */
export async function explain(flags: ExplainFlags): Promise<void> {
  const { clips, labels } = await readClips(flags);
  const model = await loadModelFolder(flags.model);
  const { manifest, weights } = model;
  const utterances = await readUtterances(judgedClips(clips, flags, manifest));
  const engine = await loadEngine('auto', model);
  const reader = await HiddenFrameReader.open(manifest.shape, weights);
  const allowed = labels.map((label) => EMOTIONS.indexOf(label));
  const progress = progressBar('Deleting');
  const tables = await deletionTest(
    { model, engine, reader, allowed },
    utterances,
    [manifest.stepFrames, 1],
    (done, total) => progress.update(done, total),
  ).finally(() => progress.stop());
  reader.close();
  await engine.close();
  const result = {
    model: manifest.id,
    removedShare: REMOVED_SHARE,
    tables,
    verdicts: verdicts(tables),
  };
  process.stdout.write(
    flags.json ? `${JSON.stringify(result)}\n` : report(result, manifest.shape.hopMs),
  );
}

/** What the model would hear of each clip: the frames that the speech gate lets through. */
async function readUtterances(clips: readonly CorpusClip[]): Promise<Utterance[]> {
  const progress = progressBar('Reading ');
  const utterances: Utterance[] = [];
  for (const [i, { path, label, speaker }] of clips.entries()) {
    const features = speechFrames(await readClip(path));
    utterances.push({ features, label: EMOTIONS.indexOf(label), speaker });
    progress.update(i + 1, clips.length);
  }
  progress.stop();
  return utterances;
}

const NAMES: Readonly<Record<Method, string>> = {
  attention: 'attention weight',
  contribution: "contribution to the answer's logit",
  logProbability: "contribution to the answer's log-probability",
  loudness: 'loudness',
  random: 'chance (mean of 5 draws)',
};

const RIVAL_NAMES: Readonly<Record<Rival, string>> = {
  random: 'chance',
  loudness: 'loudness',
  attention: 'attention',
};

interface ExplainResult {
  readonly model: string;
  readonly tables: readonly DeletionTable[];
  readonly verdicts: readonly Verdict[];
}

function report({ model, tables, verdicts }: ExplainResult, hopMs: number): string {
  const head = `${model}: a fifth of the speech taken away; what the answer and the truth lose, in the mean`;
  const words = verdicts.map((verdict) => {
    const where = `by stretches of ${verdict.stretchFrames * hopMs} ms`;
    const lost = verdict.failures.map(
      ({ removal, rival }) => `${removal}: not clearly more than ${RIVAL_NAMES[rival]}`,
    );
    const result = verdict.passes ? 'passes' : `fails (${lost.join('; ')})`;
    return `${capital(NAMES[verdict.explanation])}, ${where}: ${result}.`;
  });
  return `${[head, ...tables.flatMap((table) => tableLines(table, hopMs)), '', ...words].join('\n')}\n`;
}

function tableLines(table: DeletionTable, hopMs: number): string[] {
  const { stretchFrames, removal, utterances, speakers, drops, comparisons } = table;
  const title = `Stretches of ${stretchFrames * hopMs} ms, ${removal} (${utterances} utterances, ${speakers} speakers)`;
  const methods = METHODS.map((method) => {
    const { answerLogProbability, truthProbability } = drops[method];
    return line(NAMES[method], answerLogProbability.toFixed(3), truthProbability.toFixed(3));
  });
  const differences = comparisons.map(({ explanation, rival, difference }) =>
    line(
      `${NAMES[explanation]} − ${RIVAL_NAMES[rival]}`,
      interval(difference.answerLogProbability),
      interval(difference.truthProbability),
    ),
  );
  const columns = line('chosen by', "answer's ln p", "truth's p");
  return [
    '',
    title,
    columns,
    ...methods,
    line('difference', '', '(95 % over speakers)'),
    ...differences,
  ];
}

function line(name: string, first: string, second: string): string {
  return `  ${name.padEnd(56)}${first.padStart(26)}${second.padStart(26)}`.trimEnd();
}

function interval({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
