/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Whole number, uniform in [0, count). */
  integer(count: number): number;
  /** Gaussian with the given mean and standard deviation (Box–Muller transform). */
  normal(mean?: number, deviation?: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items; the list must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream, so that one part's draws do not move another's. */
  fork(): Random;
}

const GOLDEN_GAMMA = 0x9e3779b9;

/** One word of state per call, spread from the seed by the finaliser of MurmurHash3 (public domain). */
function seedWords(seed: number): () => number {
  let counter = seed | 0;
  return () => {
    counter = (counter + GOLDEN_GAMMA) | 0;
    let word = counter ^ (counter >>> 16);
    word = Math.imul(word, 0x85ebca6b);
    word ^= word >>> 13;
    word = Math.imul(word, 0xc2b2ae35);
    return (word ^ (word >>> 16)) | 0;
  };
}

/**
 * sfc32, the "small fast counter" generator of Chris Doty-Humphrey's PractRand (public domain):
 * 128 bits of state, passes PractRand and TestU01's BigCrush. Returns a function giving 32-bit words.
 */
function sfc32(seed: number): () => number {
  const word = seedWords(seed);
  let a = word();
  let b = word();
  let c = word();
  let counter = 1;
  const next = () => {
    const output = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + output) | 0;
    return output >>> 0;
  };
  // The first words still resemble the seed; PractRand's own seeding discards a dozen.
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A seed made of several facts, so that what one draws is its own (FNV-1a, 32 bits). */
export function seedFrom(...facts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(facts.join('/'))) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/** Makes a generator (sfc32) from a whole-number seed. */
export function createRandom(seed: number): Random {
  const word = sfc32(seed);
  const next = () => word() / 0x1_0000_0000;
  const integer = (count: number) => Math.floor(next() * count);
  const random: Random = {
    next,
    integer,
    uniform: (low, high) => low + (high - low) * next(),
    normal: (mean = 0, deviation = 1) => {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return mean + deviation * radius * Math.cos(2 * Math.PI * next());
    },
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(items.length)]!,
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = copy[i]!;
        copy[i] = copy[j]!;
        copy[j] = held;
      }
      return copy;
    },
    fork: () => createRandom(word()),
  };
  return random;
}
