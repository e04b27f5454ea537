/** Numbers that look random and are the same for the same seed on every machine. */
export interface SeededRandom {
  /** The next number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the choices; the list must not be empty. */
  pick<const Choices extends readonly [unknown, ...unknown[]]>(choices: Choices): Choices[number];
}

function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let index = 0; index < text.length; index += 1) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  }
  return mixed;
}

/** Hashes a seed and parts to 32 bits. */
export function hashOf(seed: number, ...parts: readonly (number | string)[]): number {
  let hash = mixText(0x811c9dc5, String(seed));
  for (const part of parts) hash = mixText(Math.imul(hash ^ 0x2f, 0x01000193), String(part));
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Starts a sequence from a seed and the name of what it is for.
 *
 * Equal arguments give equal sequences, so a row can be made again at any time from its index alone.
 */
export function seededRandom(seed: number, ...parts: readonly (number | string)[]): SeededRandom {
  let state = hashOf(seed, ...parts);
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(choices) {
      const choice = choices[below(choices.length)];
      return choice === undefined ? choices[0] : choice;
    },
  };
}
