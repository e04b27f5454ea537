import type { ColumnSpec, ColumnType } from "../columns.ts";
import type { TableSpec } from "../warehouse.ts";

const timestamp: ColumnType = { kind: "timestamp" };
const integer: ColumnType = { kind: "integer", wide: false };

/** The columns that say how a row came here, in the order in which they are made. */
export const metadataColumns = [
  { property: "_sdc_extracted_at", type: timestamp },
  { property: "_sdc_received_at", type: timestamp },
  { property: "_sdc_batched_at", type: timestamp },
  { property: "_sdc_deleted_at", type: timestamp },
  { property: "_sdc_sequence", type: integer },
  { property: "_sdc_table_version", type: integer },
  { property: "_sdc_sync_started_at", type: integer },
] as const satisfies readonly ColumnSpec[];

/** The name of a metadata column. */
export type MetadataProperty = (typeof metadataColumns)[number]["property"];

/** The source's own mark of a deleted row; the one metadata column that a source may fill. */
export const deletedAt = "_sdc_deleted_at" satisfies MetadataProperty;

/** The columns of a table: what the source fills, what the target fills, and what the source may not. */
export interface ColumnShares {
  readonly source: readonly ColumnSpec[];
  readonly metadata: readonly { readonly property: MetadataProperty; readonly type: ColumnType }[];
  /** Properties of the source that bear the name of a column that the target fills. */
  readonly taken: readonly string[];
}

/**
 * Shares a table's columns between the source and the target.
 *
 * With `addRecordMetadata`, the `_sdc_` columns are the target's, as with every other Singer target, and a
 * source's property of such a name is not stored; only `_sdc_deleted_at` of the source is. Without,
 * every property is the source's.
 *
 * @example
 * ```ts
 * const { source, metadata, taken } = shareColumns(spec);
 * ```
 */
export function shareColumns({ columns, addRecordMetadata }: TableSpec): ColumnShares {
  if (!addRecordMetadata) return { source: columns, metadata: [], taken: [] };
  const own = new Set<string>(metadataColumns.map(({ property }) => property));
  const isTaken = ({ property }: ColumnSpec): boolean => property !== deletedAt && own.has(property);
  const hasDeletedAt = columns.some(({ property }) => property === deletedAt);
  return {
    source: columns.filter((column) => !isTaken(column)),
    metadata: metadataColumns.filter(({ property }) => property !== deletedAt || !hasDeletedAt),
    taken: columns.filter(isTaken).map(({ property }) => property),
  };
}
