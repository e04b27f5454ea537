import { hashOf } from "../seeded-random.ts";

/** Which second and which id each of many generated rows has, without holding any of them. */
export interface Timeline {
  readonly count: number;
  readonly firstId: number;
  readonly idStep: number;
  readonly lastId: number;
  /** The epoch second of the row at this position; never falls from one position to the next. */
  stampAt(position: number): number;
  /** The id of the row at this position; rises within one second, jumps about over time. */
  idAt(position: number): number;
  /** The position of the row that has the id of this rank in ascending order. */
  positionOfRank(rank: number): number;
  /** The first rank whose id is not below this one; `count` when there is none. */
  rankFrom(id: number): number;
  /** The position of the row with this id. */
  positionOf(id: number): number | undefined;
}

/** How the rows of a timeline are laid out. */
export interface TimelineOptions {
  readonly seed: number;
  readonly name: string;
  readonly count: number;
  readonly firstId: number;
  readonly idStep: number;
  /** The epoch second of the last row. */
  readonly endsAt: number;
  readonly spanSeconds: number;
}

/** Rows of a block that share a second, one entry per second: single rows, pairs, and bursts. */
const secondSizes = [1, 1, 2, 3, 1, 8, 1, 15] as const;
const blockRows = 32;

const secondOfRow: readonly number[] = secondSizes.flatMap((size, second) =>
  Array.from({ length: size }, () => second),
);

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

/** The factor that undoes a multiplication by `factor` modulo `modulus`, by Euclid's extended algorithm. */
function inverseOf(factor: number, modulus: number): number {
  let [remainder, nextRemainder] = [factor, modulus];
  let [coefficient, nextCoefficient] = [1, 0];
  while (nextRemainder !== 0) {
    const quotient = Math.floor(remainder / nextRemainder);
    [remainder, nextRemainder] = [nextRemainder, remainder - quotient * nextRemainder];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  return ((coefficient % modulus) + modulus) % modulus;
}

interface Shuffle {
  readonly forward: (block: number) => number;
  readonly back: (block: number) => number;
}

/**
 * Block b becomes block n − 1 − (factor·b + shift) mod n: a shuffle that is computed, not stored.
 *
 * With a shift below n − 1 it never leaves every block where it is.
 */
function shuffleOf(seed: number, name: string, blocks: number): Shuffle {
  if (blocks < 2) return { forward: (block) => block, back: (block) => block };
  let factor = 1 + (hashOf(seed, name, "factor") % (blocks - 1));
  while (greatestCommonDivisor(factor, blocks) !== 1) factor = (factor % (blocks - 1)) + 1;
  const shift = hashOf(seed, name, "shift") % (blocks - 1);
  const inverse = inverseOf(factor, blocks);
  return {
    forward: (block) => blocks - 1 - ((factor * block + shift) % blocks),
    back: (block) => (inverse * (2 * blocks - 1 - block - shift)) % blocks,
  };
}

/** Lays rows out over time; everything is computed from the position. */
export function timeline(options: TimelineOptions): Timeline {
  const { seed, name, count, firstId, idStep, endsAt, spanSeconds } = options;
  const fullBlocks = Math.floor(count / blockRows);
  const shuffle = shuffleOf(seed, name, fullBlocks);
  const secondAt = (position: number): number =>
    Math.floor(position / blockRows) * secondSizes.length + (secondOfRow[position % blockRows] ?? 0);
  const lastSecond = count === 0 ? 0 : secondAt(count - 1);
  const spacing = Math.max(1, Math.floor(spanSeconds / (lastSecond + 1)));

  /** Ranks and positions differ by whole shuffled blocks; an unfinished last block stays where it is. */
  const moved = (index: number, move: (block: number) => number): number => {
    const block = Math.floor(index / blockRows);
    return block < fullBlocks ? move(block) * blockRows + (index % blockRows) : index;
  };
  const rankFrom = (id: number): number => Math.min(count, Math.max(0, Math.ceil((id - firstId) / idStep)));
  return {
    count,
    firstId,
    idStep,
    lastId: firstId + (count - 1) * idStep,
    rankFrom,
    stampAt: (position) => endsAt - (lastSecond - secondAt(position)) * spacing,
    idAt: (position) => firstId + moved(position, shuffle.forward) * idStep,
    positionOfRank: (rank) => moved(rank, shuffle.back),
    positionOf(id) {
      const rank = rankFrom(id);
      return rank < count && firstId + rank * idStep === id ? moved(rank, shuffle.back) : undefined;
    },
  };
}
