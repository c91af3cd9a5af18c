import { Command, Option } from 'commander';
import { describeSettings, HMM_SETTINGS } from '../baselines/hmm-settings.ts';
import type { Protocol } from '../training/corpora/folds.ts';
import { parseCount, parseFold } from './arguments.ts';
import { type ClipSource, clipSourceOptions } from './labelled-clips.ts';
import { protocolOption } from './test-side.ts';

const KINDS = ['majority', 'energy', 'svm', 'hmm'] as const;
export type BaselineKind = (typeof KINDS)[number];

export interface BaselineFlags extends ClipSource {
  readonly kind: BaselineKind;
  readonly protocol: Protocol;
  readonly fold: number | 'all';
  readonly seed: number;
  readonly against?: string;
  readonly choose?: boolean;
  readonly json?: boolean;
}

const HELP = `
Kinds:
  majority  the commonest label of the training side
  energy    the SVM below, told the level only: what loudness alone gives away
  svm       libsvm, RBF kernel, on functionals of MFCC, delta, delta-delta, level, voicing, pitch
  hmm       a hidden Markov model a label, on MFCC, delta and delta-delta:
            ${describeSettings(HMM_SETTINGS)}

Examples:
  tonewire baseline --kind svm --corpus ravdess --data DIR --protocol emobox
  tonewire baseline --kind svm --corpus ravdess --data DIR --protocol emobox --against runs/ravdess-alone
  tonewire baseline --kind hmm --manifest calls.csv --protocol speakers-5 --fold 1 --json

Folds and features are the network's own: the serving front end's speech frames. Recordings are
taken as they are; augmented copies are for training networks. The SVM chooses its C in each fold by
three inner folds of the training side, speakers apart. The HMM's settings are the same in every
fold; --choose compares them with others on inner folds of one training side, never on a test side.`;

/** `tonewire baseline`: what classical methods reach on the folds that the network is tested on. */
export function baselineCommand(): Command {
  const command = new Command('baseline')
    .description('train and test a classical method on the same folds as the network')
    .addOption(new Option('--kind <name>', 'which method').choices(KINDS).makeOptionMandatory())
    .addOption(protocolOption('how folds are made').default('speakers-5'))
    .option('--fold <n>', 'which fold, from 1, or all', parseFold, 'all')
    .option('--seed <n>', "decides drawn folds, inner folds and the HMM's start", parseCount, 1)
    .option(
      '--against <dir>',
      'networks fold-1, fold-2, … of the same folds, or for one fold one network: how far they are ahead',
    )
    .option('--choose', "compare the HMM's settings on inner folds of one training side, and stop")
    .option('--json', 'print one JSON object and nothing else')
    .addHelpText('after', HELP)
    .action(async (flags: BaselineFlags) =>
      (await import('./actions/baseline.ts')).baseline(flags),
    );
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}
