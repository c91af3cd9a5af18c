import type { Baseline } from '../../baselines/baseline.ts';
import { hmmBaseline } from '../../baselines/hmm-baseline.ts';
import { compareHmmSettings, type TriedSettings } from '../../baselines/hmm-choice.ts';
import { describeSettings, HMM_SETTINGS } from '../../baselines/hmm-settings.ts';
import { type LabelledFrames, readLabelledFrames } from '../../baselines/labelled-frames.ts';
import { majority } from '../../baselines/majority.ts';
import {
  type BaselineResult,
  BOOTSTRAP_SEED,
  foldSides,
  runFolds,
} from '../../baselines/run-folds.ts';
import { energy, svm } from '../../baselines/svm.ts';
import { foldModels, foldsOf } from '../../evaluation/cross-validation.ts';
import type { Figure } from '../../evaluation/metrics.ts';
import { type PairedDifference, pairedDifference } from '../../evaluation/paired-difference.ts';
import { FIGURE_NAMES, percent } from '../../evaluation/wording.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { foldCount, type Protocol } from '../../training/corpora/folds.ts';
import { createRandom } from '../../training/random.ts';
import type { BaselineFlags, BaselineKind } from '../baseline.ts';
import { readClips } from '../labelled-clips.ts';
import { progressBar } from '../progress.ts';
import { confusionLines, intervalWords } from '../render/figures.ts';
import { networkJudgements } from './network-judgements.ts';

const BASELINES: Readonly<Record<BaselineKind, Baseline>> = {
  majority,
  energy,
  svm,
  hmm: hmmBaseline(HMM_SETTINGS),
};

/** Macro recall is the unweighted accuracy again. */
const SHOWN: readonly Figure[] = ['unweightedAccuracy', 'accuracy', 'macroPrecision', 'macroF1'];

/** Trains and tests a classical method on the folds and prints the report. */
export async function baseline(flags: BaselineFlags): Promise<void> {
  if (flags.choose && (flags.kind !== 'hmm' || flags.fold === 'all')) {
    throw new TonewireError('TW_USAGE', '--choose goes with --kind hmm and one --fold.');
  }
  if (flags.against !== undefined && flags.seed !== 1) {
    throw new TonewireError(
      'TW_USAGE',
      '--against goes with --seed 1: networks know no other folds.',
    );
  }
  const { clips, labels } = await readClips(flags);
  const folds = foldsOf(flags.fold, foldCount(clips, flags.protocol));
  const networks = flags.against === undefined ? null : foldModels(flags.against, folds);
  const reading = progressBar('Reading ');
  const heard = await readLabelledFrames(clips, reading.update).finally(reading.stop);
  if (flags.choose) return choose(flags, heard);
  const { kind, protocol, seed } = flags;
  // Networks first: one that cannot judge is not worth training a baseline for.
  const ofNetworks =
    networks === null
      ? null
      : await networkJudgements(networks, clips, labels, { protocol, folds });
  const training = progressBar('Training');
  const plan = { protocol, folds, seed, onFold: training.update };
  const { result, judged } = await runFolds(BASELINES[kind], heard, plan).finally(training.stop);
  const network = ofNetworks && pairedDifference(ofNetworks, judged, createRandom(BOOTSTRAP_SEED));
  const json = { kind, protocol, seed, ...result, ...(network && { networkAhead: network }) };
  const text = `${table(kind, protocol, result)}${network === null ? '' : aheadLine(kind, network)}`;
  process.stdout.write(flags.json ? `${JSON.stringify(json)}\n` : text);
}

function aheadLine(kind: BaselineKind, { difference, low, high }: PairedDifference): string {
  const points = (share: number) => (100 * share).toFixed(1);
  const interval = `95 % over speakers: ${points(low)} to ${points(high)}`;
  return `\n  network − ${kind}, unweighted accuracy, points: ${points(difference)}   ${interval}\n`;
}

function choose(flags: BaselineFlags, heard: readonly LabelledFrames[]): void {
  const { protocol, seed, fold } = flags;
  const { train } = foldSides(heard, protocol, Number(fold), seed);
  const line = ({ settings, innerAccuracy }: TriedSettings) =>
    `${percent(innerAccuracy).padStart(8)}  ${describeSettings(settings)}\n`;
  const tried = compareHmmSettings(train, seed, (one) => process.stderr.write(line(one)));
  process.stdout.write(flags.json ? `${JSON.stringify(tried)}\n` : line(tried[0]!));
}

/** The report for a person: fold by fold, then the pooled figures as `tonewire evaluate` has them. */
function table(kind: BaselineKind, protocol: Protocol, result: BaselineResult): string {
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
