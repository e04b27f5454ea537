import { writeFileSync } from "node:fs";
import type {
  AdaptiveSandbox,
  ClariSandbox,
  ThoughtIndustriesSandbox,
  XactlySandbox,
  ZendeskSandbox,
  ZengrcSandbox,
  ZuoraRevenueSandbox,
} from "@chorale/sandbox";
import type { TableRow } from "./table-rows.ts";
import { query, type TestFolder } from "./workspace.ts";

/** The accounts that the platform reads. */
export interface Accounts {
  readonly files: TestFolder;
  readonly zengrc: ZengrcSandbox;
  readonly zendesk: ZendeskSandbox;
  readonly community: ZendeskSandbox;
  readonly learning: ThoughtIndustriesSandbox;
  readonly xactly: XactlySandbox;
  readonly clari: ClariSandbox;
  readonly adaptive: AdaptiveSandbox;
  readonly zuora: ZuoraRevenueSandbox;
}

/** What a table of the warehouse should hold. */
export interface WantedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: readonly TableRow[];
}

/** Answers what the platform's tables should hold, of what the accounts hold now. */
export async function rowsOfAll(accounts: Accounts): Promise<readonly WantedTable[]> {
  return [
    ...ofZengrc(accounts),
    ...ofZendesk("tap_zendesk", accounts.zendesk),
    ...ofZendesk("tap_zendesk_community_relations", accounts.community),
    ...ofLearning(accounts),
    ...ofXactly(accounts),
    await ofClari(accounts),
    { schema: "tap_adaptive", table: "accounts", rows: accountsOf(accounts) },
    ofAdaptive(accounts),
    ...(await ofZuora(accounts)),
  ];
}

const objects = [
  "assessments",
  "audits",
  "controls",
  "issues",
  "objectives",
  "requests",
  "risks",
  "programs",
  "vendors",
];

function ofZengrc({ zengrc }: Accounts): readonly WantedTable[] {
  return objects.map((table) => ({
    schema: "tap_zengrc",
    table,
    rows: [...zengrc.store.table(table).rows()].map(({ owners: _owners, contact: _contact, ...row }) => row),
  }));
}

/** Zendesk shows of deleted tickets that there were some. */
function ofZendesk(schema: string, { store }: ZendeskSandbox): readonly WantedTable[] {
  const tickets = store.tickets
    .all()
    .map((row) => ({ ...row, subject: row["status"] === "deleted" ? "SCRUBBED" : row["subject"] }));
  return [
    { schema, table: "tickets", rows: picked(tickets, ["id", "subject", "status", "updated_at"]) },
    { schema, table: "users", rows: picked(store.users.all(), ["id", "name", "email", "updated_at"]) },
  ];
}

const events = {
  course_actions: "courseAction",
  course_completions: "courseCompletion",
  course_views: "courseView",
  logins: "login",
  visits: "visit",
} as const;

function ofLearning({ learning }: Accounts): readonly WantedTable[] {
  return Object.entries(events).map(([table, name]) => ({
    schema: "tap_thought_industries",
    table,
    rows: [...learning.store.events[name].newestFirst({ from: 0, to: Date.now() })].map(({ event }) => event),
  }));
}

/** Of the tables that were asked for. */
function ofXactly({ xactly }: Accounts): readonly WantedTable[] {
  const asked = xactly.statements.flatMap((statement) => /FROM xactly\.(\w+)/.exec(statement)?.[1] ?? []);
  return [...new Set(asked)].map((table) => ({
    schema: "tap_xactly",
    table,
    rows: xactly.store.table(table).rows(),
  }));
}

