import { exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapXactly } from "../src/index.ts";
import { identifierText, literalText } from "../src/sql-text.ts";
import { credential, runTap, runWell } from "./support/run-tap.ts";
import { tablesAsked, withTenant } from "./support/tenant.ts";

describe("columns and tables of a tenant", () => {
  it("are read as the settings describe them", async () => {
    const tenant = {
      extraColumns: {
        xc_participant: [
          { name: "SEGMENT", kind: "text" },
          { name: "QUOTA__PCT", kind: "number" },
          { name: "QUOTA__PCT_UNIT_TYPE_ID", kind: "number" },
          { name: "RAMP_END", kind: "moment" },
        ],
      },
      missingColumns: { xc_participant: ["REGION", "SALARY"] },
      extraTables: [
        {
          name: "xc_payment",
          keys: ["PAYMENT_ID"],
          columns: [
            { name: "PAYMENT_ID", kind: "number" },
            { name: "MODIFIED_DATE", kind: "moment" },
          ],
        },
        { name: "xc_unit_type", keys: [], columns: [{ name: "CODE", kind: "text" }] },
      ],
    } as const;
    const config = {
      extra_columns: {
        xc_participant: ["SEGMENT", "QUOTA__PCT:number", "QUOTA__PCT_UNIT_TYPE_ID", "RAMP_END:date-time"],
      },
      exclude_columns: { xc_participant: ["REGION", "SALARY"] },
      extra_tables: {
        xc_payment: {
          columns: ["PAYMENT_ID:integer", "MODIFIED_DATE"],
          key_properties: ["PAYMENT_ID"],
          replication_key: "MODIFIED_DATE",
        },
        xc_unit_type: { columns: ["CODE"] },
      },
      query_rows: 5,
    };
    await withTenant(tenant, async ({ url }) => {
      const select = ["xc_participant.*", "xc_payment.*", "xc_unit_type.*"];
      const run = await runWell({ url, select, config });
      const [participant] = run.records("xc_participant");
      expect(Object.keys(participant ?? {})).toEqual(expect.arrayContaining(["SEGMENT", "RAMP_END", "NAME"]));
      expect(participant).not.toHaveProperty("REGION");
      expect(run.records("xc_payment").length).toBe(12);
      expect(run.records("xc_unit_type").length).toBe(12);
      const schemas = Object.fromEntries(
        run.messages.flatMap((message) => (message.type === "SCHEMA" ? [[message.stream, message]] : [])),
      );
      expect(schemas["xc_participant"]?.schema.properties).toMatchObject({
        SEGMENT: { type: ["null", "string"] },
        QUOTA__PCT: { type: ["null", "number"] },
        QUOTA__PCT_UNIT_TYPE_ID: { type: ["null", "integer"] },
        RAMP_END: { type: ["null", "string"], format: "date-time" },
      });
      expect(schemas["xc_payment"]?.key_properties).toEqual(["PAYMENT_ID"]);
      expect(run.states.at(-1)?.bookmarks).toMatchObject({
        xc_payment: { MODIFIED_DATE: expect.any(String) },
      });
    });
  });

  it("may describe a known table anew", async () => {
    await withTenant({}, async ({ url, statements }) => {
      const extra_tables = { xc_role: { columns: ["ROLE_ID:integer", "NAME"], key_properties: ["ROLE_ID"] } };
      const run = await runWell({ url, select: ["xc_role.*"], config: { extra_tables, query_rows: 7 } });
      expect(run.records("xc_role").length).toBe(12);
      expect(statements[0]).toBe("SELECT ROLE_ID, NAME FROM xactly.xc_role ORDER BY ROLE_ID LIMIT 7");
      expect(statements[1]).toMatch(/ WHERE ROLE_ID > '\d+' ORDER BY ROLE_ID LIMIT 7$/);
      expect(run.states.at(-1)).toEqual({});
    });
  });

  it("are read whole where the date is left out", async () => {
    await withTenant({ missingColumns: { xc_role: ["MODIFIED_DATE"] } }, async ({ url }) => {
      const config = { exclude_columns: { xc_role: ["MODIFIED_DATE"] } };
      const run = await runWell({ url, select: ["xc_role.*"], config });
      expect(run.records("xc_role").length).toBe(12);
    });
  });

  const table = { columns: ["A_ID:integer"], key_properties: ["A_ID"] };
  it.each([
    [{ extra_columns: { xc_x: ["A"] } }, "extra_columns: there is no table xc_x."],
    [{ exclude_columns: { xc_x: ["A"] } }, "exclude_columns: there is no table xc_x."],
    [{ exclude_columns: { xc_role: ["A"] } }, "exclude_columns: xc_role has no column A."],
    [
      { exclude_columns: { xc_role: ["ROLE_ID"] } },
      "exclude_columns: ROLE_ID identifies the rows of xc_role.",
    ],
    [{ extra_columns: { xc_role: ["name"] } }, "xc_role has a column NAME beside name."],
    [{ extra_columns: { xc_role: ["A", "A:number"] } }, "xc_role has a column A beside A."],
    [{ extra_tables: { xc_x: { ...table, key_properties: ["B"] } } }, "extra_tables: xc_x has no column B."],
    [{ extra_tables: { xc_x: { ...table, replication_key: "B" } } }, "extra_tables: xc_x has no column B."],
    [
      { extra_tables: { xc_x: { columns: ["A:date-time"], replication_key: "A" } } },
      "extra_tables: xc_x has a replication_key and no key_properties.",
    ],
    [{ extra_tables: { xc_x: { columns: [] } } }, "extra_tables"],
    [{ extra_tables: { "xc x": table } }, "extra_tables"],
    [{ extra_tables: { xc_x: { ...table, where: "1=1" } } }, "extra_tables"],
    [{ extra_columns: { xc_role: ["A FROM x; --"] } }, "extra_columns"],
    [{ extra_columns: { xc_role: ['"A"'] } }, "extra_columns"],
    [{ extra_columns: { xc_role: ["A:money"] } }, "extra_columns"],
    [{ query_rows: 0 }, "query_rows"],
    [{ page_size: 1.5 }, "page_size"],
    [{ lookback_seconds: -1 }, "lookback_seconds"],
    [{ paging: "offset" }, "paging"],
  ])("that make no sense are refused before any request: %j", async (config, message) => {
    await withTenant({}, async ({ url, requests }) => {
      const run = await runTap({ url, config });
      expect(exitCodeOf(run.error)).toBe(78);
      expect(String(run.error)).toContain(message);
      expect(String(run.error)).not.toContain("\n");
      expect([run.messages, requests]).toEqual([[], []]);
    });
  });
});

