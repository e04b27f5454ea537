import type { JsonObject } from "../../src/json.ts";
import { type Client, object, objects } from "../zendesk-client.ts";

/** Follows the links of a list until it says that there is no more. */
export async function walkCursor(client: Client, target: string, key: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  let next: string = target;
  for (let pages = 0; pages < 500; pages += 1) {
    const { status, body } = await client.get(next);
    if (status !== 200) throw new Error(`${next} answered ${status}: ${JSON.stringify(body)}`);
    rows.push(...objects(body, key));
    if (object(body, "meta")["has_more"] === false) return rows;
    next = String(object(body, "links")["next"]);
  }
  throw new Error(`${target} has no end`);
}

/** Follows `next_page` until there is none. */
export async function walkNumbers(client: Client, target: string, key: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  let next: unknown = target;
  for (let pages = 0; pages < 500; pages += 1) {
    const { status, body } = await client.get(String(next));
    if (status !== 200) throw new Error(`${String(next)} answered ${status}: ${JSON.stringify(body)}`);
    rows.push(...objects(body, key));
    next = body["next_page"];
    if (next === null) return rows;
  }
  throw new Error(`${target} has no end`);
}

/** Follows a time export to its end; rows of a second that is told of twice are in it twice. */
export async function walkTimes(client: Client, target: string, key: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  let next: unknown = target;
  for (let pages = 0; pages < 500; pages += 1) {
    const { body } = await client.get(String(next));
    rows.push(...objects(body, key));
    if (body["end_of_stream"] === true) return rows;
    next = body["next_page"];
  }
  throw new Error(`${target} has no end`);
}

/** Each row once, the last of each id, by id. */
export function onceById(rows: readonly JsonObject[]): JsonObject[] {
  const byId = new Map(rows.map((row) => [row["id"], row]));
  return sortedById([...byId.values()]);
}

export function sortedById(rows: readonly JsonObject[]): JsonObject[] {
  const keyOf = (row: JsonObject): string => JSON.stringify(row["id"] ?? row);
  return rows.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}
