import { isObject, isRawNumber, SchemaError } from "@chorale/singer";

type AnyRecord = Readonly<Record<string, unknown>>;

/** Where the records of a page are, and for whom. */
export interface RecordsAt {
  readonly stream: string;
  /** The dotted path of the list in the body; `""` when the body is the list. */
  readonly recordsAt: string;
}

/**
 * Finds the records of a body. Null stands for none, a single object for a list of one. Throws
 * `SchemaError` when there is something else at the path, or nothing: an API that renamed its list must
 * not look like an API without records.
 */
export function recordsOf(
  answer: { readonly body: unknown; readonly url: string },
  { stream, recordsAt }: RecordsAt,
): readonly AnyRecord[] {
  const found = valueAt(answer.body, recordsAt);
  if (found === null) return [];
  const list = isRecord(found) ? [found] : found;
  if (!Array.isArray(list)) throw noRecords(answer.url, { stream, recordsAt });
  return list.map((item: unknown, index) => {
    if (isRecord(item)) return item;
    throw new SchemaError(
      `${stream}: item ${index} at "${recordsAt}" in the answer of ${answer.url} is no object. Look at recordsAt of the stream.`,
      { stream, key: recordsAt },
    );
  });
}

function isRecord(value: unknown): value is AnyRecord {
  return isObject(value) && !isRawNumber(value);
}

function noRecords(url: string, { stream, recordsAt }: RecordsAt): SchemaError {
  const where = recordsAt === "" ? "its body is no list" : `there is no list at "${recordsAt}"`;
  return new SchemaError(
    `${stream}: the answer of ${url} has no records: ${where}. Look at recordsAt of the stream.`,
    { stream, key: recordsAt },
  );
}

/** Follows a dotted path of property names; undefined when it leads nowhere. */
export function valueAt(body: unknown, path: string): unknown {
  return namesOf(path).reduce(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    body,
  );
}

/** Cuts a dotted path into names; none for `""`. */
export function namesOf(path: string): readonly string[] {
  return path === "" ? [] : path.split(".");
}