/** The entries of all documents that Clari handed out, each with the name and address of its person. */
async function ofClari({ clari }: Accounts): Promise<WantedTable> {
  const entries = new Map<string, TableRow>();
  for (const { forecastId, text } of await documentsOf(clari)) {
    const document: { entries: readonly TableRow[]; users: readonly TableRow[] } = JSON.parse(text);
    const people = new Map(document.users.map((user) => [user["userId"], user]));
    for (const entry of document.entries) {
      const { timePeriodId, timeFrameId, userId, fieldId } = entry;
      const { name: userName = null, email: userEmail = null } = people.get(userId) ?? {};
      const key = [forecastId, timePeriodId, timeFrameId, userId, fieldId].join("|");
      entries.set(key, { ...entry, forecastId, userName, userEmail });
    }
  }
  return { schema: "tap_clari", table: "forecast_entries", rows: [...entries.values()] };
}

/** The latest weeks are asked for as the tap did; what jobs made is kept. */
async function documentsOf({ url, requests, jobs }: ClariSandbox) {
  const latest = requests.filter(({ path }) => path.startsWith("/v4/forecast/"));
  const asked = latest.map(async ({ target, path }) => {
    const answer = await fetch(`${url}${target}`, { headers: { apikey: "sandbox-api-token" } });
    return { forecastId: path.split("/").at(-1), text: await answer.text() };
  });
  const made = jobs.list.map(({ title, body = "" }) => ({ forecastId: title.split(" ")[0], text: body }));
  return [...(await Promise.all(asked)), ...made];
}

function accountsOf({ adaptive: { store } }: Accounts): readonly TableRow[] {
  return store.accounts.map(({ id, code, name }) => ({ id, code, name }));
}

/** The finished versions' numbers of the accounts that are not the stand-in's own. */
function ofAdaptive({ adaptive: { store } }: Accounts): WantedTable {
  const codes = store.accounts.flatMap(({ code }) =>
    code === "" || code.startsWith("Model.") ? [] : [code],
  );
  const places = versionsBelow(store.version("Shared with Data")).flatMap((version) =>
    codes.map((account_code) => ({ version, account_code })),
  );
  const rows = places.flatMap(({ version, account_code }) => {
    const cells = store.months.map((month) => {
      const cell = store.cell(version, [account_code, "MC"], month);
      const value = cell === "" || cell === "I" ? null : Number(cell);
      return {
        version: version.name,
        account_code,
        level_name: "Master Corporate",
        period: month.code,
        value,
      };
    });
    // A row without a number is left out by the vendor.
    return cells.every(({ value }) => value === null || value === 0) ? [] : cells;
  });
  return { schema: "adaptive_custom", table: "data", rows };
}

type Version = NonNullable<ReturnType<AdaptiveSandbox["store"]["version"]>>;

function versionsBelow(version: Version | undefined): readonly Version[] {
  return (version?.children ?? []).flatMap((child) => [
    ...(child.type === "VERSION_FOLDER" ? [] : [child]),
    ...versionsBelow(child),
  ]);
}

/** The views that hold something, without those that can be made of them. */
const views = [
  "BI3_ACCT_TYPE",
  "BI3_RI_ACCT_SUMM",
  "BI3_APPR_DTL",
  "BI3_RC_BILL",
  "BI3_CALENDAR",
  "BI3_RC_SCHD_DEL",
  "BI3_RC_HEAD",
  "BI3_RC_HOLD",
  "BI3_RC_LNS",
  "BI3_MJE",
  "BI3_RC_POB",
  "BI3_RC_SCHD",
];

/** Reads the lines of each view as CSV by another reader than the tap's. */
async function ofZuora({ zuora: { store }, files }: Accounts): Promise<readonly WantedTable[]> {
  const all = { from: 0, to: Date.now() };
  return await Promise.all(
    views.map(async (view) => {
      const header = (store.columns(view) ?? []).map(({ name }) => name).join(",");
      const file = files.path(`${view}.csv`);
      writeFileSync(file, [header, ...store.lines(view, store.select(view, all)), ""].join("\n"));
      const rows = await query(
        files.path("warehouse.duckdb"),
        `SELECT * FROM read_csv('${file}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')`,
      );
      return { schema: "zuora_revenue", table: view.toLowerCase(), rows };
    }),
  );
}

function picked(rows: readonly TableRow[], columns: readonly string[]): readonly TableRow[] {
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
}
