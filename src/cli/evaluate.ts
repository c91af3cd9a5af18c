import { Command, InvalidArgumentError, Option } from 'commander';
import { CODECS, CONDITIONS, type Codec, type Condition } from '../evaluation/conditions.ts';
import { ENGINE_NAMES, type EngineName } from '../pipeline/engines/load-engine.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { Protocol } from '../training/corpora/folds.ts';
import { parseFold } from './arguments.ts';
import { type ClipSource, clipSourceOptions } from './labelled-clips.ts';
import { protocolOption } from './test-side.ts';

export interface EvaluateFlags extends ClipSource {
  readonly model: string;
  readonly engine: EngineName;
  readonly codec: Codec;
  readonly conditions?: readonly Condition[];
  readonly noise?: string;
  readonly music?: string;
  readonly labels?: readonly Emotion[];
  readonly emotions: readonly Emotion[];
  readonly protocol?: Protocol;
  readonly fold: number | 'all';
  readonly side: 'test' | 'validation';
  readonly report?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  The speakers that emotion-v2 never heard, as telephone calls:
    tonewire evaluate --model models/emotion-v2 --corpus ravdess --data DIR \\
      --protocol emobox --fold 1 --codec mulaw8k

  Everything there is to measure, as a page with plots:
    tonewire evaluate --model models/emotion-v2 --corpus ravdess --data DIR \\
      --protocol emobox --fold 1 --conditions all --noise NOISES --report OUT

  Cross-validation: fold-1, fold-2, … below DIR, each on the speakers it never heard:
    tonewire evaluate --model DIR --corpus ravdess --data DIR --protocol emobox --fold all

  To choose between recipes: the speakers whom each fold's training kept back, the test speakers unheard:
    tonewire evaluate --model DIR --corpus ravdess --data DIR --protocol emobox --fold all \\
      --side validation

  Your own recordings, listed in calls.csv (path,label,speaker):
    tonewire evaluate --model models/emotion-v2 --manifest calls.csv --json

Every clip is streamed through the serving pipeline in 20 ms chunks; its last reading is judged.
Without --protocol all clips are used, whether or not the model was trained on some of them.
--conditions, --report, --noise and --music also stream each speaker's clips one after the other, for
flips of the label, and silence, noise and music, for claims where nobody speaks.`;

/** `tonewire evaluate`: how often a model is right, on recordings with known labels. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a model on labelled recordings, through the streaming pipeline')
    .option('--model <dir>', 'model folder, or folder of fold-1, fold-2, …', 'models/emotion-v2')
    .addOption(new Option('--engine <name>', 'what runs it').choices(ENGINE_NAMES).default('auto'))
    .addOption(
      new Option('--codec <name>', 'how the audio arrives').choices(CODECS).default('as-recorded'),
    )
    .addOption(
      new Option('--conditions <list>', `all, or some of ${CONDITIONS.join(', ')}`)
        .argParser(parseConditions)
        .conflicts('codec'),
    )
    .option('--noise <dir>', 'recordings of noise; every fourth is used')
    .option('--music <dir>', 'recordings of music, instead of made-up music')
    .option('--labels <list>', 'only these labels, such as happiness,sadness', parseLabels)
    .addOption(
      new Option('--emotions <list>', 'the emotions that may be told (analysis.emotions)')
        .argParser(parseLabels)
        .default(EMOTIONS, 'all eight'),
    )
    .addOption(protocolOption('use only the test side of a fold'))
    .option('--fold <n>', 'which fold, from 1, or all', parseFold, 1)
    .addOption(
      new Option(
        '--side <name>',
        'which speakers: test, or validation: those that the training of the model kept back',
      )
        .choices(['test', 'validation'])
        .default('test'),
    )
    .option('--report <dir>', 'write report.json and report.html there')
    .option('--json', 'print the report as one JSON object and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: EvaluateFlags) =>
      (await import('./actions/evaluate.ts')).evaluate(flags),
    );
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

/** Without the first, as-recorded, which is always measured. */
function parseConditions(text: string): readonly Condition[] {
  const named = text === 'all' ? CONDITIONS : parseList(text, CONDITIONS);
  return named.filter((condition) => condition !== 'as-recorded');
}

function parseLabels(text: string): readonly Emotion[] {
  const labels = parseList(text, EMOTIONS);
  if (labels.length < 2) throw new InvalidArgumentError('at least two labels');
  return labels;
}

function parseList<Name extends string>(text: string, names: readonly Name[]): Name[] {
  const parts = text.split(',').map((part) => part.trim());
  const unknown = parts.find((part) => !(names as readonly string[]).includes(part));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is none of ${names.join(', ')}`);
  }
  return names.filter((name) => parts.includes(name));
}
