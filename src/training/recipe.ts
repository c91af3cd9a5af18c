import Type, { type Static } from 'typebox';
import { FEATURE_COUNT, FEATURE_GROUPS, type FeatureGroup } from '../pipeline/features/layout.ts';
import { DEFAULT_SHAPE, type NetworkShape } from '../pipeline/network/shape.ts';
import { EMOTIONS } from '../protocol/labels.ts';

const object = <P extends Type.TProperties>(properties: P, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });

const groups = Object.keys(FEATURE_GROUPS) as FeatureGroup[];
const share = (description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, description });
const dropout = (description: string) =>
  object(
    {
      conv: share('Share of convolution channels dropped, the same for a whole clip.'),
      pooled: share('Share of the pooled vector dropped.'),
      dense: share('Share of the dense layer dropped.'),
    },
    description,
  );
const count = (description: string, minimum = 0) => Type.Integer({ minimum, description });

const concatenation = object(
  {
    probability: share('Share of clips that follow others of their speaker.'),
    maxClips: count('Clips in a sequence, at most.', 2),
  },
  'Sequences of clips, so that expressions change and the state is not always fresh.',
);
const learningRate = Type.Number({ exclusiveMinimum: 0 });

/** How a network is trained; `models/recipes/*.json` hold such objects. */
export const RecipeSchema = object({
  name: Type.String({ minLength: 1 }),
  description: Type.String(),
  seed: Type.Integer({ description: 'Same seed, data and machine: same weights.' }),
  epochs: count('Passes over the clips. The last one is kept, never the best one.', 1),
  batchSize: count('Clips a training step.', 1),
  maxFrames: count('A longer clip is cut to a random stretch of this many frames.', 8),
  clipsPerEpoch: Type.Record(Type.String(), Type.Integer({ minimum: 1 }), {
    description: 'How many clips of a corpus an epoch draws; all of one that is not named.',
  }),
  concatenation,
  optimizer: Type.Enum(['adam', 'adamw'], {
    description: 'adamw: weight decay apart from the gradient (Loshchilov & Hutter 2019).',
  }),
  learningRate,
  schedule: Type.Enum(['constant', 'cosine', 'decay'], {
    description: 'cosine falls to 1 % at the end, decay in the last quarter only.',
  }),
  warmupEpochs: Type.Number({ minimum: 0, description: 'Linear rise from nothing.' }),
  weightDecay: Type.Number({
    minimum: 0,
    description: 'On kernels only; with adam it has to be 0.',
  }),
  gradientClip: Type.Number({ exclusiveMinimum: 0, description: 'Largest norm over all weights.' }),
  emaDecay: share('Decay a step of the averaged weights, which are what training returns.'),
  labelSmoothing: share('Share of the target spread over all labels.'),
  dropout: dropout('Srivastava et al. 2014, by clip.'),
  specAugment: object(
    {
      timeMasks: count('Stretches hidden a clip.'),
      maxTimeFrames: count('Longest stretch; never more than a quarter of the clip.'),
      melMasks: count('Bands hidden a clip.'),
      maxMelBands: count('Widest band.'),
    },
    'Hides parts of a clip behind the mean (Park et al. 2019, arXiv 1904.08779).',
  ),
  mixup: object(
    { probability: share('Share of clips that another of the batch is laid over, label and all.') },
    'Zhang et al. 2018, arXiv 1710.09412.',
  ),
  distillation: object(
    {
      teachers: count('Networks trained first, each with a seed of its own; 0: none.'),
      epochs: count("A teacher's passes over the clips.", 1),
      share: share('Share of the target that the teachers decide.'),
    },
    'The network learns from others too, and then does alone what takes several.',
  ),
  calls: object(
    {
      epochs: count('Passes over the clips; 0: none.'),
      learningRate,
      maxFrames: count('In place of the other, for sequences.', 8),
      concatenation,
    },
    'How every member goes on once it is trained on single clips, without teachers and with the half-life that is served: with clips that follow one another, so that it can follow a call.',
  ),
  statistics: object(
    {
      epochs: count('Passes over the clips.', 1),
      readoutPower: Type.Number({
        minimum: 0,
        description:
          'In place of the other readoutPower: a large one judges the end of a clip alone.',
      }),
      dropout: dropout('In place of the other; there is no convolution.'),
    },
    'How the reader of statistics is trained, if the network has one: by itself, without masks, mixing or teachers, its rate falling in the last quarter.',
  ),
  balanceLabels: Type.Boolean({
    description:
      'Answers as if the labels of a corpus were equally frequent: learns with the log of their frequency added to the logits (Menon et al. 2021, arXiv 2007.07314).',
  }),
  maskLabelsByCorpus: Type.Boolean({
    description: 'Does not punish a label that the clip’s corpus does not have at all.',
  }),
  absentLabels: Type.Partial(Type.Record(Type.Enum(EMOTIONS), Type.Array(Type.Enum(EMOTIONS))), {
    additionalProperties: false,
    description:
      'Labels that count as wrong where a corpus does not have them, though maskLabelsByCorpus masks the others; not in clips of the labels named beside each, which may hide it: {"calm": ["neutral"]}.',
  }),
  featureGroups: Type.Array(Type.Enum(groups), { minItems: 1, uniqueItems: true }),
  centre: Type.Boolean({
    description: 'Subtracts a leg’s own running mean from level, log-mel and MFCC.',
  }),
  attention: Type.Boolean({
    description:
      'false: every frame weighs the same but for its age (a network without attention).',
  }),
  frozen: Type.Array(
    Type.Enum(['conv1', 'conv2', 'lstm', 'attention', 'dense', 'output', 'statistics']),
    {
      uniqueItems: true,
      description: 'Layers that stay as they are, for fine-tuning.',
    },
  ),
  freshOutput: Type.Boolean({
    description: 'Begins with a fresh output layer where the rest comes from a model.',
  }),
  readoutEvery: count('Frames from one readout of the loss to the next.', 1),
  readoutPower: Type.Number({
    minimum: 0,
    description: '0: all readouts count the same; 1: in proportion to what was heard.',
  }),
  validateEveryEpochs: count('0: only at the end.'),
  servedHalfLifeMs: Type.Number({
    exclusiveMinimum: 0,
    description:
      'The halfLifeMs of the finished network, which learns from single clips with its own: it is served with this, to follow a call.',
  }),
  network: object({
    members: count(
      'Networks of these widths, trained one by one, that answer together; 0: statistics alone.',
    ),
    statisticsUnits: count('Dense width of a reader of whole-speech statistics; 0: none.'),
    statisticsReferences: Type.Array(Type.Integer({ minimum: 0, maximum: FEATURE_COUNT - 1 }), {
      uniqueItems: true,
      description:
        'Columns of a frame with which the statistics correlate every column: 105 is the level, 65 to 67 are MFCC 1 to 3.',
    }),
    statisticsHalfLifeMs: Type.Number({
      exclusiveMinimum: 0,
      description:
        'After this long, a frame weighs half as much in the statistics, and their peaks have fallen by 1.',
    }),
    statisticsShare: share('What the statistics say of the answer, where there are members too.'),
    convChannels: count('', 1),
    hiddenUnits: count('', 1),
    attentionUnits: count('', 1),
    denseUnits: count('', 1),
    residual: Type.Boolean(),
    halfLifeMs: Type.Number({ exclusiveMinimum: 0 }),
    peakSharpness: Type.Number({
      minimum: 0,
      description: 'α of the pooled peak; 0: mean and deviation alone are pooled.',
    }),
    peakFallMs: Type.Number({ exclusiveMinimum: 0 }),
    centringPriorFrames: Type.Number({ exclusiveMinimum: 0 }),
    centringHalfLifeMs: Type.Number({ exclusiveMinimum: 0 }),
  }),
});

