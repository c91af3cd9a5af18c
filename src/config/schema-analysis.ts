import Type from 'typebox';
import { EMOTIONS } from '../protocol/labels.ts';
import { section, share, toggle, whole } from './section.ts';

const LegsSchema = section('Whose voice is analysed. Legs that are not are never decoded.', {
  customer: toggle(true, "Analyse the customer's leg. Default: true."),
  agent: section("The agent's leg.", {
    analysed: toggle(
      false,
      "Analyse the agent's leg. The EU AI Act, Art. 5(1)(f), prohibits inferring the emotions of people at work unless for medical or safety reasons; so this needs analysis.legs.agent.legalBasis. Default: false.",
    ),
    legalBasis: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: 500,
        description:
          'The legal basis you rely on, in your own words. Tonewire only insists that you name one; it is no legal advice. Default: none.',
      }),
    ),
  }),
  mixed: toggle(
    false,
    "Analyse a leg that carries more than one speaker. An agent may be heard on it, so analysis.legs.agent's rule applies to it too, and readings blend the speakers: give each its own channel where you can. Default: false.",
  ),
});

const SmoothingSchema = section('How readings become labels that do not flicker.', {
  enterProbability: share(
    0.6,
    'An emotion must reach this to become the label. Higher is steadier and slower, and says `uncertain` more. Default: 0.6.',
  ),
  enterReadings: whole(
    2,
    1,
    100,
    'Readings in a row that must agree before the label changes. Each is one step of the model: 256 ms of speech, in the first two seconds 128 ms. Default: 2.',
  ),
  leaveProbability: share(
    0.4,
    'The label is given up once its probability falls below this. The distance to enterProbability is what stops flicker. Default: 0.4.',
  ),
  minSpeechMs: whole(
    1000,
    0,
    60_000,
    'Speech to hear before anything but `listening` is said. Less answers sooner and less surely. Default: 1000.',
  ),
  confidenceHalfLifeMs: whole(
    4000,
    100,
    600_000,
    'In silence the shown confidence halves in this time; the reading itself is kept. Default: 4000.',
  ),
  maxEntropy: share(
    0.85,
    'Above this entropy of the probabilities (0: one emotion certain, 1: all that may be told alike) the label is `uncertain`. Lower abstains more. Default: 0.85.',
  ),
});

export const AnalysisSchema = section('What is heard, how often, and by which engine.', {
  model: Type.String({
    default: 'models/emotion-v2',
    minLength: 1,
    description:
      'Folder of the model, from the working directory or else from the installed package. Default: models/emotion-v2.',
  }),
  engine: Type.Enum(
    ['auto', 'onnxruntime', 'tensorflow-wasm', 'tensorflow-node', 'tensorflow-node-gpu'],
    {
      default: 'auto',
      description:
        '`onnxruntime` is fastest on a CPU; `tensorflow-wasm` runs anywhere, two to five times slower; the other two need their package installed. `auto` takes onnxruntime where it loads, else tensorflow-wasm. Default: auto.',
    },
  ),
  engineThreads: whole(
    1,
    1,
    256,
    'Threads of the engine. More shorten one step but steal cores from the gateway; run more processes instead. Default: 1.',
  ),
  legs: LegsSchema,
  emotions: Type.Array(Type.Enum(EMOTIONS), {
    default: [...EMOTIONS],
    minItems: 2,
    uniqueItems: true,
    description:
      'The emotions that may be told. Any other has probability 0, and these share what it had. Leave out what your calls can do without: the fewer there are, the more often the right one is told (the card of the model says how often). Default: all eight.',
  }),
  requireConsent: toggle(
    false,
    'Analyse only calls whose start says `consent: given`. Otherwise calls with `unknown` consent are analysed too; `denied` never is. Default: false.',
  ),
  updateIntervalMs: whole(
    500,
    250,
    60_000,
    'Audio between two emotion.updated events of a leg. Shorter shows change sooner and costs as many more events. Default: 500.',
  ),
  maxBatchLegs: whole(
    64,
    1,
    4096,
    'Legs in one step of the model. Larger batches use the processor better, but every leg in one waits for the whole step. Default: 64.',
  ),
  gatherMs: whole(
    40,
    0,
    1000,
    'Longest, in milliseconds, that audio waits for that of other legs, to be heard one after the other and to share a step of the model. The wait is this times the share of time for which the event loop is busy, and only while others can be expected: a quiet server hardly waits. Longer costs less per leg, and every reading comes that much later. 0 never waits. Default: 40.',
  ),
  maxPendingSteps: whole(
    20,
    1,
    10_000,
    'Steps of one leg, each 256 ms of speech and in the first two seconds 128 ms, that may wait for the model. Beyond it the oldest are dropped and reported as audio.gap, which happens to live senders only: others are paused before (limits.maxBufferedAudioMs). More rides out longer stalls, with staler readings. Default: 20.',
  ),
  smoothing: SmoothingSchema,
});
