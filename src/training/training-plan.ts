import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import Type, { type Static } from 'typebox';
import { TonewireError } from '../protocol/errors.ts';
import { AugmentationRecipeSchema } from './augmentation/augment.ts';
import { PROTOCOL_PATTERN, type Protocol } from './corpora/folds.ts';
import { RecipeSchema } from './recipe.ts';

/** Recordings that a model learns from. */
export const SourceSchema = Type.Object(
  {
    corpus: Type.String({ description: 'A corpus that `tonewire evaluate --help` lists.' }),
    licence: Type.String({ description: 'Licence of the recordings, for manifest and card.' }),
    protocol: Type.Optional(
      Type.Unsafe<Protocol>(
        Type.String({
          pattern: PROTOCOL_PATTERN,
          description: 'How a fold is held out; without it, all of the corpus is learned from.',
        }),
      ),
    ),
    variants: Type.Integer({
      minimum: 1,
      description: 'Copies of each clip: the recording itself, the others augmented.',
    }),
    augmentation: Type.Optional(
      Type.Partial(AugmentationRecipeSchema, {
        additionalProperties: false,
        description: "Steps of its own copies in place of the plan's of the same name.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Source = Static<typeof SourceSchema>;

/** Where what is learnt last, joined clips and statistics, is learnt from other copies than single clips. */
const LaterCopiesSchema = Type.Object(
  {
    variants: Type.Record(Type.String(), Type.Integer({ minimum: 1 }), {
      description:
        'Copies of each clip of a corpus; as many as its source says where it is not named.',
    }),
    augmentation: Type.Partial(AugmentationRecipeSchema, {
      additionalProperties: false,
      description:
        "Steps in place of the plan's of the same name; a source's own stand before both.",
    }),
  },
  {
    additionalProperties: false,
    description:
      'Copies from which the members go on (training.calls) and the statistics learn; without it they are the same throughout.',
  },
);

/** A file under `models/recipes/`: everything that decides what a model becomes, but the audio. */
export const TrainingPlanSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    model: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,63}$', description: 'Id of the model.' }),
    description: Type.String(),
    sources: Type.Array(SourceSchema, { minItems: 1 }),
    background: Type.Optional(
      Type.Object(
        { variants: Type.Integer({ minimum: 1, description: 'Copies of each recording.' }) },
        {
          additionalProperties: false,
          description:
            'Learns from the noise recordings by themselves that no emotion is to be claimed; clipsPerEpoch.background says from how many.',
        },
      ),
    ),
    fold: Type.Integer({
      minimum: 1,
      description:
        'The fold that is held out of every source with a protocol; counted round where it has fewer.',
    }),
    validationShare: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description:
        'Share of the training speakers kept back to fit the temperature; of the clips, where the protocol mixes speakers.',
    }),
    augmentation: AugmentationRecipeSchema,
    laterCopies: Type.Optional(LaterCopiesSchema),
    training: RecipeSchema,
  },
  { additionalProperties: false },
);

export type TrainingPlan = Static<typeof TrainingPlanSchema>;

const validate = new Ajv({ strict: false, allErrors: true }).compile<TrainingPlan>(
  TrainingPlanSchema,
);

/**
 * Reads a plan, some of its fields replaced (`training.seed=2`, the value as JSON); throws
 * TW_TRAINING naming each field that is wrong.
 */
export async function readTrainingPlan(
  path: string,
  replacements: readonly string[] = [],
): Promise<TrainingPlan> {
  let plan: unknown;
  try {
    plan = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new TonewireError('TW_TRAINING', `${path}: no readable JSON file.`, { cause });
  }
  for (const replacement of replacements) replace(plan, replacement);
  const valid = validate(plan) ? plan : null;
  const faults = valid
    ? unknownCorpora(valid)
    : (validate.errors ?? []).map((e) => `${e.instancePath || '/'} ${e.message}`);
  if (valid && faults.length === 0) return valid;
  throw new TonewireError('TW_TRAINING', `${path}: ${faults.join('; ')}.`);
}

/** A corpus that is no source has no copies: most likely its name is misspelt. */
function unknownCorpora({ laterCopies, sources }: TrainingPlan): string[] {
  const known = new Set(sources.map(({ corpus }) => corpus));
  const named = Object.keys(laterCopies?.variants ?? {});
  return named
    .filter((corpus) => !known.has(corpus))
    .map((corpus) => `/laterCopies/variants/${corpus} is no source`);
}

/** Puts a value where its path says; the schema judges afterwards what has come of it. */
function replace(plan: unknown, replacement: string): void {
  const [, path, text] = /^([^=]+)=(.*)$/s.exec(replacement) ?? [];
  const names = path?.split('.') ?? [];
  const last = names.pop();
  const parent = names.reduce<unknown>(fieldOf, plan);
  if (text === undefined || last === undefined || typeof parent !== 'object' || parent === null) {
    throw new TonewireError('TW_TRAINING', `"${replacement}" is not a field of the recipe=value.`);
  }
  try {
    Object.assign(parent, { [last]: JSON.parse(text) });
  } catch (cause) {
    throw new TonewireError('TW_TRAINING', `"${replacement}": the value is not JSON.`, { cause });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  const known = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return known ? (value as Record<string, unknown>)[name] : undefined;
}
