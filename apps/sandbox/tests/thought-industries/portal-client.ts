import { isJsonObject, type JsonObject } from "../../src/json.ts";
import {
  startThoughtIndustries,
  type ThoughtIndustriesOptions,
  type ThoughtIndustriesSandbox,
} from "../../src/thought-industries/sandbox.ts";

export const now = Date.UTC(2026, 0, 15, 12);
export const day = 86_400_000;
export const bearer = { authorization: "Bearer sandbox-api-key" };

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: JsonObject;
}

export interface Client {
  readonly sandbox: ThoughtIndustriesSandbox;
  /** Asks for what is below the API's path, or for a path from the root, with the key unless told otherwise. */
  get(target: string, headers?: Record<string, string>): Promise<Received>;
}

/** Runs a test against a stand-in of its own, whose limits are out of reach unless given. */
export async function withPortal(
  options: Partial<ThoughtIndustriesOptions>,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startThoughtIndustries({
    data: { seed: 1 },
    clock: () => now,
    rateLimits: { account: 1e9, events: 1e9 },
    ...options,
  });
  const get = async (target: string, headers: Record<string, string> = bearer): Promise<Received> => {
    const path = target.startsWith("/") ? target : `/incoming/v2/${target}`;
    const response = await fetch(`${sandbox.url}${path}`, { headers });
    const text = await response.text();
    const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : {};
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJsonObject(parsed) ? parsed : {},
    };
  };
  try {
    await test({ sandbox, get });
  } finally {
    await sandbox.close();
  }
}

/** The objects under a key of an answer. */
export function rowsOf({ body }: Received, key = "events"): readonly JsonObject[] {
  const rows = body[key];
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}

/** What an answer says of the next page. */
export function pageInfoOf({ body }: Received): { cursor: string; hasMore: boolean } {
  const info = body["pageInfo"];
  if (!isJsonObject(info)) throw new Error("there is no pageInfo");
  return { cursor: String(info["cursor"]), hasMore: info["hasMore"] === true };
}

/** All pages of a path, by cursor. */
export async function walk(client: Client, path: string, key = "events"): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = [];
  let target = path;
  for (;;) {
    const answer = await client.get(target);
    rows.push(...rowsOf(answer, key));
    const { cursor, hasMore } = pageInfoOf(answer);
    if (!hasMore) return rows;
    target = `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
  }
}
