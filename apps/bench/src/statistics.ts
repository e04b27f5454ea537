/** Answers the middle of the values, or the mean of the two in the middle. Throws where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("There is no median of no values.");
  return (upper + lower) / 2;
}

/**
 * Answers the median of `values[i] / references[i]`: each run is compared with the reference that ran beside it, so
 * that a machine which is slow for a while slows both.
 */
export function medianRatio(values: readonly number[], references: readonly number[]): number {
  return median(paired(values, references).map(([value, reference]) => value / reference));
}

/** Answers the median of `values[i] - references[i]`. */
export function medianDifference(values: readonly number[], references: readonly number[]): number {
  return median(paired(values, references).map(([value, reference]) => value - reference));
}

function paired(
  values: readonly number[],
  references: readonly number[],
): readonly (readonly [value: number, reference: number])[] {
  return values.slice(0, references.length).map((value, index) => [value, references[index] ?? value]);
}
