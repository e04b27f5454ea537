import type { SchemaViolation } from "@chorale/singer";
import type { TableShape } from "./warehouse.ts";

/**
 * Answers the columns that have to be set to null for a record to pass its schema: those that the violations
 * point at. Undefined when that would not do: a violation lies within a column, concerns the record itself
 * (such as a missing property) or a key.
 *
 * @example
 * ```ts
 * const nulls = columnsToNull(validator.violations, shape);
 * if (nulls !== undefined) rewriter.rewrite(line, { nulls });
 * ```
 */
export function columnsToNull(
  violations: readonly SchemaViolation[],
  { spec, columns }: TableShape,
): readonly string[] | undefined {
  const properties = new Set<string>();
  for (const { path } of violations) {
    const property = propertyOf(path);
    if (property === undefined || spec.keyProperties.includes(property)) return undefined;
    if (columns.every((column) => column.property !== property)) return undefined;
    properties.add(property);
  }
  return properties.size === 0 ? undefined : [...properties];
}

/** The property that a JSON Pointer of one step names. */
function propertyOf(pointer: string): string | undefined {
  const steps = pointer.split("/");
  return steps.length === 2 ? steps[1]?.replaceAll("~1", "/").replaceAll("~0", "~") : undefined;
}
