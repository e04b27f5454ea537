import { isObject, SchemaError } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";

/** A page of an answer, whichever of the vendor's envelopes it came in. */
export interface AnswerPage {
  readonly records: readonly AnyRecord[];
  /** What the API says of a next page; undefined when it says nothing. */
  readonly hasMore: boolean | undefined;
  /** The cursor of the next page, also where there is none. */
  readonly cursor: string | undefined;
}

/**
 * Finds the records of an answer, and what follows them. The vendor's pages describe three envelopes:
 * `{<key>, pageInfo}`, which portals answer with, `{data: [], meta}` and `{data: {<name>: {<key>, pageInfo}}}`.
 * No list under the key is an empty page. Throws `SchemaError` for an answer that has no such key anywhere.
 */
export function pageOf(body: unknown, { key, stream }: { key: string; stream: string }): AnswerPage {
  const envelope = envelopeOf(body, key);
  if (envelope === undefined) {
    throw new SchemaError(
      `${stream}: the answer has no "${key}". Check that base_url is the address of a portal's API.`,
      { stream },
    );
  }
  const { pageInfo, meta } = envelope;
  const next = text(meta["nextCursor"]);
  const flag = pageInfo["hasMore"];
  return {
    records: envelope.records,
    hasMore: typeof flag === "boolean" ? flag : "nextCursor" in meta ? next !== undefined : undefined,
    cursor: text(pageInfo["cursor"]) ?? next,
  };
}

interface Envelope {
  readonly records: readonly AnyRecord[];
  readonly pageInfo: AnyRecord;
  readonly meta: AnyRecord;
}

function envelopeOf(body: unknown, key: string): Envelope | undefined {
  if (!isObject(body)) return undefined;
  const { data } = body;
  if (key in body) return envelope(body[key], body);
  if (Array.isArray(data)) return envelope(data, body);
  if (!isObject(data)) return undefined;
  const inner = [data, ...Object.values(data)].filter(isObject).find((each) => key in each);
  return inner === undefined ? undefined : envelope(inner[key], { ...body, ...inner });
}

function envelope(records: unknown, { pageInfo, meta }: AnyRecord): Envelope {
  return {
    records: Array.isArray(records) ? records.filter(isObject) : [],
    pageInfo: isObject(pageInfo) ? pageInfo : {},
    meta: isObject(meta) ? meta : {},
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
