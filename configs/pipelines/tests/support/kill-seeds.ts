/** How many cases a kill test runs, and the seed of the first: of the environment, or new each time. */
export const killTimes = Number(process.env["CHORALE_KILL_TIMES"] ?? 4);
export const firstKillSeed = Number(process.env["CHORALE_KILL_SEED"] ?? Math.floor(Math.random() * 1e6));

/** Numbers between 0 and 1, the same for the same seed (a multiplicative congruential generator). */
export function randomOf(seed: number): () => number {
  let value = (seed % 2147483646) + 1;
  return () => {
    value = (value * 48271) % 2147483647;
    return value / 2147483647;
  };
}
