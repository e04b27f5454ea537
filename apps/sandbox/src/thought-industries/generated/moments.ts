import { seededRandom } from "../../seeded-random.ts";

/** The moments of a number of events, in order; each is computed when asked for. */
export interface Moments {
  readonly count: number;
  /** The moment of an event in milliseconds since 1970. */
  at(index: number): number;
  /** How many events lie before a moment. */
  countBefore(moment: number): number;
}

/** Where events lie. */
export interface MomentsOptions {
  readonly seed: number;
  readonly name: string;
  readonly count: number;
  /** The moment that all events lie after, and the one that all lie before. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Some events carry whole seconds only. */
  readonly wholeSeconds: boolean;
}

/** Events share a moment within a block only, unless seconds are whole: so never more than two blocks do. */
export const blockSize = 16;
const keptBlocks = 4096;
const tieChance = 0.25;

/** Lays out events evenly, with gaps and with moments that several share; nothing is generated yet. */
export function moments(options: MomentsOptions): Moments {
  const { seed, name, count, startsAt, endsAt, wholeSeconds } = options;
  const blockSpan = (endsAt - startsAt) / Math.max(1, Math.ceil(count / blockSize));
  const blocks = new Map<number, readonly number[]>();

  const draw = (block: number): readonly number[] => {
    const random = seededRandom(seed, name, "moments", block);
    const start = startsAt + block * blockSpan;
    const drawn = Array.from({ length: blockSize }, () => Math.floor(start + random.next() * blockSpan));
    const ordered = drawn.toSorted((left, right) => left - right);
    for (let index = 1; index < blockSize; index += 1) {
      if (random.chance(tieChance)) ordered[index] = ordered[index - 1] ?? start;
    }
    return wholeSeconds ? ordered.map((moment) => Math.floor(moment / 1000) * 1000) : ordered;
  };
  const at = (index: number): number => {
    const block = Math.floor(index / blockSize);
    const known = blocks.get(block) ?? draw(block);
    if (blocks.size >= keptBlocks) blocks.clear();
    blocks.set(block, known);
    return known[index % blockSize] ?? endsAt;
  };
  return {
    count,
    at,
    countBefore(moment) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (at(middle) < moment) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}
