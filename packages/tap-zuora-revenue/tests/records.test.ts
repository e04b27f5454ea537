import { describe, expect, it } from "vitest";
import { asked, now, runTap, runWell, withTenant } from "./support/run-tap.ts";

const pob = ["bi3_rc_pob.*"];
const first = Date.UTC(2024, 0, 1);

describe("the files of pages", () => {
  it("may be spelled in any way, and give the same records", async () => {
    const found: unknown[] = [];
    for (const options of [
      {},
      { byteOrderMark: true },
      { crLf: true },
      { headerOn: "first page" },
      { headerOn: "first page", crLf: true, byteOrderMark: true },
    ] as const) {
      for (const output_type of ["gzip", "csv"]) {
        await withTenant({ rows: 10, ...options }, async (tenant) => {
          found.push((await runWell({ tenant, select: pob, config: { output_type } })).records("bi3_rc_pob"));
        });
      }
    }
    expect(found[0]).toHaveLength(10);
    for (const each of found) expect(each).toEqual(found[0]);
  });

  it("are told apart by their first bytes, whatever their type says", async () => {
    await withTenant({ rows: 3 }, async (tenant) => {
      const run = await runWell({ tenant, select: pob });
      const path = "/api/integration/v2/biviews/BI3_RC_POB";
      const page = tenant.requests.find((request) => request.path === path);
      expect(page?.query["outputType"]).toBe("gzip");
      expect(run.records("bi3_rc_pob").length).toBe(3);
    });
  });

  it("are read by the names in them: the described order is another one", async () => {
    await withTenant({ rows: 3, extraColumns: { BI3_ORG: ["AAA_NEW", "ZZZ_NEW"] } }, async (tenant) => {
      const run = await runWell({ tenant, select: ["bi3_org.*"] });
      const [record = {}] = run.records("bi3_org");
      expect(record["INCR_UPDT_DT"]).toBe("2024-01-01T00:00:00Z");
      expect(record["ID"]).toBe("7000000000");
      expect(Object.keys(record)).toEqual(expect.arrayContaining(["AAA_NEW", "ZZZ_NEW"]));
      expect(Object.keys(record).length).toBe(14);
    });
  });

  it("with commas, quotes and line ends in their cells keep them", async () => {
    await withTenant({ rows: 6 }, async (tenant) => {
      const names = (await runWell({ tenant, select: ["bi3_org.ORG_NAME"] }))
        .records("bi3_org")
        .map(({ ORG_NAME: name }) => name);
      expect(names).toContainEqual(expect.stringMatching(/^Globex, "\d+"\nGmbH é$/));
      expect(names.length).toBe(6);
    });
  });
});

describe("types", () => {
  const tenantOptions = { rows: 8, seed: 7 };
  it("are those that are described: exact decimals, moments, periods, texts", async () => {
    await withTenant(tenantOptions, async (tenant) => {
      const run = await runWell({ tenant, select: ["bi3_mje.*"] });
      const schema = run.messages.find((message) => message.type === "SCHEMA");
      const properties = schema?.type === "SCHEMA" ? (schema.schema.properties ?? {}) : {};
      expect(properties["JE_LINE_ID"]).toEqual({ type: "string" });
      expect(properties["AMOUNT"]).toMatchObject({ format: "x-singer.decimal", scale: 15 });
      expect(properties["START_DATE"]).toMatchObject({ format: "date-time" });
      expect(properties["PRD_ID"]).toMatchObject({ type: ["null", "integer"] });
      expect(properties["RC_ID"]).toMatchObject({ type: ["null", "string"] });
      const amounts = run.records("bi3_mje").map(({ AMOUNT: amount }) => amount);
      expect(amounts.filter((amount) => amount !== null)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:0\.\d+|-\d{10,}\.01)$/)]),
      );
      const periods = run.records("bi3_mje").map(({ PRD_ID: period }) => period);
      expect(periods).toContainEqual(expect.any(Number));
    });
  });

  it("are all texts with types: text, as Zuora wrote them", async () => {
    await withTenant(tenantOptions, async (tenant) => {
      const run = await runWell({ tenant, select: ["bi3_mje.*"], config: { types: "text" } });
      const values = run.records("bi3_mje").flatMap((record) => Object.values(record));
      expect(values.every((value) => value === null || typeof value === "string")).toBe(true);
      const [record = {}] = run.records("bi3_mje");
      expect(record["INCR_UPDT_DT"]).toBe("2024-01-01T00:00:00");
    });
  });

  it("say that a view is not there, and read the others", async () => {
    await withTenant({ rows: 2 }, async (tenant) => {
      const select = ["bi3_custom.*", "bi3_org.*"];
      const run = await runWell({ tenant, select, config: { extra_views: ["BI3_CUSTOM"] } });
      expect(run.records("bi3_org").length).toBe(2);
      expect(JSON.stringify(run.logs)).toContain("bi3_custom is left out: there is no view BI3_CUSTOM");
    });
  });

  it("are asked for of the selected views only", async () => {
    await withTenant({ rows: 2 }, async (tenant) => {
      await runWell({ tenant, select: ["bi3_org.ORG_NAME"] });
      expect(asked(tenant)).toEqual([
        "POST v1/authenticate",
        "GET v2/biviews/BI3_ORG/describe-columns",
        "GET v2/biviews/count/BI3_ORG",
        "GET v2/biviews/BI3_ORG",
      ]);
    });
  });
});

