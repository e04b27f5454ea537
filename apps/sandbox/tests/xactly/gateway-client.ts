import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";
import { startXactly, type XactlyOptions, type XactlySandbox } from "../../src/xactly/sandbox.ts";

export const now = Date.UTC(2026, 0, 15, 12);
export const tokenQuery = "client_id=sandbox-client-id&consumer=sandbox-consumer&api=connect";
export const user = { username: "sandbox-user", password: "sandbox-password" };

export interface Received {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: JsonObject;
}

export interface Client {
  readonly sandbox: XactlySandbox;
  /** Asks for a path below `/api`, with a token that was fetched before unless another is given. */
  ask(method: string, path: string, options?: { body?: Json; token?: string }): Promise<Received>;
  execute(command: string): Promise<Received>;
  /** Executes a statement and fetches its first thousand rows. */
  rows(command: string): Promise<readonly Json[]>;
}

/** Runs a test against a stand-in of its own. */
export async function withXactly(
  options: XactlyOptions,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startXactly({ clock: () => now, ...options });
  const send = async (target: URL, init: RequestInit): Promise<Received> => {
    const response = await fetch(target, init);
    const text = await response.text();
    const body: unknown = text === "" ? {} : JSON.parse(text);
    const location = response.headers.get("location") ?? undefined;
    return { status: response.status, location, body: isJsonObject(body) ? body : {} };
  };
  const ask: Client["ask"] = (method, path, { body, token = "sandbox-xactly-token-1" } = {}) =>
    send(new URL(`/api${path}`, sandbox.url), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const execute = (command: string) =>
    ask("POST", "/connect/v1/xdbc/execute", { body: { command, defaultSchema: "xactly" } });
  const rows: Client["rows"] = async (command) => {
    const { location = "", body } = await execute(command);
    if (location === "") throw new Error(JSON.stringify(body));
    return rowsOf(await ask("GET", `${location}?start=0&size=1000`));
  };
  try {
    await ask("POST", `/oauth2/token?${tokenQuery}`, { body: user });
    await test({ sandbox, ask, execute, rows });
  } finally {
    await sandbox.close();
  }
}

export function rowsOf({ body }: Received): readonly Json[] {
  const { data } = body;
  const rows = isJsonObject(data) ? data["rows"] : undefined;
  if (!Array.isArray(rows)) throw new Error(`no rows in ${JSON.stringify(body)}`);
  return rows;
}