export type Recipe = Static<typeof RecipeSchema>;

/** The network that a recipe asks for. */
export function recipeShape(recipe: Recipe): NetworkShape {
  return { ...DEFAULT_SHAPE, ...recipe.network };
}

/** Where to start from: AdamW, warm-up, cosine, averaged weights. */
export const DEFAULT_RECIPE: Recipe = {
  name: 'default',
  description: 'AdamW with warm-up and cosine, averaged weights.',
  seed: 1,
  epochs: 100,
  batchSize: 32,
  maxFrames: 160,
  clipsPerEpoch: {},
  concatenation: { probability: 0, maxClips: 3 },
  optimizer: 'adamw',
  learningRate: 2e-3,
  schedule: 'cosine',
  warmupEpochs: 3,
  weightDecay: 0.02,
  gradientClip: 1,
  emaDecay: 0.99,
  labelSmoothing: 0.05,
  dropout: { conv: 0.1, pooled: 0.3, dense: 0 },
  specAugment: { timeMasks: 1, maxTimeFrames: 8, melMasks: 2, maxMelBands: 8 },
  mixup: { probability: 0 },
  distillation: { teachers: 0, epochs: 1, share: 0.5 },
  calls: {
    epochs: 0,
    learningRate: 1e-3,
    maxFrames: 200,
    concatenation: { probability: 0.5, maxClips: 3 },
  },
  statistics: { epochs: 60, readoutPower: 100, dropout: { conv: 0, pooled: 0.1, dense: 0.3 } },
  balanceLabels: false,
  maskLabelsByCorpus: false,
  absentLabels: {},
  featureGroups: groups,
  centre: true,
  attention: true,
  frozen: [],
  freshOutput: false,
  readoutEvery: 8,
  readoutPower: 1,
  validateEveryEpochs: 10,
  servedHalfLifeMs: DEFAULT_SHAPE.halfLifeMs,
  network: {
    members: DEFAULT_SHAPE.members,
    statisticsUnits: DEFAULT_SHAPE.statisticsUnits,
    statisticsReferences: [...DEFAULT_SHAPE.statisticsReferences],
    statisticsHalfLifeMs: DEFAULT_SHAPE.statisticsHalfLifeMs,
    statisticsShare: DEFAULT_SHAPE.statisticsShare,
    convChannels: DEFAULT_SHAPE.convChannels,
    hiddenUnits: DEFAULT_SHAPE.hiddenUnits,
    attentionUnits: DEFAULT_SHAPE.attentionUnits,
    denseUnits: DEFAULT_SHAPE.denseUnits,
    residual: DEFAULT_SHAPE.residual,
    halfLifeMs: DEFAULT_SHAPE.halfLifeMs,
    peakSharpness: DEFAULT_SHAPE.peakSharpness,
    peakFallMs: DEFAULT_SHAPE.peakFallMs,
    centringPriorFrames: DEFAULT_SHAPE.centringPriorFrames,
    centringHalfLifeMs: DEFAULT_SHAPE.centringHalfLifeMs,
  },
};
