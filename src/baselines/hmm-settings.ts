import { type HmmSize, TOPOLOGIES } from './hmm-start.ts';

/** What a recording's own mean is taken from: nothing, its level (coefficient 0), all of its MFCC. */
export const CENTRINGS = ['none', 'level', 'mfcc'] as const;
export type Centring = (typeof CENTRINGS)[number];

export interface HmmSettings extends HmmSize {
  readonly centring: Centring;
}

/**
 * Used in every fold. Ergodic, because what is said has an order and how it is said has none: the
 * states are kinds of sound, not stretches of a sentence. `compareHmmSettings` puts it beside others.
 */
export const HMM_SETTINGS: HmmSettings = {
  topology: 'ergodic',
  states: 4,
  components: 2,
  centring: 'none',
};

/** Compared first, at a middle size: which topology, and what is centred. */
export function hmmForms(): HmmSettings[] {
  return CENTRINGS.flatMap((centring) =>
    TOPOLOGIES.map((topology) => ({ centring, topology, states: 4, components: 2 })),
  );
}

/** Compared next: the other sizes of the best form. */
export function hmmSizes(form: HmmSettings): HmmSettings[] {
  return [3, 4, 5]
    .flatMap((states) => [1, 2, 4].map((components) => ({ ...form, states, components })))
    .filter(({ states, components }) => states !== form.states || components !== form.components);
}

export function describeSettings(settings: HmmSettings): string {
  const { topology, states, components, centring } = settings;
  return `${topology}, ${states} states, ${components} Gaussians a state, centring ${centring}`;
}
