import { Command, InvalidArgumentError, Option } from 'commander';
import type { Baseline } from '../baselines/baseline.ts';
import { hmmBaseline } from '../baselines/hmm-baseline.ts';
import { compareHmmSettings, type TriedSettings } from '../baselines/hmm-choice.ts';
import { describeSettings, HMM_SETTINGS } from '../baselines/hmm-settings.ts';
import { type LabelledFrames, readLabelledFrames } from '../baselines/labelled-frames.ts';
import { majority } from '../baselines/majority.ts';
import { type BaselineResult, foldSides, runFolds } from '../baselines/run-folds.ts';
import { energy, svm } from '../baselines/svm.ts';
import type { Figure } from '../evaluation/metrics.ts';
import { FIGURE_NAMES, percent } from '../evaluation/wording.ts';
import { TonewireError } from '../protocol/errors.ts';
import { foldCount, type Protocol } from '../training/corpora/folds.ts';
import { parseCount } from './arguments.ts';
import { type ClipSource, clipSourceOptions, readClips } from './labelled-clips.ts';
import { progressBar } from './progress.ts';
import { confusionLines, intervalWords } from './render/figures.ts';

const BASELINES = { majority, energy, svm, hmm: hmmBaseline(HMM_SETTINGS) } satisfies Record<
  string,
  Baseline
>;
type Kind = keyof typeof BASELINES;

interface BaselineFlags extends ClipSource {
  readonly kind: Kind;
  readonly protocol: Protocol;
  readonly fold: number | 'all';
  readonly seed: number;
  readonly choose?: boolean;
  readonly json?: boolean;
}

/** Macro recall is the unweighted accuracy again. */
const SHOWN: readonly Figure[] = ['unweightedAccuracy', 'accuracy', 'macroPrecision', 'macroF1'];

const HELP = `
Kinds:
  majority  the commonest label of the training side
  energy    the SVM below, told the level only: what loudness alone gives away
  svm       libsvm, RBF kernel, on functionals of MFCC, delta, delta-delta, level, voicing, pitch
  hmm       a hidden Markov model a label, on MFCC, delta and delta-delta:
            ${describeSettings(HMM_SETTINGS)}

Examples:
  tonewire baseline --kind svm --corpus ravdess --data DIR --protocol emobox
  tonewire baseline --kind hmm --manifest calls.csv --protocol speakers-5 --fold 1 --json

Folds and features are the network's own: the serving front end's speech frames. Recordings are
taken as they are; augmented copies are for training networks. The SVM chooses its C in each fold by
three inner folds of the training side, speakers apart. The HMM's settings are the same in every
fold; --choose compares them with others on inner folds of one training side, never on a test side.`;

/** `tonewire baseline`: what classical methods reach on the folds that the network is tested on. */
export function baselineCommand(): Command {
  const command = new Command('baseline')
    .description('train and test a classical method on the same folds as the network')
    .addOption(
      new Option('--kind <name>', 'which method')
        .choices(Object.keys(BASELINES))
        .makeOptionMandatory(),
    )
    .option('--protocol <name>', 'how folds are made: emobox, reslstm, random-10, …', 'speakers-5')
    .option('--fold <n>', 'which fold, from 1, or all', parseFold, 'all')
    .option('--seed <n>', "decides drawn folds, inner folds and the HMM's start", parseCount, 1)
    .option('--choose', "compare the HMM's settings on inner folds of one training side, and stop")
    .option('--json', 'print one JSON object and nothing else')
    .addHelpText('after', HELP)
    .action(run);
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

async function run(flags: BaselineFlags): Promise<void> {
  if (flags.choose && (flags.kind !== 'hmm' || flags.fold === 'all')) {
    throw new TonewireError('TW_USAGE', '--choose goes with --kind hmm and one --fold.');
  }
  const { clips } = await readClips(flags);
  const folds = foldsOf(flags.fold, foldCount(clips, flags.protocol));
  const reading = progressBar('Reading ');
  const heard = await readLabelledFrames(clips, reading.update).finally(reading.stop);
  if (flags.choose) return choose(flags, heard);
  const { kind, protocol, seed } = flags;
  const training = progressBar('Training');
  const plan = { protocol, folds, seed, onFold: training.update };
  const result = await runFolds(BASELINES[kind], heard, plan).finally(training.stop);
  const json = { kind, protocol, seed, ...result };
  process.stdout.write(flags.json ? `${JSON.stringify(json)}\n` : table(kind, protocol, result));
}

function foldsOf(fold: number | 'all', count: number): number[] {
  return fold === 'all' ? Array.from({ length: count }, (_, i) => i + 1) : [fold];
}

function choose(flags: BaselineFlags, heard: readonly LabelledFrames[]): void {
  const { protocol, seed, fold } = flags;
  const { train } = foldSides(heard, protocol, Number(fold), seed);
  const line = ({ settings, innerAccuracy }: TriedSettings) =>
    `${percent(innerAccuracy).padStart(8)}  ${describeSettings(settings)}\n`;
  const tried = compareHmmSettings(train, seed, (one) => process.stderr.write(line(one)));
  process.stdout.write(flags.json ? `${JSON.stringify(tried)}\n` : line(tried[0]!));
}

function parseFold(text: string): number | 'all' {
  if (text === 'all') return text;
  const fold = Number(text);
  if (Number.isInteger(fold) && fold >= 1) return fold;
  throw new InvalidArgumentError('It takes a whole number from 1, or "all".');
}

/** The report for a person: fold by fold, then the pooled figures as `tonewire evaluate` has them. */
function table(kind: Kind, protocol: Protocol, result: BaselineResult): string {
  const folds = result.folds.map(({ fold, n, unweightedAccuracy, chosen }) => {
    const share = percent(unweightedAccuracy).padStart(7);
    return `  fold ${String(fold).padEnd(4)} ${share}   ${n} recordings   ${chosen ?? ''}`.trimEnd();
  });
  const figures = SHOWN.map((figure) => {
    const share = percent(result[figure]).padStart(7);
    return `  ${FIGURE_NAMES[figure].padEnd(20)} ${share}   ${intervalWords(result.intervals[figure])}`;
  });
  const { mean, deviation } = result.foldsUnweightedAccuracy;
  const lines = [
    `${kind} on ${result.n} recordings (${protocol})`,
    ...figures,
    `  no speech heard      ${String(result.unheard).padStart(5)}`,
    '',
    ...confusionLines(result),
    '',
    `  mean of ${folds.length} folds, unweighted accuracy ${percent(mean)} ± ${percent(deviation)}`,
    ...folds,
  ];
  return `${lines.join('\n')}\n`;
}
