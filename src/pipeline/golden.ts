import Type, { type Static } from 'typebox';
import { EMOTIONS } from '../protocol/labels.ts';
import { validator } from '../protocol/validator.ts';
import type { Engine } from './engines/engine.ts';
import { initialState, type NetworkShape, stateSize } from './network/shape.ts';
import type { WeightArrays } from './network/weights.ts';

/**
 * Golden outputs: what the network answers to inputs that anyone can make again from a seed. They
 * show that an engine on some machine computes what was trained.
 */
const GoldenSchema = Type.Object(
  {
    cases: Type.Array(
      Type.Object(
        {
          seed: Type.Integer({ minimum: 0 }),
          batchSize: Type.Integer({ minimum: 1, maximum: 64 }),
          frameCount: Type.Integer({ minimum: 1, maximum: 64 }),
          steps: Type.Integer({ minimum: 1, maximum: 64 }),
          logits: Type.Array(
            Type.Array(Type.Number(), { minItems: EMOTIONS.length, maxItems: EMOTIONS.length }),
            { description: 'One row a leg, after the last step.' },
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);

export type Golden = Static<typeof GoldenSchema>;

/** How far an engine may be from the golden outputs on a logit, as engines may be from each other. */
export const GOLDEN_TOLERANCE = 1e-3;

/** One case without its answer. */
type GoldenInput = Omit<Golden['cases'][number], 'logits'>;

/** What every model is asked: one leg for long, several at once, single frames. */
const GOLDEN_INPUTS: readonly GoldenInput[] = [
  { seed: 1, batchSize: 1, frameCount: 8, steps: 12 },
  { seed: 2, batchSize: 3, frameCount: 8, steps: 4 },
  { seed: 3, batchSize: 2, frameCount: 1, steps: 5 },
];

const validate = validator<Golden>(GoldenSchema);

/** The content of `golden.json`, or the field at fault. */
export function checkGoldenFile(value: unknown): Golden | { readonly fault: string } {
  if (!validate(value)) {
    const error = validate.errors[0];
    return { fault: `${error?.instancePath || '/'} ${error?.message ?? 'is invalid'}` };
  }
  const short = value.cases.findIndex((one) => one.logits.length !== one.batchSize);
  return short < 0 ? value : { fault: `/cases/${short}/logits has not one row a leg` };
}

/** Uniform in [−2, 2): the fractional part of a steep sine, which needs no state and no library. */
function value(seed: number, index: number): number {
  const steep = Math.sin(seed * 78.233 + (index + 1) * 12.9898) * 43758.5453;
  return 4 * (steep - Math.floor(steep)) - 2;
}

/** Raw features `[batchSize, frameCount, F]` of one step, spread as the model's own features are. */
function goldenFrames(input: GoldenInput, step: number, weights: WeightArrays): Float32Array {
  const mean = weights['input.mean'];
  const scale = weights['input.scale'];
  const size = input.batchSize * input.frameCount * mean.length;
  return Float32Array.from({ length: size }, (_, i) => {
    const column = i % mean.length;
    const spread = scale[column] === 0 ? 0 : 1 / scale[column]!;
    return mean[column]! + value(input.seed, step * size + i) * spread;
  });
}

/** Runs one case: `[batchSize, labels]` after the last step. */
async function runGolden(
  engine: Engine,
  input: GoldenInput,
  shape: NetworkShape,
  weights: WeightArrays,
): Promise<number[][]> {
  const { batchSize, frameCount } = input;
  let state: Float32Array = new Float32Array(batchSize * stateSize(shape));
  for (let b = 0; b < batchSize; b++) state.set(initialState(shape), b * stateSize(shape));
  let logits: Float32Array = new Float32Array();
  for (let step = 0; step < input.steps; step++) {
    const frames = goldenFrames(input, step, weights);
    ({ state, logits } = await engine.step({ batchSize, frameCount, frames, state }));
  }
  const { labelCount } = shape;
  return Array.from({ length: batchSize }, (_, b) =>
    Array.from(logits.subarray(b * labelCount, (b + 1) * labelCount)),
  );
}

const digits = (logit: number) => Number(logit.toFixed(6));

/** The golden outputs of a new model: what the engine answers to the golden inputs. */
export async function makeGolden(
  engine: Engine,
  shape: NetworkShape,
  weights: WeightArrays,
): Promise<Golden> {
  const cases: Golden['cases'] = [];
  for (const input of GOLDEN_INPUTS) {
    const logits = await runGolden(engine, input, shape, weights);
    cases.push({ ...input, logits: logits.map((row) => row.map(digits)) });
  }
  return { cases };
}

/** What `checkGolden` needs of a model folder. */
export interface GoldenModel {
  readonly manifest: { readonly shape: NetworkShape };
  readonly weights: WeightArrays;
  readonly golden: Golden;
}

/** Runs a model's golden inputs on an engine: the largest absolute difference of a logit. */
export async function checkGolden(engine: Engine, model: GoldenModel): Promise<number> {
  let largest = 0;
  for (const { logits, ...input } of model.golden.cases) {
    const rows = await runGolden(engine, input, model.manifest.shape, model.weights);
    rows.forEach((row, b) => {
      row.forEach((logit, label) => {
        largest = Math.max(largest, Math.abs(logit - logits[b]![label]!));
      });
    });
  }
  return largest;
}
