import { copyFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import {
  startAdaptive,
  startClari,
  startThoughtIndustries,
  startXactly,
  startZengrc,
  startZuoraRevenue,
} from "@chorale/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { changeAccount, minute } from "./support/account-changes.ts";
import { type Accounts, rowsOfAll } from "./support/platform-rows.ts";
import { endOf, type ProcessEnd, start } from "./support/processes.ts";
import { recordsIn } from "./support/run-records.ts";
import { expectRows } from "./support/table-rows.ts";
import { differencesOf } from "./support/values.ts";
import { duckdbWarehouse, snowflake, snowflakeWarehouse, type Warehouse } from "./support/warehouses.ts";
import { query, testFolder, withDatabase, zendesk } from "./support/workspace.ts";

const project = fileURLToPath(new URL("../data-platform.yml", import.meta.url));
const programs = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));

/** What the team runs, one job after the other. */
const jobs = [
  "zengrc",
  "zendesk",
  "zendesk-community-relations",
  "thought-industries",
  "xactly",
  "clari",
  "clari-quarter",
  "adaptive",
  "adaptive-custom",
  "zuora-revenue",
];

/** What the team's schedules run, but for the second try. */
const schedules = jobs;

interface Platform extends Accounts {
  readonly snowflake: Warehouse;
  /** Lets time go by. */
  pass(milliseconds: number): void;
  chorale(...words: readonly string[]): Promise<ProcessEnd>;
}

