import Type, { type Static } from 'typebox';
import { EMOTIONS } from '../protocol/labels.ts';
import { validator } from '../protocol/validator.ts';
import { FEATURE_COUNT, FEATURE_GROUPS, FEATURE_VERSION } from './features/layout.ts';
import { DEFAULT_SHAPE, type NetworkShape } from './network/shape.ts';
import { presentNames, WEIGHT_NAMES, weightShapes } from './network/weights.ts';

const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const size = Type.Integer({ minimum: 1 });

/** Counts up when a folder of the old form can no longer be read. */
export const FORMAT_VERSION = 1;

/** What a recording the model learned from came from, and on what terms. */
export const TrainingDataSchema = object({
  name: Type.String({ minLength: 1 }),
  licence: Type.String({ minLength: 1 }),
  recordings: Type.Integer({ minimum: 0 }),
  speakers: Type.Integer({ minimum: 0 }),
  source: Type.Optional(Type.String()),
});

/** `manifest.json`: what a model folder holds and which code it fits. */
export const ManifestSchema = object({
  formatVersion: Type.Literal(FORMAT_VERSION),
  id: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,63}$' }),
  description: Type.String(),
  labels: Type.Array(Type.String()),
  features: object({
    version: Type.String(),
    count: size,
    groups: Type.Record(Type.String(), size),
  }),
  shape: object({
    members: Type.Optional(Type.Integer({ minimum: 0 })),
    statisticsUnits: Type.Optional(Type.Integer({ minimum: 0 })),
    statisticsReferences: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: FEATURE_COUNT - 1 }), { uniqueItems: true }),
    ),
    statisticsHalfLifeMs: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    statisticsShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    featureCount: size,
    convKernel: Type.Integer({ minimum: 2 }),
    convChannels: size,
    hiddenUnits: size,
    attentionUnits: size,
    denseUnits: size,
    labelCount: size,
    residual: Type.Boolean(),
    halfLifeMs: Type.Number({ exclusiveMinimum: 0 }),
    peakSharpness: Type.Optional(Type.Number({ minimum: 0 })),
    peakFallMs: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    hopMs: Type.Number({ exclusiveMinimum: 0 }),
    centringPriorFrames: Type.Number({ exclusiveMinimum: 0 }),
    centringHalfLifeMs: Type.Number({ exclusiveMinimum: 0 }),
  }),
  stepFrames: Type.Integer({
    minimum: 1,
    description: 'Frames a leg gathers before a step: 8 of 32 ms are 256 ms.',
  }),
  temperature: Type.Number({
    exclusiveMinimum: 0,
    description: 'Logits are divided by it before the softmax.',
  }),
  quantization: Type.Optional(
    Type.Literal('int8', {
      description:
        'model.onnx holds 8-bit weights, which become floats at loading; weights.bin holds the same weights as floats.',
    }),
  ),
  trainingData: Type.Array(TrainingDataSchema),
  metrics: Type.Record(Type.String(), Type.Unknown(), {
    description: 'What was measured, on what, by which protocol.',
  }),
  weights: Type.Array(
    object({
      name: Type.Enum([...WEIGHT_NAMES]),
      shape: Type.Array(size, { minItems: 2, maxItems: 2 }),
      byteOffset: Type.Integer({ minimum: 0 }),
    }),
    { description: 'Where each tensor lies in weights.bin: float32, little-endian, row-major.' },
  ),
  files: Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-f]{64}$' }), {
    description: 'SHA-256 of every other file.',
  }),
});

type ManifestFile = Static<typeof ManifestSchema>;

/** What a folder holds; its shape is complete, though its file may be older than a part of the network. */
export type Manifest = Omit<ManifestFile, 'shape'> & { readonly shape: NetworkShape };

const validate = validator<ManifestFile>(ManifestSchema);

/** The features part of a manifest made by this code. */
export function featureSection(): Manifest['features'] {
  return { version: FEATURE_VERSION, count: FEATURE_COUNT, groups: { ...FEATURE_GROUPS } };
}

/** Where the tensors that a shape has lie in weights.bin, in WEIGHT_NAMES order without gaps. */
export function weightSection(shape: Manifest['shape']): Manifest['weights'] {
  const shapes = weightShapes(shape);
  let byteOffset = 0;
  return presentNames(shape).map((name) => {
    const [rows, columns] = shapes[name];
    const section = { name, shape: [rows, columns], byteOffset };
    byteOffset += rows * columns * Float32Array.BYTES_PER_ELEMENT;
    return section;
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What the shape of a network leaves out that is from before there were members, peaks, statistics. */
const OLD_SHAPE = {
  members: 1,
  statisticsUnits: 0,
  statisticsReferences: [],
  statisticsHalfLifeMs: DEFAULT_SHAPE.halfLifeMs,
  statisticsShare: 0.5,
  peakSharpness: 0,
  peakFallMs: DEFAULT_SHAPE.peakFallMs,
};

/** The manifest if this code can run it, else the field that says it cannot. */
export function checkManifest(value: unknown): Manifest | { readonly fault: string } {
  if (!validate(value)) {
    const error = validate.errors[0];
    return { fault: `${error?.instancePath || '/'} ${error?.message ?? 'is invalid'}` };
  }
  const { labels, features, weights } = value;
  const shape = { ...OLD_SHAPE, ...value.shape };
  if (!same(labels, EMOTIONS)) return { fault: '/labels are not the eight of this version' };
  if (features.version !== FEATURE_VERSION) {
    return { fault: `/features/version is "${features.version}", not "${FEATURE_VERSION}"` };
  }
  const groups = Object.entries(FEATURE_GROUPS);
  if (features.count !== FEATURE_COUNT || !same(Object.entries(features.groups), groups)) {
    return { fault: '/features/groups are not those of this version' };
  }
  if (shape.featureCount !== FEATURE_COUNT || shape.labelCount !== EMOTIONS.length) {
    return { fault: '/shape does not fit the features or the labels' };
  }
  if (shape.residual && shape.convChannels !== shape.hiddenUnits) {
    return { fault: '/shape/residual needs convChannels equal to hiddenUnits' };
  }
  if (shape.members === 0 && shape.statisticsUnits === 0) {
    return { fault: '/shape has neither members nor statistics' };
  }
  const places = (list: Manifest['weights']) => list.map((w) => [w.name, w.shape, w.byteOffset]);
  if (!same(places(weights), places(weightSection(shape)))) {
    return { fault: '/weights do not fit /shape' };
  }
  return { ...value, shape };
}
