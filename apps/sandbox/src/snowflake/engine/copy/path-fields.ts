import { type Token, tokenize } from "../values/tokens.ts";
import { type VariantStep, variantAt, variantEntries } from "../values/variant-access.ts";
import { canonicalVariant } from "../values/variant-text.ts";

/** A path into a document: no step is the document itself. */
export type FieldPath = readonly FieldStep[];

/** A step of a path: a key, an index from 0, or a key of any case. */
export type FieldStep = VariantStep | { readonly anyCase: string };

/** The paths that a COPY's items begin with: each becomes a field of the staged rows. */
export class PathFields {
  readonly #paths = new Map<string, FieldPath>();

  get paths(): readonly FieldPath[] {
    return [...this.#paths.values()];
  }

  /** Answers the item with its path replaced by the field's name; items with no constant path read the whole document. */
  take(item: readonly Token[], alias: string | null): readonly Token[] {
    const found = leadingPath(item, alias);
    if (found === undefined) {
      if (item.some(({ kind }) => kind === "variable")) this.#paths.set("[]", []);
      return item;
    }
    return [...this.field(found.path), ...item.slice(found.length)];
  }

  /** Answers what asks for the field of a path. */
  field(path: FieldPath): readonly Token[] {
    const key = JSON.stringify(path);
    this.#paths.set(key, path);
    return tokenize(fieldName(key));
  }

  /** The names under which items ask for the fields. */
  names(): readonly string[] {
    return [...this.#paths.keys()].map((key) => (key === "[]" ? "$1" : `~${key}`));
  }
}

function fieldName(key: string): string {
  return `"~${key.replaceAll('"', '""')}"`;
}

/** Reads `$1:a."b"[0]`, if nothing but a cast follows. */
function leadingPath(
  item: readonly Token[],
  alias: string | null,
): { path: FieldPath; length: number } | undefined {
  const isQualified = alias !== null && item[1]?.text === "." && item[0]?.value === alias;
  let at = isQualified ? 2 : 0;
  if (item[at]?.text !== "$1") return undefined;
  at += 1;
  const path: VariantStep[] = [];
  for (let step = stepAt(item, at); step !== undefined; step = stepAt(item, at)) {
    path.push(step.step);
    at += step.length;
  }
  const next = item[at];
  return path.length > 0 && (next === undefined || next.text === "::") ? { path, length: at } : undefined;
}

function stepAt(item: readonly Token[], at: number): { step: VariantStep; length: number } | undefined {
  const [mark, key, close] = item.slice(at, at + 3);
  if (mark?.kind !== "operator" || key === undefined) return undefined;
  if (mark.text === ":" || mark.text === ".") {
    if (key.kind === "quoted") return { step: key.value, length: 2 };
    return key.kind === "word" ? { step: key.text, length: 2 } : undefined;
  }
  if (mark.text !== "[" || close?.text !== "]") return undefined;
  if (key.kind === "string") return { step: key.value, length: 3 };
  return key.kind === "number" && /^\d{1,9}$/u.test(key.text)
    ? { step: Number(key.text), length: 3 }
    : undefined;
}

/** Reads the values at paths out of a document's text, in the form in which a VARIANT is kept. */
export function readFields(text: string, paths: readonly FieldPath[]): (string | null)[] | undefined {
  const quick = plainValue(text);
  if (quick !== undefined) return paths.map((path) => keptAt(quick.value, path));
  const kept = canonicalVariant(text);
  return kept === undefined ? undefined : paths.map((path) => exactAt(kept, path));
}

/**
 * Parses a document that JavaScript can read and write again without changing a byte: then no digit was lost, no key
 * stands twice, and its parts can be written from their values. Any other is left to the exact reader.
 */
function plainValue(text: string): { value: unknown } | undefined {
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  const line = end === text.length ? text : text.slice(0, end);
  if (line.includes("\\ud") || line.includes("\\uD")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return JSON.stringify(value) === line ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** Follows a path through a kept text. */
function exactAt(kept: string, path: FieldPath): string | null {
  let value: string | null = kept;
  for (const step of path) {
    if (value === null) return null;
    value = typeof step === "object" ? anyCaseAt(value, step.anyCase) : variantAt(value, [step]);
  }
  return value;
}

function anyCaseAt(kept: string, name: string): string | null {
  const entries = variantEntries(kept);
  return (entries.find(([key]) => key === name) ?? entries.find(([key]) => isAlike(key, name)))?.[1] ?? null;
}

function isAlike(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function keptAt(document: unknown, path: FieldPath): string | null {
  let value: unknown = document;
  for (const step of path) {
    value = partOf(value, step);
    if (value === undefined) return null;
  }
  const text = JSON.stringify(value);
  return typeof value === "object" && value !== null ? (canonicalVariant(text) ?? null) : text;
}

function partOf(value: unknown, step: FieldStep): unknown {
  if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const key = typeof step === "string" ? step : keyOfAnyCase(value, step.anyCase);
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function keyOfAnyCase(value: object, name: string): string {
  const keys = Object.keys(value);
  return keys.find((key) => key === name) ?? keys.find((key) => isAlike(key, name)) ?? name;
}