describe("the text of a statement", () => {
  it.each(["", "1A", "A-B", "A B", "A.B", 'A"', "A;", "A'", "Ä", "A\n"])("takes no name %j", (name) => {
    expect(() => identifierText(name)).toThrow("is no name of a table or a column");
  });

  it.each([
    ["a", "'a'"],
    ["", "''"],
    ["it's", "'it''s'"],
    ["'; DROP TABLE x; --", "'''; DROP TABLE x; --'"],
  ])("has the literal of %j as %s", (value, literal) => {
    expect(literalText(value)).toBe(literal);
  });
});

describe("discover_columns", () => {
  const tenant = {
    columnNames: "objects",
    extraColumns: {
      xc_participant: [
        { name: "Segment", kind: "text" },
        { name: "BAD-NAME", kind: "text" },
      ],
    },
    missingColumns: { xc_participant: ["REGION"], xc_role: ["MODIFIED_DATE"] },
  } as const;
  const config = { discover_columns: true };

  it("adds columns of the tenant, and leaves out those that it lacks", async () => {
    await withTenant(tenant, async ({ url, statements }) => {
      const run = await runWell({ url, config, select: ["xc_participant.*", "xc_role.*"] });
      expect(statements.slice(0, 2).toSorted()).toEqual([
        "SELECT * FROM xactly.xc_participant LIMIT 1",
        "SELECT * FROM xactly.xc_role LIMIT 1",
      ]);
      const [record] = run.records("xc_participant");
      expect(record).toHaveProperty("Segment");
      expect(record).not.toHaveProperty("REGION");
      expect(record).not.toHaveProperty("BAD-NAME");
      const said = run.logs.filter(({ level }) => level === "warn").map(({ message }) => message);
      expect(said).toEqual(
        expect.arrayContaining([
          "xc_participant: the tenant lacks REGION",
          "xc_role is left out: the tenant's table has no column MODIFIED_DATE",
        ]),
      );
    });
  });

  it("shows them in the catalog", async () => {
    await withTenant(tenant, async ({ url }) => {
      const { streams } = await tapXactly.discover({
        config: { api_url: `${url}/api`, ...credential, ...config },
      });
      const entry = streams.find(({ stream }) => stream === "xc_participant");
      expect(entry?.schema.properties).toHaveProperty("Segment");
      expect(streams.map(({ stream }) => stream)).not.toContain("xc_role");
      expect(streams.length).toBe(41);
    });
  });

  it("says so where answers do not name their columns, and leaves refusals to the stream", async () => {
    await withTenant({ missingTables: ["xc_role"] }, async ({ url }) => {
      const run = await runTap({ url, config, select: ["xc_plan.*", "xc_role.*"] });
      expect(run.records("xc_plan").length).toBe(12);
      expect(run.logs.map(({ message }) => message)).toContain("xc_plan: its columns cannot be discovered");
      expect(String(run.error)).toContain("Table xactly.xc_role does not exist");
    });
  });
});

describe("what is selected", () => {
  it("is asked for, and nothing else", async () => {
    await withTenant({}, async (tenant) => {
      const select = ["xc_credit.AMOUNT", "xc_credit_type.*", "!xc_credit_type.DESCR"];
      const run = await runWell({ url: tenant.url, select });
      expect(tablesAsked(tenant)).toEqual(["xc_credit", "xc_credit_type"]);
      expect(tenant.statements[0]).toContain("SELECT CREDIT_ID, AMOUNT, MODIFIED_DATE FROM");
      expect(tenant.statements.find((sql) => sql.includes("xc_credit_type"))).not.toContain("DESCR");
      expect(Object.keys(run.records("xc_credit")[0] ?? {})).toEqual([
        "CREDIT_ID",
        "AMOUNT",
        "MODIFIED_DATE",
      ]);
    });
  });

  it("is everything but the tables without keys, where nothing is said", async () => {
    await withTenant({ rows: 1 }, async (tenant) => {
      await runWell({ url: tenant.url });
      const expected = tapXactly.streams.map(({ name }) => name).filter((name) => !name.endsWith("_summary"));
      expect(tablesAsked(tenant)).toEqual(expected);
      expect(expected.length).toBe(40);
    });
  });
});
