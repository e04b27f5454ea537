import { type Answer, jsonAnswer } from "../answer.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { parseExportCursor } from "./cursor-export.ts";
import type { PageSource } from "./page-links.ts";
import type { Recording } from "./recordings.ts";

/** Parameters that choose no other rows: sizes, side-loads, and a mark of deleted groups, of which none was recorded. */
const indifferent = new Set(["page[size]", "per_page", "include", "exclude_deleted", "cursor_pagination"]);

interface Candidate {
  readonly recording: Recording;
  readonly query: URLSearchParams;
}

function withoutSuffix(path: string): string {
  return path.replace(/\.json$/u, "");
}

/** The parameters that decide which rows a page holds, spelled so that equal ones are equal. */
function selectionOf(query: URLSearchParams): string {
  const entries = [...query].filter(([name]) => !indifferent.has(name));
  const form = query.has("page[size]") ? "by cursor" : "by number";
  return JSON.stringify([form, entries.sort(([left], [right]) => (left < right ? -1 : 1))]);
}

function spelling(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return sorted.toString();
}

function recordCount({ body }: Recording): number {
  return Math.max(0, ...Object.values(body).map((value) => (Array.isArray(value) ? value.length : 0)));
}

/** The recording of exactly this query, else the longest page of the same rows; of equals, the newest. */
function bestMatch(candidates: readonly Candidate[], query: URLSearchParams): Recording | undefined {
  const wanted = spelling(query);
  const newestFirst = candidates.toSorted((left, right) =>
    right.recording.recorded_at < left.recording.recorded_at ? -1 : 1,
  );
  const exact = newestFirst.find((candidate) => spelling(candidate.query) === wanted);
  if (exact !== undefined) return exact.recording;
  const selection = selectionOf(query);
  return newestFirst
    .filter((candidate) => selectionOf(candidate.query) === selection)
    .map(({ recording }) => recording)
    .sort((left, right) => recordCount(right) - recordCount(left))[0];
}

const linkKeys = new Set([
  "after_url",
  "before_url",
  "next_page",
  "previous_page",
  "prev",
  "next",
  "first",
  "last",
]);

/** Page links lead to the stand-in; addresses inside rows stay as they were recorded. */
function withOwnLinks(body: JsonObject, origin: string): JsonObject {
  const own = ([key, value]: [string, Json]): [string, Json] => {
    if (key === "links" && isObject(value)) return [key, withOwnLinks(value, origin)];
    const isLink = typeof value === "string" && linkKeys.has(key);
    return [key, isLink ? value.replace(/^https:\/\/acme\.zendesk(-staging)?\.com/u, origin) : value];
  };
  return Object.fromEntries(Object.entries(body).map(own));
}

function isBeyond(row: Json, cursor: string): boolean {
  const place = parseExportCursor(cursor);
  if (place === undefined || !isObject(row)) return false;
  const { id, generated_timestamp: generated, updated_at: updated } = row;
  const stamp = typeof generated === "number" ? generated : Date.parse(String(updated)) / 1000;
  return stamp > place.stamp || (stamp === place.stamp && typeof id === "number" && id > place.id);
}

/** What follows a recorded cursor of an export: the rows after it that were recorded, and the end. */
function afterRecordedCursor(
  candidates: readonly Candidate[],
  query: URLSearchParams,
): JsonObject | undefined {
  const cursor = query.get("cursor");
  const known = candidates.some(({ recording }) => recording.body["after_cursor"] === cursor);
  if (cursor === null || !known || query.has("start_time")) return undefined;
  const whole = bestMatch(candidates, new URLSearchParams("start_time=0"))?.body ?? {};
  const [recordsKey, rows] = Object.entries(whole).find(([, value]) => Array.isArray(value)) ?? ["", []];
  const left = Array.isArray(rows) ? rows.filter((row) => isBeyond(row, cursor)) : [];
  const links =
    left.length > 0
      ? { after_url: whole["after_url"] ?? null, after_cursor: whole["after_cursor"] ?? null }
      : {};
  return {
    [recordsKey]: left,
    after_url: null,
    before_url: null,
    after_cursor: null,
    before_cursor: null,
    ...links,
    end_of_stream: true,
  };
}

/** Answers from recordings. */
export interface Replay {
  /** The recorded answer, or undefined when none was recorded for this path and these pages. */
  answer(source: PageSource): Answer | undefined;
}

/** Starts a replay. Bodies are those recorded, but for the links to other pages. */
export function replay(recordings: readonly Recording[]): Replay {
  const byPath = new Map<string, Candidate[]>();
  for (const recording of recordings.filter(({ method }) => method === "GET")) {
    const path = withoutSuffix(recording.path);
    const candidate = { recording, query: new URLSearchParams(recording.query) };
    byPath.set(path, [...(byPath.get(path) ?? []), candidate]);
  }
  return {
    answer({ path, query, origin }) {
      const candidates = byPath.get(path) ?? [];
      const recording = bestMatch(candidates, query);
      if (recording !== undefined) {
        return jsonAnswer(withOwnLinks(recording.body, origin), { status: recording.status });
      }
      const rest = afterRecordedCursor(candidates, query);
      return rest === undefined ? undefined : jsonAnswer(withOwnLinks(rest, origin));
    },
  };
}
