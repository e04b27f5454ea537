import type { AdaptiveSandbox } from "@chorale/sandbox";
import { ConfigError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { called, now, runTap, runWell, settings, withAccount } from "./support/run-tap.ts";

const select = ["data.*"];
/** The versions below the folder, in the order of the tree, with their ids. */
const inFolder = [
  [41, 'FY26 Plan & "Board" <1>'],
  [46, "FY26 Plan: worst case"],
  [45, "FY25 Plan"],
] as const;

interface Expected {
  readonly account: string;
  readonly months?: readonly string[];
}

/** What records of a version at the highest level hold, from the stand-in's cells. */
function recordsOf({ store }: AdaptiveSandbox, [id, name]: readonly [number, string], asked: Expected) {
  const account = store.accounts.find(({ code }) => code === asked.account);
  const version = store.version(name);
  const months = store.months.filter(({ code }) => asked.months?.includes(code) ?? true);
  return months.map((month) => {
    const cell = version === undefined ? "" : store.cell(version, [asked.account, "MC"], month);
    return {
      version_id: id,
      version: name,
      account_name: account?.name,
      account_code: asked.account,
      level_name: "Master Corporate",
      level_code: "MC",
      period: month.code,
      calendar_year: Number(month.code.slice(3)),
      calendar_month: Number(month.code.slice(0, 2)),
      value: cell === "" || cell === "I" ? null : Number(cell),
      is_invalid: cell === "I",
    };
  });
}

const both = ["Model.Account_0", "Model.Account_1"];
const marked = { rules: { mark_invalid_values: true, mark_blanks: true, include_zero_rows: true } };

describe("the data of versions", () => {
  it.each([
    ["as it is", {}, { gzip: false }],
    ["with an empty line before it", { leadingNewline: true }, { gzip: false }],
    ["compressed", {}, { gzip: true }],
  ])("is a record for each cell, of every version below the folder: %s", async (_name, options, { gzip }) => {
    await withAccount({ size: { months: 40 }, ...options }, async (account) => {
      if (gzip) account.faults.add({ path: "/**", fault: { kind: "gzip" } });
      const run = await runWell({ url: account.url, select, config: marked });
      const expected = inFolder.flatMap((version) =>
        both.flatMap((code) => recordsOf(account, version, { account: code })),
      );
      expect(expected.some(({ is_invalid }) => is_invalid)).toBe(true);
      expect(expected.some(({ value }) => value === null)).toBe(true);
      expect(run.records("data")).toEqual(expected);
      expect(called(account)).toEqual(["exportVersions", "exportData", "exportData", "exportData"]);
    });
  });

  it("survives names that break quotes, lines and sections", async () => {
    await withAccount({ size: { months: 2 } }, async (account) => {
      const account_codes = account.store.accounts.map(({ code }) => code).filter((code) => code !== "");
      const run = await runWell({ url: account.url, select, config: { account_codes, ...marked } });
      const names = new Set(run.records("data").map(({ account_name }) => account_name));
      expect(names).toEqual(
        new Set(account.store.accounts.filter(({ code }) => code !== "").map(({ name }) => name)),
      );
      expect([...names].some((name) => String(name).includes("]]>"))).toBe(true);
      expect([...names].some((name) => String(name).includes("\n"))).toBe(true);
    });
  });

  it("has columns for dimensions, which are part of its key", async () => {
    await withAccount({ size: { months: 2, dimensionValues: 3 } }, async (account) => {
      const config = { dimensions: ["Customer", "Product line"], ...marked, versions: ["FY25 Plan"] };
      const run = await runWell({ url: account.url, select, config });
      const keys = [
        "version_id",
        "account_code",
        "level_name",
        "level_code",
        "period",
        "customer_name",
        "customer_code",
        "product_line_name",
        "product_line_code",
      ];
      expect(run.messages.find(({ type }) => type === "SCHEMA")).toMatchObject({ key_properties: keys });
      const found = run.records("data").map((record) => JSON.stringify(keys.map((key) => record[key])));
      expect(new Set(found).size).toBe(2 * 2 * 3 * 3);
      expect(run.records("data")[0]).toMatchObject({
        customer_name: 'Customer "0"',
        customer_code: "C0",
        product_line_name: 'Product line "0"',
        product_line_code: "P0",
      });
    });
  });

  it("has the older form with an older version of the API", async () => {
    await withAccount({ size: { months: 3 } }, async (account) => {
      const config = { api_version: "v29", versions: ["FY25 Plan"], dimensions: ["Customer"], ...marked };
      const run = await runWell({ url: account.url, select, config });
      expect(run.records("data").length).toBe(2 * 3 * 4);
      expect(Object.keys(run.records("data")[0] ?? {})).not.toContain("level_code");
      const [, request] = account.calls;
      expect(request?.apiVersion).toBe(29);
      expect(request?.request.attributes).toEqual({ method: "exportData", callerName: "chorale" });
    });
  });

  it.each([
    ["quarters", { time_span: { start: "02/2025", end: "07/2025", stratum: "qtr" } }, ["Q1-2026", "Q2-2026"]],
    ["rollups", { rules: { time_rollups: "single", include_zero_rows: true } }, ["Rollup"]],
  ])("keeps periods that are no months: %s", async (_name, config, periods) => {
    await withAccount({}, async (account) => {
      const run = await runWell({
        url: account.url,
        select,
        config: { versions: ["FY25 Plan"], account_codes: ["Model.Account_0"], ...config },
      });
      expect(run.records("data").map(({ period }) => period)).toEqual(periods);
      for (const record of run.records("data"))
        expect(record).toMatchObject({ calendar_year: null, calendar_month: null });
    });
  });

  it.each([
    [{ currency: "local" }, { useCorporate: "false", useLocal: "true", override: "" }],
    [{ currency: "corporate" }, { useCorporate: "true", useLocal: "false", override: "" }],
    [{ currency: "EUR" }, { useCorporate: "false", useLocal: "false", override: "EUR" }],
  ])("asks for one currency: %o", async (config, attributes) => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, select, config: { versions: ["FY25 Plan"], ...config } });
      const rules = account.calls[1]?.request.children.find(({ name }) => name === "rules");
      expect(rules?.children).toEqual([{ name: "currency", attributes, children: [] }]);
    });
  });

  it("asks for what the settings say, and for nothing else", async () => {
    await withAccount({}, async (account) => {
      const config = {
        versions: ["FY25 Plan"],
        account_codes: ["Model.Account_0"],
        levels: [{ code: "L-1", include_descendants: true }],
        time_span: { start: "02/2025", end: "03/2025" },
        dimension_filters: [{ dimension: "Customer", code: "C1", direct_children: true }],
      };
      await runWell({ url: account.url, select, config });
      const level = { code: "L-1", isRollup: "false", includeDescendants: "true" };
      const asked = { code: "Model.Account_0", isAssumption: "false", includeDescendants: "false" };
      const none: readonly never[] = [];
      expect(account.calls[1]?.request.children.find(({ name }) => name === "filters")?.children).toEqual([
        {
          name: "accounts",
          attributes: {},
          children: [{ name: "account", attributes: asked, children: none }],
        },
        { name: "levels", attributes: {}, children: [{ name: "level", attributes: level, children: none }] },
        { name: "timeSpan", attributes: { start: "02/2025", end: "03/2025" }, children: none },
        {
          name: "dimensionValues",
          attributes: {},
          children: [
            {
              name: "dimensionValue",
              attributes: { dimName: "Customer", code: "C1", directChildren: "true" },
              children: none,
            },
          ],
        },
      ]);
    });
  });

  it("pads months, and refuses a cell that is no number", async () => {
    const answer = (cell: string): string =>
      `<response><output><![CDATA[Account Name,Account Code,Level Code,Level Name,1/2026\nA,a,l,L,${cell}\n]]></output><status success="true" rowCountSent="1"/></response>`;
    for (const cell of ["-1.5508313441000325", "12", "1,5"]) {
      await withAccount({}, async (account) => {
        const body = answer(cell === "1,5" ? '"1,5"' : cell);
        account.faults.add({ path: "**/exportData/**", fault: { kind: "status", status: 200, body } });
        const run = await runTap({ url: account.url, select, config: { versions: ["FY25 Plan"] } });
        if (cell === "1,5") expect(run.said("error")).toContain('a cell holds "1,5", which is no number');
        else expect(run.records("data")).toMatchObject([{ period: "01/2026", value: Number(cell) }]);
      });
    }
  });
});

