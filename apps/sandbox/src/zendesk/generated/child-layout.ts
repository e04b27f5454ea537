/** Which children belong to which parent, when each parent's number of children follows from its rank. */
export interface ChildLayout {
  readonly total: number;
  /** The parent of a child, and which of its children it is. */
  placeOf(rank: number): { readonly parentRank: number; readonly index: number };
  /** The children of a parent; none beyond the last parent. */
  rangeOf(parentRank: number): { readonly first: number; readonly count: number };
}

/** Lays children out: the parents of ranks 0, 1, 2 … have as many as `sizes` says, over and over. */
export function childLayout(sizes: readonly number[], parents: number): ChildLayout {
  const firsts: number[] = [];
  let round = 0;
  for (const size of sizes) {
    firsts.push(round);
    round += size;
  }
  const firstOf = (parentRank: number): number =>
    Math.floor(parentRank / sizes.length) * round + (firsts[parentRank % sizes.length] ?? 0);
  const owner = sizes.flatMap((size, slot) => Array.from({ length: size }, () => slot));
  return {
    total: firstOf(parents),
    placeOf(rank) {
      const slot = owner[rank % round] ?? 0;
      const parentRank = Math.floor(rank / round) * sizes.length + slot;
      return { parentRank, index: rank - firstOf(parentRank) };
    },
    rangeOf(parentRank) {
      const isParent = Number.isInteger(parentRank) && parentRank >= 0 && parentRank < parents;
      return isParent
        ? { first: firstOf(parentRank), count: sizes[parentRank % sizes.length] ?? 0 }
        : { first: 0, count: 0 };
    },
  };
}
