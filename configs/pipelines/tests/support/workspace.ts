import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startZendesk, type ZendeskOptions, type ZendeskSandbox } from "@chorale/sandbox";
import { DuckDBInstance } from "@duckdb/node-api";
import { onTestFinished } from "vitest";

const accessToken = "sandbox-access-token";
const generous = { account: 1e6, "incremental-exports": 1e6, "incremental-exports-cursor": 1e6 };

/** A private folder for one test, removed when the test is done. */
export interface TestFolder {
  path(name: string): string;
  /** Writes a JSON file and answers its path. */
  json(name: string, value: unknown): string;
}

export function testFolder(): TestFolder {
  const folder = mkdtempSync(join(tmpdir(), "chorale-pipeline-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    json(name, value) {
      writeFileSync(path(name), JSON.stringify(value));
      return path(name);
    },
  };
}

/** Starts a stand-in that is closed when the test is done; limits are no matter unless given. */
export async function zendesk(options: Partial<ZendeskOptions> = {}): Promise<ZendeskSandbox> {
  const sandbox = await startZendesk({
    data: { kind: "generated", seed: 7, tickets: 40, users: 60, organizations: 20 },
    rateLimits: generous,
    ...options,
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The tap's configuration for a stand-in. */
export function tapConfig(
  sandbox: { url: string },
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    base_url: sandbox.url,
    subdomain: "acme",
    access_token: accessToken,
    start_date: "2000-01-01T00:00:00Z",
    ...more,
  };
}

/** Answers the rows of a statement as objects of JSON values. */
export type Ask = (sql: string) => Promise<Record<string, unknown>[]>;

/** Asks a DuckDB file once. */
export async function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  return withDatabase(path, (ask) => ask(sql));
}

/** Opens a DuckDB file for as long as it is asked. */
export async function withDatabase<Result>(
  path: string,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  try {
    const connection = await instance.connect();
    const result = await work(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
    connection.closeSync();
    return result;
  } finally {
    instance.closeSync();
  }
}
