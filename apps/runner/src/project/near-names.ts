/** Answers the names that someone may have meant: the nearest, at most three of them, and none that is far off. */
export function nearestNames(name: string, known: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(name.length / 4));
  const candidates = [...new Set(known)]
    .filter((other) => other !== name && Math.abs(other.length - name.length) <= limit)
    .map((other) => ({ other, distance: distance(name.toLowerCase(), other.toLowerCase()) }));
  const nearest = Math.min(limit, ...candidates.map((candidate) => candidate.distance));
  return candidates
    .filter((candidate) => candidate.distance === nearest)
    .map(({ other }) => other)
    .sort()
    .slice(0, 3);
}

/** Answers a sentence that names the nearest names; undefined where none is near. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = nearestNames(name, known);
  return near.length === 0 ? undefined : `Did you mean ${near.join(" or ")}?`;
}

/** Answers the nearest names, or else all that there are. */
export function namesToChooseFrom(name: string, known: Iterable<string>): string {
  const all = [...known];
  if (all.length === 0) return "There is none.";
  return didYouMean(name, all) ?? `The project knows ${all.join(", ")}.`;
}

/** How many characters have to be added, left out, replaced, or swapped with their neighbour. */
function distance(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const costs = [
        cost(last, column) + 1,
        cost(current, column - 1) + 1,
        cost(last, column - 1) + (same ? 0 : 1),
      ];
      if (swapped) costs.push(cost(beforeLast, column - 2) + 1);
      current.push(Math.min(...costs));
    }
    beforeLast = last;
    last = current;
  }
  return cost(last, right.length);
}

function cost(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