describe("keys", () => {
  it("are those of the settings where there are some", async () => {
    await withTenant({ rows: 2 }, async (tenant) => {
      const config = { key_overrides: { BI3_RC_HEAD: ["ID", "BOOK_ID"] } };
      const run = await runWell({ tenant, select: ["bi3_rc_head.*"], config });
      const schema = run.messages.find((message) => message.type === "SCHEMA");
      expect(schema).toMatchObject({ key_properties: ["ID", "BOOK_ID"] });
      const books = run.records("bi3_rc_head").map(({ BOOK_ID: book }) => book);
      expect(books.every((book) => typeof book === "string")).toBe(true);
      const { error } = await runTap({
        tenant,
        select: ["bi3_org.*"],
        config: { key_overrides: { BI3_ORG: ["ID", "NO_SUCH"] } },
      });
      expect(String(error)).toContain("BI3_ORG: there is no column NO_SUCH, which is in its key");
    });
  });

  it("are never null: an empty part is an empty text", async () => {
    await withTenant({ rows: 30 }, async (tenant) => {
      const config = { key_overrides: { BI3_ORG: ["ID", "ENTITY_ID"] } };
      const run = await runWell({ tenant, select: ["bi3_org.*"], config });
      const parts = run.records("bi3_org").map(({ ENTITY_ID: part }) => part);
      expect(parts).toContain("");
      expect(parts).not.toContain(null);
    });
  });
});

describe("cells that mean nothing", () => {
  const csv = (cell: string) =>
    `ID,ORG_ID,CRTD_DT,CRTD_PRD_ID,INCR_UPDT_DT\n1,2,${cell},,2024-01-01T00:00:00\n`;
  const path = "/api/integration/v2/biviews/BI3_ORG";
  it.each([
    [
      "31/12/2024",
      'bi3_org: page 1, record 1: CRTD_DT holds "31/12/2024", which is no date. Set "types" to text',
    ],
    ["2024-02-30T00:00:00", "which is no date"],
    ["a,b", "bi3_org: page 1: record 1 has 6 fields below 5 columns. Look whether the API changed."],
    ['"a', "bi3_org: page 1: a quote is not closed"],
  ])("end the stream with their place: %s", async (cell, reason) => {
    await withTenant({ rows: 1, clock: () => now }, async (tenant) => {
      tenant.faults.add({ path, fault: { kind: "status", status: 200, body: csv(cell) } });
      const { error } = await runTap({ tenant, select: ["bi3_org.*"] });
      expect(String(error)).toContain(reason);
    });
  });

  it.each([
    ["2024-02-29 10:00:00", "2024-02-29T10:00:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
    ["2024-02-29T10:00:00.123+0200", "2024-02-29T10:00:00.123+02:00"],
    ["", null],
  ])("are not those of a tolerant reader: %s", async (cell, value) => {
    await withTenant({ rows: 1, startsAt: first }, async (tenant) => {
      tenant.faults.add({ path, fault: { kind: "status", status: 200, body: csv(cell) } });
      const run = await runWell({ tenant, select: ["bi3_org.*"] });
      expect(run.records("bi3_org")[0]).toMatchObject({ ID: "1", CRTD_DT: value });
    });
  });
});
