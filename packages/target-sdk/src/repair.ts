import type { SchemaViolation } from "@chorale/singer";
import { pathOf } from "./flattening.ts";
import type { TableShape } from "./warehouse.ts";

/**
 * Answers the columns that have to be set to null for a record to pass its schema: those that the violations
 * point at. Where a value should be an object whose properties have columns of their own, those are all of them.
 * Undefined when that would not do: a violation lies within a column, concerns the record itself or a
 * flattened object (such as a missing property) or a key.
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
  const shaped = new Set(columns.map(({ property }) => property));
  const candidates = spec.columns.filter(({ property }) => shaped.has(property));
  const properties = new Set<string>();
  for (const violation of violations) {
    const steps = stepsOf(violation.path);
    const found = candidates.filter((column) => startsWith(pathOf(column), steps));
    const isWithin = found.some((column) => pathOf(column).length > steps.length);
    if (found.length === 0 || (isWithin && !isOfType(violation))) return undefined;
    for (const { property } of found) {
      if (spec.keyProperties.includes(property)) return undefined;
      properties.add(property);
    }
  }
  return properties.size === 0 ? undefined : [...properties];
}

/** The keys of a JSON Pointer. */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function startsWith(path: readonly string[], steps: readonly string[]): boolean {
  return steps.length > 0 && steps.every((step, index) => step === path[index]);
}

/** Whether the value itself is wrong, and not what it has or has not. */
function isOfType({ message }: SchemaViolation): boolean {
  return message.startsWith("must be ") && !message.includes(" have ");
}
