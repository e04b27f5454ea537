import { copyFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AdaptiveSandbox,
  type ClariSandbox,
  startAdaptive,
  startClari,
  startThoughtIndustries,
  startXactly,
  startZengrc,
  startZuoraRevenue,
  type ThoughtIndustriesSandbox,
  type XactlySandbox,
  type ZendeskSandbox,
  type ZengrcSandbox,
  type ZuoraRevenueSandbox,
} from "@chorale/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { changeAccount, minute } from "./support/account-changes.ts";
import { endOf, type ProcessEnd, start } from "./support/processes.ts";
import { query, type TestFolder, testFolder, zendesk } from "./support/workspace.ts";

const project = fileURLToPath(new URL("../data-platform.yml", import.meta.url));
const programs = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));
const day = 24 * 60 * minute;

/** What the team runs, one job after the other. */
const jobs = [
  "zengrc",
  "zendesk",
  "zendesk-community-relations",
  "thought-industries",
  "xactly",
  "clari",
  "adaptive",
  "zuora-revenue",
];

interface Platform {
  readonly files: TestFolder;
  readonly zengrc: ZengrcSandbox;
  readonly zendesk: ZendeskSandbox;
  readonly community: ZendeskSandbox;
  readonly learning: ThoughtIndustriesSandbox;
  readonly xactly: XactlySandbox;
  readonly clari: ClariSandbox;
  readonly adaptive: AdaptiveSandbox;
  readonly zuora: ZuoraRevenueSandbox;
  /** Lets time go by. */
  pass(milliseconds: number): void;
  run(names: readonly string[]): Promise<ProcessEnd>;
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
    startZuoraRevenue({ clock, rows: 20 }),
  ]);
  onTestFinished(async () => {
    await Promise.all([zengrc, learning, xactly, clari, adaptive, zuora].map((sandbox) => sandbox.close()));
  });
  const [support, community] = await Promise.all([
    zendesk({ clock }),
    zendesk({ clock, data: { kind: "generated", seed: 8, tickets: 20, users: 30, organizations: 10 } }),
  ]);
  const env = {
    PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}`,
    ...{ ZENGRC_URL: zengrc.url, ZENGRC_KEY_ID: "sandbox-key-id", ZENGRC_KEY_SECRET: "sandbox-key-secret" },
    ...{ ZENDESK_URL: support.url, ZENDESK_TOKEN: "sandbox-access-token" },
    ...{ ZENDESK_COMMUNITY_URL: community.url, ZENDESK_COMMUNITY_TOKEN: "sandbox-access-token" },
    ...{ THOUGHT_INDUSTRIES_URL: learning.url, THOUGHT_INDUSTRIES_KEY: "sandbox-api-key" },
    THOUGHT_INDUSTRIES_START: new Date(now - 5 * day).toISOString(),
    ...{ XACTLY_URL: `${xactly.url}/api`, XACTLY_USER: "sandbox-user", XACTLY_PASSWORD: "sandbox-password" },
    ...{ XACTLY_CLIENT_ID: "sandbox-client-id", XACTLY_CONSUMER: "sandbox-consumer" },
    ...{ CLARI_URL: `${clari.url}/v4/`, CLARI_TOKEN: "sandbox-api-token" },
    ...{ ADAPTIVE_URL: `${adaptive.url}/api/`, ADAPTIVE_USER: "svc.finance@example.test" },
    ADAPTIVE_PASSWORD: 'sandbox & <pass> "word"',
    ...{ ZUORA_REVENUE_URL: `${zuora.url}/api/integration`, ZUORA_REVENUE_USER: "sandbox-user" },
    ZUORA_REVENUE_PASSWORD: "sandbox-password",
    WAREHOUSE: files.path("warehouse.duckdb"),
  };
  return {
    ...{ files, zengrc, zendesk: support, community, learning, xactly, clari, adaptive, zuora },
    pass: (milliseconds) => {
      now += milliseconds;
    },
    run: (names) =>
      endOf(start("chorale", ["run", ...names, "--project", files.path("chorale.yml")], { env })),
  };
}

/** The records of each stream that a run's tables show, the jobs' added up. */
function recordsOf({ stdout }: ProcessEnd): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = "", count = ""] of stdout.matchAll(/^ {2}(\w+) +([\d,]+)$/gm))
    counts.set(name, (counts.get(name) ?? 0) + Number(count.replaceAll(",", "")));
  return counts;
}

async function countOf(files: TestFolder, table: string): Promise<number> {
  const [row] = await query(
    files.path("warehouse.duckdb"),
    `SELECT count(*)::INT AS n FROM ${table} WHERE _sdc_deleted_at IS NULL`,
  );
  return Number(row?.["n"]);
}

const objects = ["assessments", "audits", "controls", "issues", "risks", "vendors", "people"];
const events = {
  course_actions: "courseAction",
  course_completions: "courseCompletion",
  course_views: "courseView",
  logins: "login",
  visits: "visit",
} as const;

/** The tables hold as many rows as the accounts do. */
async function expectAllThere({ files, zengrc, zendesk: support, community, learning }: Platform) {
  expect(await countOf(files, "tap_xactly.xc_user")).toBe(20);
  for (const table of [
    "tap_clari.forecast_entries",
    "tap_adaptive.versions",
    "tap_adaptive.data",
    "tap_zuora_revenue.bi3_rc_lns",
  ])
    expect(await countOf(files, table), table).toBeGreaterThan(0);
  for (const name of objects)
    expect(await countOf(files, `tap_zengrc.${name}`), name).toBe(
      [...zengrc.store.table(name).rows()].length,
    );
  for (const [table, name] of Object.entries(events))
    expect(await countOf(files, `tap_thought_industries.${table}`), table).toBe(
      learning.store.events[name].count,
    );
  for (const [schema, { store }] of [
    ["tap_zendesk", support],
    ["tap_zendesk_community_relations", community],
  ] as const) {
    expect(await countOf(files, `${schema}.tickets`), schema).toBe(store.tickets.all().length);
    expect(await countOf(files, `${schema}.users`), schema).toBe(store.users.all().length);
  }
}

it("loads all taps by one command, and the second time only what changed", { timeout: 240_000 }, async () => {
  const accounts = await platform();
  const first = await accounts.run(jobs);
  expect(first.code, first.stderr).toBe(0);
  await expectAllThere(accounts);

  accounts.pass(30 * minute);
  for (const sandbox of [accounts.zendesk, accounts.community]) changeAccount(sandbox);
  accounts.zengrc.store.table("risks").add({ title: "new" });
  const [latest] = accounts.learning.store.events.login.newestFirst({ from: 0, to: Date.now() });
  const timestamp = new Date(Date.now() - 20 * minute).toISOString();
  accounts.learning.store.events.login.add({ ...latest?.event, timestamp });
  accounts.pass(30 * minute);
  const second = await accounts.run(jobs);
  expect(second.code, second.stderr).toBe(0);
  await expectAllThere(accounts);
  const records = recordsOf(second);
  expect(records.get("tickets")).toBe(2);
  expect(records.get("risks")).toBeLessThan(5);
  // A version of a budget is exported once.
  expect(records.get("data") ?? 0).toBe(0);
  const all = (run: ProcessEnd): number => recordsOf(run).get("all") ?? 0;
  expect(all(second)).toBeLessThan(all(first) / 2);
});

it("lets two accounts of Zendesk into one warehouse at once", { timeout: 120_000 }, async () => {
  const accounts = await platform();
  const ended = await Promise.all(
    ["zendesk", "zendesk-community-relations"].map((job) => accounts.run([job])),
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
