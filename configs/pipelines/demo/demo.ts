#!/usr/bin/env node
/**
 * The first thing to run: builds, starts a stand-in for Zendesk, and loads ten of its streams into a DuckDB
 * file through the runner. Each further run changes a few rows first, and loads only those. What it makes
 * lies in `.demo`; remove the folder to begin anew. `npm run demo -- "SELECT …"` asks the file.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";

const root = new URL("../../../", import.meta.url);
const folder = new URL(".demo/", root);
const warehouse = fileURLToPath(new URL("warehouse.duckdb", folder));
const runsFile = new URL("runs.json", folder);
const token = "sandbox-access-token";
/** The account's time at the first run; each further run is an hour later. */
const beginning = Date.parse("2026-01-01T12:00:00Z");
const hour = 3_600_000;

async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const log = await open(new URL("log.txt", folder), "a");
  const child = spawn(command, [...args], {
    cwd: root,
    stdio: ["ignore", "inherit", log.fd],
    env: { ...process.env, ...env },
  });
  const [code]: unknown[] = await once(child, "close");
  await log.close();
  return typeof code === "number" ? code : 1;
}

type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

async function startSandbox(now: () => number) {
  const { startZendesk } = await import("@chorale/sandbox");
  const data = { kind: "generated", seed: 1, tickets: 120, users: 200, organizations: 40 } as const;
  return startZendesk({ data, clock: now });
}

/** What happened in the account in the hour before a run: two new tickets, a new name, a comment, a user who left. */
async function change(sandbox: Sandbox, runNumber: number): Promise<void> {
  const { store, url } = sandbox;
  const users = await firstIds(url, "users");
  const tickets = await firstIds(url, "tickets");
  store.tickets.add({ subject: `A first new ticket of run ${runNumber}` });
  store.tickets.add({ subject: `A second new ticket of run ${runNumber}` });
  store.tickets.update(tickets[runNumber % tickets.length] ?? 0, { subject: `Renamed in run ${runNumber}` });
  store.addComment(tickets[(runNumber + 7) % tickets.length] ?? 0, {
    body: `Written before run ${runNumber}`,
  });
  store.users.delete(users[runNumber % users.length] ?? 0);
}

async function firstIds(url: string, list: string): Promise<number[]> {
  const answer = await fetch(`${url}/api/v2/${list}?page[size]=50`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const body: Record<string, { id: number; status?: string; active?: boolean }[]> = JSON.parse(
    await answer.text(),
  );
  return (body[list] ?? [])
    .filter(({ status, active }) => status !== "deleted" && active !== false)
    .map(({ id }) => id);
}

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(warehouse, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

async function showTables(): Promise<void> {
  const names = await ask(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'tap_zendesk' ORDER BY 1",
  );
  const counts = names.map(
    ({ name }) =>
      `SELECT '${String(name)}' AS "table", count(*) AS "rows" FROM tap_zendesk."${String(name)}"`,
  );
  console.log("What the warehouse holds now:");
  console.table(await ask(counts.join(" UNION ALL ")));
}

const question = process.argv[2];
if (question !== undefined) {
  console.table(await ask(question));
} else {
  await mkdir(folder, { recursive: true });
  await copyFile(new URL("chorale.yml", import.meta.url), new URL("chorale.yml", folder));
  const earlier: number = existsSync(runsFile) ? JSON.parse(await readFile(runsFile, "utf8")) : 0;
  const buildCode = await run("tsc", ["--build"]);
  let now = beginning;
  const sandbox = await startSandbox(() => now);
  for (let number = 1; number <= earlier; number += 1) {
    now = beginning + number * hour;
    await change(sandbox, number + 1);
  }
  now += hour / 2;
  const env = { DEMO_ZENDESK_URL: sandbox.url, DEMO_ZENDESK_TOKEN: token, DEMO_WAREHOUSE: warehouse };
  const code = buildCode || (await run("chorale", ["run", "demo", "--project", ".demo/chorale.yml"], env));
  await sandbox.close();
  if (code === 0) {
    await writeFile(runsFile, JSON.stringify(earlier + 1));
    await showTables();
    console.log(`
Ask it:        npm run demo -- "SELECT status, count(*) AS tickets FROM tap_zendesk.tickets GROUP BY 1"
or, with the DuckDB CLI:  duckdb .demo/warehouse.duckdb
Run it again:  a few rows will have changed, and only those are read and loaded.`);
  } else {
    console.error(`The demo failed with exit code ${code}. Its log is .demo/log.txt.`);
    process.exitCode = code;
  }
}