async function platform(): Promise<Platform> {
  const files = testFolder();
  copyFileSync(project, files.path("chorale.yml"));
  let now = Date.now() - 60 * minute;
  const clock = (): number => now;
  const [zengrc, learning, xactly, clari, adaptive, zuora] = await Promise.all([
    startZengrc({ clock }),
    startThoughtIndustries({ clock, data: { seed: 3, days: 5 }, rateLimits: { account: 1e6, events: 1e6 } }),
    startXactly({ clock }),
    startClari({ clock }),
    startAdaptive({ clock }),
    startZuoraRevenue({ clock, rows: 20, role: "APIRole" }),
  ]);
  onTestFinished(async () => {
    await Promise.all([zengrc, learning, xactly, clari, adaptive, zuora].map((sandbox) => sandbox.close()));
  });
  const [support, community] = await Promise.all([
    zendesk({ clock }),
    zendesk({ clock, data: { kind: "generated", seed: 8, tickets: 20, users: 30, organizations: 10 } }),
  ]);
  const sandbox = await snowflake();
  const env = {
    PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}`,
    ...{ ZENGRC_URL: zengrc.url, ZENGRC_KEY_ID: "sandbox-key-id", ZENGRC_KEY_SECRET: "sandbox-key-secret" },
    ...{ ZENDESK_URL: support.url, ZENDESK_TOKEN: "sandbox-access-token" },
    ...{ ZENDESK_COMMUNITY_URL: community.url, ZENDESK_COMMUNITY_TOKEN: "sandbox-access-token" },
    ...{ THOUGHT_INDUSTRIES_URL: learning.url, THOUGHT_INDUSTRIES_KEY: "sandbox-api-key" },
    ...{ XACTLY_URL: `${xactly.url}/api`, XACTLY_USER: "sandbox-user", XACTLY_PASSWORD: "sandbox-password" },
    ...{ XACTLY_CLIENT_ID: "sandbox-client-id", XACTLY_CONSUMER: "sandbox-consumer" },
    ...{ CLARI_URL: `${clari.url}/v4/`, CLARI_TOKEN: "sandbox-api-token" },
    ...{ ADAPTIVE_URL: `${adaptive.url}/api/`, ADAPTIVE_USER: "svc.finance@example.test" },
    ADAPTIVE_PASSWORD: 'sandbox & <pass> "word"',
    ...{ ZUORA_REVENUE_URL: `${zuora.url}/api/integration`, ZUORA_REVENUE_USER: "sandbox-user" },
    ZUORA_REVENUE_PASSWORD: "sandbox-password",
    WAREHOUSE: files.path("warehouse.duckdb"),
    ...{ SNOWFLAKE_ACCOUNT: sandbox.account, SNOWFLAKE_URL: sandbox.url, SNOWFLAKE_PASSWORD: "password" },
    ...{ SNOWFLAKE_USER: "LOADER", SNOWFLAKE_ROLE: "LOADER", SNOWFLAKE_WAREHOUSE: "LOADING" },
    SNOWFLAKE_DATABASE: "RAW",
  };
  return {
    ...{ files, zengrc, zendesk: support, community, learning, xactly, clari, adaptive, zuora },
    pass: (milliseconds) => {
      now += milliseconds;
    },
    snowflake: snowflakeWarehouse(sandbox),
    chorale: (...words) =>
      endOf(start("chorale", [...words, "--project", files.path("chorale.yml")], { env })),
  };
}

/** All tables hold what the accounts do, row for row. */
async function expectAllThere(accounts: Platform): Promise<void> {
  const path = accounts.files.path("warehouse.duckdb");
  const tables = await rowsOfAll(accounts);
  const inSchema = (name: string) => tables.filter(({ schema, rows }) => schema === name && rows.length > 0);
  expect(inSchema("tap_xactly").length).toBe(40);
  expect(inSchema("zuora_revenue").length).toBe(12);
  expect(tables.filter(({ rows }) => rows.length === 0)).toEqual([]);
  await withDatabase(path, async (ask) => {
    for (const { schema, table, rows } of tables) await expectRows({ ask, schema, table }, rows);
  });
}

/** What changes in the accounts from one day to the next. */
function changeAccounts(accounts: Platform): void {
  accounts.pass(30 * minute);
  for (const sandbox of [accounts.zendesk, accounts.community]) changeAccount(sandbox);
  accounts.zengrc.store.table("risks").add({ title: "new" });
  const [latest] = accounts.learning.store.events.login.newestFirst({ from: 0, to: Date.now() });
  const timestamp = new Date(Date.now() - 20 * minute).toISOString();
  accounts.learning.store.events.login.add({ ...latest?.event, timestamp });
  accounts.pass(30 * minute);
}

function total(stdout: string): number {
  return [...recordsIn(stdout).values()].reduce((sum, count) => sum + count, 0);
}

const toSnowflake = ["--into", "target-snowflake"];

/** Runs schedule after schedule, and answers all that was printed. */
async function runSchedules({ chorale }: Platform, options: readonly string[] = []): Promise<string> {
  let printed = "";
  for (const name of schedules) {
    const { code, stdout, stderr } = await chorale("schedule", "run", name, ...options);
    expect(code, stderr).toBe(0);
    printed += stdout;
  }
  return printed;
}

/** Snowflake holds what DuckDB holds. */
async function expectTheSame(accounts: Platform): Promise<void> {
  const duckdb = duckdbWarehouse(accounts.files, "warehouse.duckdb");
  for (const { schema, table } of await rowsOfAll(accounts)) {
    const place = `${schema}.${table}` as const;
    const differences = differencesOf(await accounts.snowflake.contents(place), await duckdb.contents(place));
    expect(differences, place).toEqual([]);
  }
}

it("loads all taps into both warehouses by jobs, and by schedules only what changed", {
  timeout: 480_000,
}, async () => {
  const accounts = await platform();
  const first = await accounts.chorale("run", ...jobs);
  expect(first.code, first.stderr).toBe(0);
  await expectAllThere(accounts);
  const there = await accounts.chorale("run", ...jobs, ...toSnowflake, "--parallel", "2");
  expect(there.code, there.stderr).toBe(0);

  changeAccounts(accounts);
  const second = await runSchedules(accounts);
  await expectAllThere(accounts);
  const records = recordsIn(second);
  expect(records.get("tickets")).toBe(2);
  expect(records.get("risks")).toBeLessThan(5);
  // A version of a budget is exported once.
  expect(records.get("data") ?? 0).toBe(0);
  expect(total(second)).toBeLessThan(total(first.stdout) / 2);
  expect(recordsIn(await runSchedules(accounts, toSnowflake))).toEqual(records);
  await expectTheSame(accounts);
});

it("lets two accounts of Zendesk into one warehouse at once", { timeout: 120_000 }, async () => {
  const accounts = await platform();
  const ended = await Promise.all(
    ["zendesk", "zendesk-community-relations"].map((job) => accounts.chorale("run", job)),
  );
  for (const { code, stderr } of ended) expect(code, stderr).toBe(0);
  const tables = await query(
    accounts.files.path("warehouse.duckdb"),
    "SELECT table_schema AS s, count(*)::INT AS n FROM information_schema.tables WHERE table_name IN ('tickets', 'users', 'ticket_audits') GROUP BY 1 ORDER BY 1",
  );
  expect(tables).toEqual([
    { s: "tap_zendesk", n: 3 },
    { s: "tap_zendesk_community_relations", n: 3 },
  ]);
});
