/** Numbers that look random and are the same for the same seed, on every machine. */
export interface SeededRandom {
  /** An integer from 0 up to and without `bound`. */
  below(bound: number): number;
}

/**
 * Starts a sequence of numbers from a seed (a xorshift of 32 bits: fast, and good enough for test data).
 *
 * @example
 * ```ts
 * const random = seededRandom(1);
 * random.below(6);
 * ```
 */
export function seededRandom(seed: number): SeededRandom {
  // Zero is the one state that a xorshift never leaves.
  let bits = Math.imul(seed, 0x9e3779b1) || 1;
  const next = (): number => {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    return bits >>> 0;
  };
  // Small seeds differ in few bits, which the first numbers would show.
  for (let round = 0; round < 8; round += 1) next();
  return { below: (bound) => next() % bound };
}
