import type { ColumnType } from "./columns.ts";
import type { ShapedColumn, TableSpec } from "./warehouse.ts";

/** What JSON carries as a text. */
const textKinds: ReadonlySet<string> = new Set(["string", "timestamp", "date", "time", "decimal"]);

/**
 * Answers the first property whose values may be numbers or truth values and whose column is of one of `kinds`: a reader
 * that makes texts of them itself may spell them in its own way. Undefined when there is none.
 *
 * @example
 * ```ts
 * propertyFedByNumbers(spec, { columns: plan.columns, kinds: ["string"] }); // "zip"
 * ```
 */
export function propertyFedByNumbers(
  spec: TableSpec,
  {
    columns,
    kinds,
  }: { readonly columns: readonly ShapedColumn[]; readonly kinds: readonly ColumnType["kind"][] },
): string | undefined {
  const specs = new Map(spec.columns.map((column) => [column.property, column]));
  return columns.find(({ property, type }) => {
    const declared = specs.get(property);
    if (declared === undefined || !kinds.includes(type.kind)) return false;
    return declared.fedByNumbers === true || !textKinds.has(declared.type.kind);
  })?.property;
}
