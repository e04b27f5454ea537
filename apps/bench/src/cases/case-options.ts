import type { DataSpec } from "../data/data-set.ts";
import type { RecordSize } from "../data/record-kinds.ts";

/** What the cases depend on. */
export interface CaseOptions {
  /** Sizes of data sets are multiplied by this. */
  readonly scale: number;
  /** Whether what takes long is measured too. */
  readonly full: boolean;
  /** A Python that has singer-sdk. */
  readonly python: string | undefined;
}

const seed = 20_260_101;

/** Describes a data set of a scaled size, of 10 records at least. */
export function dataOf(
  { scale }: CaseOptions,
  { size, records, streams = 3 }: { size: RecordSize; records: number; streams?: number },
): DataSpec {
  return { size, records: Math.max(10, Math.round(records * scale)), streams, seed };
}
