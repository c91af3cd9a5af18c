import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { CODECS, type Codec, type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import { createAnalyser } from '../pipeline/analyser.ts';
import { ENGINE_NAMES, type EngineName } from '../pipeline/engines/load-engine.ts';
import { EMOTIONS } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { type Protocol, split } from '../training/corpora/folds.ts';
import { type ClipSource, clipSourceOptions, readClips } from './labelled-clips.ts';
import { progressBar } from './progress.ts';

interface EvaluateFlags extends ClipSource {
  readonly model: string;
  readonly engine: EngineName;
  readonly codec: Codec;
  readonly protocol?: Protocol;
  readonly fold: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  The speakers that emotion-v1 never heard, as telephone calls:
    tonewire evaluate --model models/emotion-v1 --corpus ravdess --data DIR \\
      --protocol emobox --fold 1 --codec mulaw8k

  Your own recordings, listed in calls.csv (path,label,speaker):
    tonewire evaluate --model models/emotion-v1 --manifest calls.csv --json

Every clip is streamed through the serving pipeline in 20 ms chunks; its last reading is judged.
Without --protocol all clips are used, whether or not the model was trained on some of them.`;

/** `tonewire evaluate`: how often a model is right, on recordings with known labels. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a model on labelled recordings, through the streaming pipeline')
    .option('--model <dir>', 'model folder', 'models/emotion-v1')
    .addOption(new Option('--engine <name>', 'what runs it').choices(ENGINE_NAMES).default('auto'))
    .addOption(
      new Option('--codec <name>', 'how the audio arrives').choices(CODECS).default('as-recorded'),
    )
    .option('--protocol <name>', 'use only the test side of a fold: emobox, reslstm, random-10, …')
    .option('--fold <n>', 'which fold, from 1', parseFold, 1)
    .option('--json', 'print one JSON object and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(run);
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

async function run(flags: EvaluateFlags): Promise<void> {
  const { clips, labels } = await readClips(flags);
  const chosen = testSide(clips, flags);
  const { analysis, limits } = loadConfig();
  const { model, engine, codec } = flags;
  const { maxGapFillMs } = limits;
  const analyser = await createAnalyser({ ...analysis, maxGapFillMs, model, engine });
  const progress = progressBar('Evaluating');
  try {
    const onClip = (done: number, total: number) => progress.update(done, total);
    const result = await evaluate(analyser, chosen, { codec, labels, onClip });
    progress.stop();
    process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : table(result));
  } finally {
    progress.stop();
    await analyser.close();
  }
}

function testSide(clips: readonly CorpusClip[], flags: EvaluateFlags): readonly CorpusClip[] {
  if (flags.protocol === undefined) return clips;
  const { test } = split(clips, flags.protocol, flags.fold);
  const speakers = [...new Set(test.map(({ speaker }) => speaker))];
  process.stderr.write(`Test speakers: ${speakers.join(', ')} (${test.length} recordings)\n`);
  return test;
}

function parseFold(text: string): number {
  const fold = Number(text);
  if (!Number.isInteger(fold) || fold < 1) throw new InvalidArgumentError('a whole number from 1');
  return fold;
}

/** The report for a person: the figures, then recall and confusion label by label. */
function table(result: Evaluation): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const { low, high } = result.intervals.unweightedAccuracy;
  const head = [
    `${result.model} on ${result.n} recordings (${result.codec})`,
    `  unweighted accuracy  ${percent(result.unweightedAccuracy)}   95 % over speakers: ${percent(low)} to ${percent(high)}`,
    `  accuracy             ${percent(result.accuracy)}`,
    `  macro precision      ${percent(result.macroPrecision)}`,
    `  macro F1             ${percent(result.macroF1)}`,
    `  calibration error    ${percent(result.expectedCalibrationError)}`,
    `  no speech heard      ${result.unheard}`,
    '',
    `  truth      recall   answered as ${EMOTIONS.map((e) => e.slice(0, 5).padStart(6)).join('')}`,
  ];
  const rows = EMOTIONS.flatMap((emotion, i) => {
    const metrics = result.perClass[emotion];
    if (metrics === undefined) return [];
    const counts = result.confusion.counts[i]!.map((count) => String(count).padStart(6)).join('');
    return [
      `  ${emotion.padEnd(9)} ${percent(metrics.recall).padStart(7)}               ${counts}`,
    ];
  });
  return `${[...head, ...rows].join('\n')}\n`;
}
