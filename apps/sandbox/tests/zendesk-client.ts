import { isJsonObject, type JsonObject } from "../src/json.ts";
import { startZendesk, type ZendeskOptions, type ZendeskSandbox } from "../src/zendesk/sandbox.ts";

export const now = Date.UTC(2026, 0, 15, 12);
export const nowSeconds = now / 1000;
export const email = "admin@example.com";
export const basic = `Basic ${btoa(`${email}/token:sandbox-token`)}`;

/** Limits that no test reaches by accident. */
export const unlimited = {
  account: 1e9,
  "incremental-exports": 1e9,
  "incremental-exports-cursor": 1e9,
  "tickets-index": 1e9,
  "ticket-audits": 1e9,
  "deleted-tickets-index": 1e9,
  "search-export": 1e9,
  "talk-incremental": 1e9,
};

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: JsonObject;
}

export interface Client {
  readonly sandbox: ZendeskSandbox;
  /** Asks for a path or a whole link, with the credential unless another is given. */
  get(target: string, headers?: Record<string, string>): Promise<Received>;
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Runs a test against a stand-in of its own. */
export async function withZendesk(
  options: Partial<ZendeskOptions>,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startZendesk({
    data: { kind: "generated", seed: 1 },
    clock: () => now,
    rateLimits: unlimited,
    ...options,
  });
  const get = async (target: string, headers: Record<string, string> = { authorization: basic }) => {
    const url = target.startsWith("http") ? target : `${sandbox.url}${target}`;
    const response = await fetch(url, { headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  try {
    await test({ sandbox, get });
  } finally {
    await sandbox.close();
  }
}

/** The objects under a key. */
export function objects(body: JsonObject, key: string): JsonObject[] {
  const value = body[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function object(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  return isJsonObject(value) ? value : {};
}

export function text(body: JsonObject, key: string): string {
  const value = body[key];
  if (typeof value !== "string") throw new Error(`${key} is no string but ${JSON.stringify(value)}`);
  return value;
}

export function number(body: JsonObject, key: string): number {
  const value = body[key];
  if (typeof value !== "number") throw new Error(`${key} is no number but ${JSON.stringify(value)}`);
  return value;
}

export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("there is none");
  return item;
}
