import Type, { type Static } from 'typebox';
import { TonewireError } from '../../protocol/errors.ts';
import type { Random } from '../random.ts';
import { gain } from './gain.ts';
import { addNoise } from './noise.ts';
import { pitch } from './pitch.ts';
import { reverberate, syntheticResponse } from './room.ts';
import { speed } from './speed.ts';
import { stretch } from './stretch.ts';
import { telephone } from './telephone.ts';

const probability = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'How often it is applied; 0 switches it off.',
});

const range = (description: string, limits: { minimum?: number; maximum?: number } = {}) =>
  Type.Array(Type.Number(limits), {
    minItems: 2,
    maxItems: 2,
    description: `${description} Drawn evenly from the lowest to the highest, which are given.`,
  });

const step = <P extends Type.TProperties>(description: string, properties: P) =>
  Type.Optional(
    Type.Object({ probability, ...properties }, { additionalProperties: false, description }),
  );

const factorLimits = { minimum: 0.5, maximum: 2 };

/** How one training copy is made of a recording; a step that is left out is not done. */
export const AugmentationRecipeSchema = Type.Object(
  {
    speed: step('Played faster or slower, pitch included.', {
      factor: range('1.1 is a tenth faster.', factorLimits),
    }),
    stretch: step('Made shorter or longer at the same pitch.', {
      factor: range('1.1 is a tenth faster.', factorLimits),
    }),
    pitch: step('Pitch moved at the same length.', {
      semitones: range('Up is positive.', { minimum: -12, maximum: 12 }),
    }),
    room: step('Heard in a room: a measured response or, half the time, a made-up one.', {
      reverberationSeconds: range('Time a made-up room takes to fall by 60 dB.', { minimum: 0.05 }),
      directToReverberantDb: range('Direct sound over reflections in a made-up room.'),
    }),
    gain: step('Louder or softer.', { decibels: range('Louder is positive.') }),
    noise: step('Real noise under the speech.', {
      snrDb: range('Active speech level over noise level.'),
    }),
    telephone: step('Sent over a telephone: 8 kHz mu-law and back.', {
      bandProbability: Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'How often the call also keeps to 300–3400 Hz, as older networks do.',
      }),
    }),
  },
  { additionalProperties: false, description: 'Augmentation of training recordings, in order.' },
);
export type AugmentationRecipe = Static<typeof AugmentationRecipeSchema>;

/** Recordings that augmentation draws from, 16 kHz mono. */
export interface AugmentationSounds {
  readonly noises: readonly Float32Array[];
  /** Room responses that begin with the direct sound; may be empty. */
  readonly responses: readonly Float32Array[];
}

export const NO_SOUNDS: AugmentationSounds = { noises: [], responses: [] };

/** Fails early when a recipe asks for noise and there is none to draw from. */
export function checkSounds(recipe: AugmentationRecipe, sounds: AugmentationSounds): void {
  if ((recipe.noise?.probability ?? 0) > 0 && sounds.noises.length === 0) {
    throw new TonewireError('TW_TRAINING', 'The recipe adds noise, but no noise folder was given.');
  }
}

/**
 * One altered copy of a 16 kHz recording, its length changed by speed and stretch. The same
 * recipe, sounds and random stream give the same copy. The input is left as it was.
 */
export function augment(
  samples: Float32Array,
  recipe: AugmentationRecipe,
  sounds: AugmentationSounds,
  random: Random,
): Float32Array {
  const voice = changeVoice(samples, recipe, random);
  return changeSurroundings(voice, recipe, sounds, random);
}

/** What the speaker does: rate and pitch. */
function changeVoice(
  samples: Float32Array,
  recipe: AugmentationRecipe,
  random: Random,
): Float32Array {
  let voice = samples;
  if (happens(recipe.speed, random)) voice = speed(voice, drawn(recipe.speed.factor, random));
  if (happens(recipe.stretch, random)) voice = stretch(voice, drawn(recipe.stretch.factor, random));
  if (happens(recipe.pitch, random)) voice = pitch(voice, drawn(recipe.pitch.semitones, random));
  return voice;
}

/** What happens to the sound on its way, in the order it happens: room, distance, noise, line. */
function changeSurroundings(
  voice: Float32Array,
  recipe: AugmentationRecipe,
  sounds: AugmentationSounds,
  random: Random,
): Float32Array {
  let sound = voice;
  if (happens(recipe.room, random)) {
    sound = reverberate(sound, drawnResponse(recipe.room, sounds.responses, random));
  }
  if (happens(recipe.gain, random)) sound = gain(sound, drawn(recipe.gain.decibels, random));
  if (happens(recipe.noise, random)) {
    sound = addNoise(sound, random.pick(sounds.noises), drawn(recipe.noise.snrDb, random), random);
  }
  if (happens(recipe.telephone, random)) {
    sound = telephone(sound, random.chance(recipe.telephone.bandProbability));
  }
  return sound === voice ? voice.slice() : sound;
}

function drawnResponse(
  room: NonNullable<AugmentationRecipe['room']>,
  responses: readonly Float32Array[],
  random: Random,
): Float32Array {
  if (responses.length > 0 && random.chance(0.5)) return random.pick(responses);
  return syntheticResponse(
    drawn(room.reverberationSeconds, random),
    drawn(room.directToReverberantDb, random),
    random,
  );
}

function happens<S extends { probability: number }>(
  step: S | undefined,
  random: Random,
): step is S {
  return step !== undefined && random.chance(step.probability);
}

function drawn([low, high]: readonly number[], random: Random): number {
  return random.uniform(low!, high!);
}