describe("which accounts", () => {
  it("must be said", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, select, config: { account_codes: [] } });
      expect(run.error).toBeInstanceOf(ConfigError);
      expect(String(run.error)).toContain('"account_codes" names no account');
      expect(account.calls).toEqual([]);
      const all = await runWell({
        url: account.url,
        select,
        config: { account_codes: [], all_accounts: true },
      });
      expect(new Set(all.records("data").map(({ account_code }) => account_code)).size).toBe(24);
    });
  });
});

describe("which versions", () => {
  const versionsAsked = ({ calls }: AdaptiveSandbox): readonly (string | undefined)[] =>
    calls
      .filter(({ method }) => method === "exportData")
      .map(({ request }) => request.children.find(({ name }) => name === "version")?.attributes["name"]);

  it.each([
    ["those below the folder, not the folders", {}, inFolder.map(([, name]) => name)],
    ["those below a folder in it", { version_folder: "Deep" }, ["FY25 Plan"]],
    ["none of an empty folder", { version_folder: "Older" }, []],
    [
      "those that are named, wherever they are",
      { versions: ["Worst Case", "Actuals"] },
      ["Worst Case", "Actuals"],
    ],
  ])("%s", async (_name, config, names) => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, select, config: { ...config, all_accounts: true } });
      expect(versionsAsked(account)).toEqual(names);
    });
  });

  it.each([{ version_folder: "Nobody's" }, { version_folder: "Live Forecast" }])(
    "none of a folder that is not there, with a warning: %o",
    async (config) => {
      await withAccount({}, async (account) => {
        const run = await runWell({ url: account.url, select, config });
        expect(run.said("warn")).toContain(
          `there is no folder of versions called "${config.version_folder}"`,
        );
        expect(versionsAsked(account)).toEqual([]);
      });
    },
  );

  it("a name that the account does not have fails, and the others are exported", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, select, config: { versions: ["FY24", "FY25 Plan"] } });
      expect(String(run.error)).toContain('data: 1 of 2 failed: version "FY24".');
      expect(run.records("data").length).toBeGreaterThan(0);
    });
  });

  it("come from the same tree that the stream of versions shows", async () => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, select: ["versions.*", "data.*"] });
      const tree = run.records("versions");
      expect(tree.find(({ id }) => id === 45)).toMatchObject({
        name: "FY25 Plan",
        type: "PLANNING",
        parent_id: 44,
        parent_name: "Deep",
        depth: 3,
        path: ["Shared with Data", "Archive", "Deep", "FY25 Plan"],
        is_locked: true,
        is_importable: false,
      });
      const below = tree.filter(
        ({ path, type }) =>
          Array.isArray(path) && path[0] === "Shared with Data" && type !== "VERSION_FOLDER",
      );
      const exported = new Set(run.records("data").map(({ version_id }) => version_id));
      expect(exported).toEqual(new Set(below.map(({ id }) => id)));
    });
  });
});

it("remembers when versions were exported, and how many rows they had", async () => {
  await withAccount({}, async (account) => {
    const run = await runWell({ url: account.url, select, config: { ...settings, ...marked } });
    const rows = 24;
    const at = new Date(now).toISOString();
    const entries = inFolder.map(([id, name]) => [String(id), { name, processed_at: at, rows }]);
    expect(run.states.at(-1)).toEqual({ bookmarks: { data: { processed: Object.fromEntries(entries) } } });
  });
});
