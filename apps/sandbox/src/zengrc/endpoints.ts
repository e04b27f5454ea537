import { type Answer, jsonAnswer } from "../answer.ts";
import type { Json } from "../json.ts";
import type { StandInRequest } from "../listener.ts";
import { badRequest, notFound } from "./problems.ts";
import type { ListedStore, ListedTable } from "./store.ts";

/** How the last page says that there is no other. */
export type LastPage = "absent" | "null" | "null-href" | "empty-href";

/** How pages name the next one: by a path, as the vendor does, or by a whole address. */
export type LinkForm = "path" | "absolute";

/** How lists are cut into pages. */
export interface Paging {
  readonly pageRows: number;
  readonly lastPage: LastPage;
  readonly links: LinkForm;
}

const prefix = "/api/v2/";
const cursorParam = "page[cursor]";

const lastLinks: Readonly<Record<LastPage, Json>> = {
  absent: {},
  null: { next: null },
  "null-href": { next: { href: null } },
  "empty-href": { next: { href: "" } },
};

/** The name of the object that a path is about. */
export function objectOf(path: string): string {
  return path.startsWith(prefix) ? (path.slice(prefix.length).split("/")[0] ?? "") : "";
}

/** Answers a list, or a single record. */
export function endpointAnswer(
  request: StandInRequest,
  { store, paging }: { store: ListedStore; paging: Paging },
): Answer {
  const { path, query } = request;
  const name = objectOf(path);
  const table = store.find(name);
  const id = path.slice(prefix.length + name.length + 1);
  if (table === undefined) return notFound;
  if (id !== "" || path.endsWith("/")) return singleAnswer(table, id);
  const unknown = [...query.keys()].find((key) => key !== cursorParam);
  if (unknown !== undefined) return badRequest(`Unknown parameter ${unknown}`);
  const cursors = query.getAll(cursorParam);
  const after = cursors.length === 0 ? 0 : idOfCursor(cursors);
  if (after === undefined) return badRequest(`Invalid ${cursorParam}`);
  return listAnswer(request, { table, paging, after });
}

function singleAnswer(table: ListedTable, id: string): Answer {
  const row = /^[1-9]\d{0,14}$/u.test(id) ? table.get(Number(id)) : undefined;
  return row === undefined ? notFound : jsonAnswer(row);
}

function listAnswer(
  { path, origin }: StandInRequest,
  { table, paging, after }: { table: ListedTable; paging: Paging; after: number },
): Answer {
  const found = table.after(after, paging.pageRows + 1);
  const data = found.slice(0, paging.pageRows);
  const last = data.at(-1);
  if (last === undefined || found.length <= data.length) {
    return jsonAnswer({ data, links: lastLinks[paging.lastPage] });
  }
  const cursor = Buffer.from(String(last.id)).toString("base64url");
  const host = paging.links === "path" ? "" : origin;
  const href = `${host}${path}?${encodeURIComponent(cursorParam)}=${cursor}`;
  return jsonAnswer({ data, links: { next: { href } } });
}

/** The id after which a page begins; undefined for what no page handed out. */
function idOfCursor(cursors: readonly string[]): number | undefined {
  const [cursor = "", ...others] = cursors;
  const text = Buffer.from(cursor, "base64url").toString();
  const isOurs = /^[1-9]\d{0,14}$/u.test(text) && Buffer.from(text).toString("base64url") === cursor;
  return isOurs && others.length === 0 ? Number(text) : undefined;
}
