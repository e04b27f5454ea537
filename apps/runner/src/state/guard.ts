import { compareReplicationValues, isObject, isRawNumber, parseInstant } from "@chorale/singer";

/** Answers why a new bookmark of a stream would lose what the old one says; undefined when it would not. */
export function regressionOf(old: unknown, next: unknown): string | undefined {
  // Of many streams one or two have moved since the state before.
  if (JSON.stringify(old) === JSON.stringify(next) || isEmpty(old)) return undefined;
  if (isEmpty(next)) return "the new bookmark is empty";
  const positions = positionsOf(old);
  for (const { path, name, value } of positions) {
    const then = valueAt(next, { path, name });
    if (then !== undefined && goesBack(value, then))
      return `${name} goes back from ${text(value)} to ${text(then)}`;
  }
  return undefined;
}

/** Answers the value that a bookmark resumes from, as text; undefined when it names none, or several. */
export function positionText(bookmark: unknown): string | undefined {
  const [position, ...others] = positionsOf(bookmark).filter(({ path }) => path === "");
  return position === undefined || others.length > 0 ? undefined : text(position.value);
}

/** A value of a bookmark that can be compared. */
interface Position {
  /** The context of the partition; empty for the stream itself. */
  readonly path: string;
  /** The replication key; empty for a bookmark that is a bare value. */
  readonly name: string;
  readonly value: unknown;
}

function positionsOf(bookmark: unknown): readonly Position[] {
  if (!isObject(bookmark)) return isComparable(bookmark) ? [{ path: "", name: "", value: bookmark }] : [];
  const own = ownPositions(bookmark, "");
  const partitions = partitionsOf(bookmark);
  return [...own, ...[...partitions].flatMap(([path, partition]) => ownPositions(partition, path))];
}

function ownPositions(bookmark: Readonly<Record<string, unknown>>, path: string): readonly Position[] {
  const { replication_key: key, replication_key_value: value } = bookmark;
  if (typeof key === "string") return isComparable(value) ? [{ path, name: key, value }] : [];
  const scalars = Object.entries(bookmark).filter(
    ([name, entry]) => name !== "context" && isComparable(entry),
  );
  // One value alone is the replication key's. Of several, numbers may be offsets or versions, which may go back.
  const found = scalars.length === 1 ? scalars : scalars.filter(([, entry]) => isMoment(entry));
  return found.map(([name, entry]) => ({ path, name, value: entry }));
}

/** The value in another bookmark; null when it was taken away, undefined when there is nothing to compare with. */
function valueAt(bookmark: unknown, { path, name }: { path: string; name: string }): unknown {
  if (!isObject(bookmark)) return path === "" && name === "" ? bookmark : undefined;
  const place = path === "" ? bookmark : partitionsOf(bookmark).get(path);
  if (place === undefined) return undefined;
  const { replication_key: key } = place;
  if (typeof key === "string") return key === name ? (place["replication_key_value"] ?? null) : undefined;
  return Object.hasOwn(place, name) ? place[name] : undefined;
}

/** Partitions by their contexts, whatever the order of a context's keys. */
function partitionsOf(
  bookmark: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const { partitions } = bookmark;
  if (!Array.isArray(partitions)) return new Map();
  const entries: readonly unknown[] = partitions;
  return new Map(
    entries.filter(isObject).map((partition) => [contextText(partition["context"]) ?? "null", partition]),
  );
}

function contextText(context: unknown): string | undefined {
  if (!isObject(context)) return JSON.stringify(context);
  return JSON.stringify(Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function goesBack(old: unknown, next: unknown): boolean {
  if (next === null) return true;
  return compareReplicationValues(next, old) < 0 && isSameKind(old, next);
}

function isSameKind(left: unknown, right: unknown): boolean {
  return (isNumber(left) && isNumber(right)) || (isMoment(left) && isMoment(right));
}

function isComparable(value: unknown): boolean {
  return isNumber(value) || isMoment(value);
}

function isNumber(value: unknown): boolean {
  if (typeof value === "number" || isRawNumber(value)) return true;
  return typeof value === "string" && /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
}

function isMoment(value: unknown): boolean {
  return typeof value === "string" && parseInstant(value) !== undefined;
}

/** Whether a bookmark says nothing at all. */
function isEmpty(bookmark: unknown): boolean {
  if (bookmark === undefined || bookmark === null) return true;
  if (Array.isArray(bookmark)) return bookmark.length === 0;
  return isObject(bookmark) && Object.values(bookmark).every((value) => isEmpty(value));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
