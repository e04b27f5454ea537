import { strict as assert } from "node:assert";
import { ConnectorError, canonicalNumber, isObject, isRawNumber, parseSource } from "@chorale/singer";
import type { ColumnType } from "../columns.ts";
import { type RunOutcome, type SuiteContext, sameJson } from "./suite-context.ts";
import type { StoredRow, StoredValue } from "./target-under-test.ts";

/** A value that a column of JSON, of exact decimals, or of any kind of number should hold. */
export type ExpectedValue =
  | StoredValue
  /** JSON text; objects are the same whatever the order of their keys. */
  | { readonly json: string }
  /** A number by value, whether the column is of integers, decimals, doubles or text. */
  | { readonly number: string };

/** Every property of the row but those that are null. */
export type ExpectedRow = Readonly<Record<string, ExpectedValue>>;

/** Fails unless the run succeeded; answers what it printed. */
export function assertSucceeded(outcome: RunOutcome): RunOutcome {
  if (outcome.error !== undefined) throw outcome.error;
  return outcome;
}

/** Fails unless the run was rejected with an error of the family, of this exit code, that says each of `words`. */
export function assertFailed(
  { error }: RunOutcome,
  { exitCode, words = [] }: { exitCode?: number; words?: readonly string[] },
): void {
  assert.notEqual(error, undefined, "the run succeeded, and should have failed");
  if (!ConnectorError.isInstance(error)) throw error;
  if (exitCode !== undefined) assert.equal(error.exitCode, exitCode, error.message);
  assert.ok(!error.message.includes("\n"), `the message has several lines: ${error.message}`);
  for (const word of words) {
    assert.ok(error.message.includes(word), `${JSON.stringify(word)} is not in: ${error.message}`);
  }
}

/** Fails unless exactly these states were printed last. */
export function assertLastState({ states }: RunOutcome, expected: unknown): void {
  assert.ok(
    sameJson(states.at(-1), expected),
    `last state: ${JSON.stringify(states.at(-1))}, not ${JSON.stringify(expected)}`,
  );
}

/** Fails unless no state at all was printed. */
export function assertNoState({ states }: RunOutcome): void {
  assert.deepEqual(states, []);
}

/**
 * Fails unless the stream's table holds exactly these rows, in any order. Columns whose name begins with `_sdc_` are
 * left out unless an expected row names them; all others that a row does not name must be null.
 */
export async function assertRows(
  context: SuiteContext,
  stream: string,
  expected: readonly ExpectedRow[],
): Promise<void> {
  const named = new Set(expected.flatMap((row) => Object.keys(row)).map((key) => context.columnName(key)));
  const rows = await context.rows(stream);
  const rest = [...rows];
  const missing = expected.filter((row) => {
    const found = rest.findIndex((candidate) => isRow(candidate, { row, context, named }));
    if (found !== -1) rest.splice(found, 1);
    return found === -1;
  });
  if (missing.length === 0 && rest.length === 0) return;
  assert.deepEqual(
    { table: context.tableName(stream), unexpected: rest.map((row) => rowText(row, named)), missing: [] },
    {
      table: context.tableName(stream),
      unexpected: [],
      missing: missing.map((row) => expectedText(row, context)),
    },
  );
}

/** Fails unless the table has these columns, in any order, beside those whose name begins with `_sdc_`. */
export async function assertColumns(
  context: SuiteContext,
  stream: string,
  expected: Readonly<Record<string, ColumnType["kind"] | readonly ColumnType["kind"][]>>,
): Promise<void> {
  const columns = (await context.columns(stream)).filter(({ name }) => !isMetadata(name));
  const names = Object.keys(expected).map((property) => context.columnName(property));
  assert.deepEqual(columns.map(({ name }) => name).toSorted(), names.toSorted());
  const kinds = new Map(columns.map(({ name, kind }) => [name, kind]));
  for (const [property, wanted] of Object.entries(expected)) {
    const kind = kinds.get(context.columnName(property));
    assert.ok(
      kind !== undefined && [wanted].flat().includes(kind),
      `the column of "${property}" is of ${kind}, not ${JSON.stringify(wanted)}`,
    );
  }
}

function isRow(
  stored: StoredRow,
  { row, context, named }: { row: ExpectedRow; context: SuiteContext; named: ReadonlySet<string> },
): boolean {
  const expected = new Map(Object.entries(row).map(([key, value]) => [context.columnName(key), value]));
  const columns = Object.keys(stored).filter((name) => !isMetadata(name) || named.has(name));
  return (
    [...expected.keys()].every((name) => Object.hasOwn(stored, name)) &&
    columns.every((name) => isValue(stored[name] ?? null, expected.get(name) ?? null, context))
  );
}

function isValue(stored: StoredValue, expected: ExpectedValue, context: SuiteContext): boolean {
  if (!isObject(expected)) return Object.is(stored, withLimits(expected, context));
  if (stored === null) return false;
  if ("number" in expected)
    return canonicalNumber(String(stored)) === canonicalNumber(String(expected.number));
  const parse = context.limits.exactNumbersInJson ? parseSource : (text: string): unknown => JSON.parse(text);
  const limited = (text: string): string => withNulLimit(text, context);
  return canonicalJson(parse(String(stored))) === canonicalJson(parse(String(expected.json)), limited);
}

function withLimits(expected: StoredValue, context: SuiteContext): StoredValue {
  if (typeof expected === "string") return withNulLimit(expected, context);
  return Object.is(expected, -0) && !context.limits.signedZero ? 0 : expected;
}

function withNulLimit(text: string, { limits }: SuiteContext): string {
  if (limits.nulInStrings === "kept") return text;
  return text.replaceAll("\u0000", limits.nulInStrings === "replaced" ? "\uFFFD" : "");
}

/** One text for all spellings of a JSON value: keys sorted, numbers by value. */
function canonicalJson(value: unknown, limited = (text: string): string => text): string {
  if (isRawNumber(value)) return canonicalNumber(value.rawJSON);
  if (typeof value === "number") return canonicalNumber(String(value));
  if (typeof value === "string") return JSON.stringify(limited(value));
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, limited)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(limited(key))}:${canonicalJson(item, limited)}`,
  );
  return `{${entries.toSorted().join(",")}}`;
}

function isMetadata(name: string): boolean {
  return /^_sdc_/i.test(name);
}

function rowText(row: StoredRow, named: ReadonlySet<string>): string {
  const entries = Object.entries(row).filter(
    ([name, value]) => value !== null && (!isMetadata(name) || named.has(name)),
  );
  return entriesText(entries);
}

function expectedText(row: ExpectedRow, context: SuiteContext): string {
  const entries = Object.entries(row).filter(([, value]) => value !== null);
  return entriesText(entries.map(([key, value]) => [context.columnName(key), value]));
}

function entriesText(entries: readonly (readonly [string, ExpectedValue])[]): string {
  const texts = entries.map(([name, value]) => `${JSON.stringify(name)}: ${valueText(value)}`);
  return `{ ${texts.toSorted().join(", ")} }`;
}

function valueText(value: ExpectedValue): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return typeof value === "object" && value !== null && "json" in value
    ? JSON.stringify(value.json)
    : JSON.stringify(value);
}
