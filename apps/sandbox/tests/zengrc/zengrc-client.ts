import { isJsonObject, type JsonObject } from "../../src/json.ts";
import { startZengrc, type ZengrcOptions, type ZengrcSandbox } from "../../src/zengrc/sandbox.ts";

export const now = Date.UTC(2026, 0, 15, 12);
export const basic = basicOf("sandbox-key-id:sandbox-key-secret");

/** The header of a user and a password. */
export function basicOf(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: JsonObject;
}

export interface Client {
  readonly sandbox: ZengrcSandbox;
  /** Asks for a path below `/api/v2/`, a path, or a whole link, with the credential unless another is given. */
  get(target: string, authorization?: string): Promise<Received>;
  /** Follows the links from a first page on. Answers the pages. */
  walk(name: string): Promise<readonly JsonObject[]>;
}

/** Runs a test against a stand-in of its own. */
export async function withZengrc(
  options: ZengrcOptions,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startZengrc({ clock: () => now, ...options });
  const get: Client["get"] = async (target, authorization = basic) => {
    const url = URL.parse(target, `${sandbox.url}/api/v2/`) ?? "";
    const response = await fetch(url, { headers: authorization === "" ? {} : { authorization } });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const walk: Client["walk"] = async (name) => {
    const pages: JsonObject[] = [];
    for (let target: string | undefined = name; target !== undefined; target = hrefOf(pages.at(-1))) {
      pages.push((await get(target)).body);
    }
    return pages;
  };
  try {
    await test({ sandbox, get, walk });
  } finally {
    await sandbox.close();
  }
}

/** Where a page says that the next one is. */
export function hrefOf(page: JsonObject | undefined): string | undefined {
  const { links } = page ?? {};
  const next = isJsonObject(links) ? links["next"] : undefined;
  const href = isJsonObject(next) ? next["href"] : undefined;
  return typeof href === "string" && href !== "" ? href : undefined;
}

/** The rows of pages. */
export function rowsOf(pages: readonly JsonObject[]): readonly JsonObject[] {
  return pages.flatMap(({ data }) => (Array.isArray(data) ? data.filter(isJsonObject) : []));
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
