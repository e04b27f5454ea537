import type { CommitUnit } from "./warehouse.ts";

/**
 * Answers how many rows a unit loads of each stream: what a session answers to `commit`. Empty for a unit without
 * batches.
 *
 * @example
 * ```ts
 * return { rows: loadedRows(unit) };
 * ```
 */
export function loadedRows({ steps }: CommitUnit): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== "load") continue;
    const { shape, rows: count } = step.staged.batch;
    const { stream } = shape.spec;
    rows.set(stream, (rows.get(stream) ?? 0) + count);
  }
  return rows;
}
