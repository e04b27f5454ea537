import type { XactlyOptions } from "@chorale/sandbox";
import { createSchemaCompiler } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { type Column, configuredColumn, knownColumn, literalOf, spellingOf } from "../src/columns.ts";
import { tapXactly, tapXactlyBy } from "../src/index.ts";
import { type RunOptions, runWell } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

async function creditsOf(options: XactlyOptions, config: RunOptions["config"] = {}) {
  let found: readonly Readonly<Record<string, unknown>>[] = [];
  await withTenant(options, async ({ url }) => {
    const run = await runWell({
      url,
      select: ["xc_credit.*"],
      config: { query_rows: 5, page_size: 5, ...config },
    });
    found = run.records("xc_credit");
  });
  return found;
}

describe("answers of any form", () => {
  const forms: readonly XactlyOptions[] = [
    { numbersAsText: true },
    { moments: "spaced" },
    { locations: "host" },
    { locations: "absolute" },
    { columnNames: "texts" },
    { columnNames: "objects" },
    { maxPageRows: 2, largePages: "shorten" },
  ];
  it("give the same records", async () => {
    const usual = await creditsOf({});
    expect(usual.length).toBe(12);
    for (const form of forms) expect(same(await creditsOf(form))).toEqual(same(usual));
  });

  it("give the same records where moments have parts of a second, as text or as numbers", async () => {
    const texts = await creditsOf({ moments: "millis" });
    expect(new Set(texts.map((record) => record["CREDIT_ID"])).size).toBe(12);
    expect(await creditsOf({ moments: "epoch" })).toEqual(texts);
    expect(await creditsOf({ moments: "epoch", numbersAsText: true })).toEqual(texts);
    expect(texts[0]?.["MODIFIED_DATE"]).toMatch(/^2026-01-15T10:\d\d:\d\d\.\d{3}Z$/);
  });

  it("give ids as text where that is wanted", async () => {
    const records = await creditsOf({ numbersAsText: true }, { id_type: "string" });
    expect(records[0]).toMatchObject({ CREDIT_ID: expect.stringMatching(/^119903\d{9}$/) });
    expect(typeof records.find((record) => record["AMOUNT"] !== null)?.["AMOUNT"]).toBe("number");
  });
});

/** `.0` is as good as no parts of a second. */
function same(records: readonly Readonly<Record<string, unknown>>[]): unknown {
  return JSON.parse(JSON.stringify(records).replaceAll(".0Z", "Z"));
}

describe("a value", () => {
  const id: Column = { name: "X_ID", kind: "id" };
  const amount: Column = { name: "AMOUNT", kind: "number" };
  const text: Column = { name: "NAME", kind: "text" };
  const moment: Column = { name: "MODIFIED_DATE", kind: "moment" };
  const any: Column = { name: "ANY", kind: "any" };
  it.each([
    [id, "119903956370001", "119903956370001"],
    [id, 77, "77"],
    [id, "9007199254740993", "9007199254740993"],
    [id, "-0009007199254740993", "-9007199254740993"],
    [id, "", "null"],
    [id, "n/a", '"n/a"'],
    [amount, " 18250.50 ", "18250.5"],
    [amount, "1e3", "1000"],
    [amount, null, "null"],
    [text, 61, '"61"'],
    [text, "0061", '"0061"'],
    [text, true, '"1"'],
    [text, false, '"0"'],
    [text, "", '""'],
    [moment, "2024-06-03T08:15:30", '"2024-06-03T08:15:30Z"'],
    [moment, "2024-06-03T08:15", '"2024-06-03T08:15:00Z"'],
    [moment, "2024-06-03 08:15:30.0", '"2024-06-03T08:15:30.0Z"'],
    [moment, "2024-06-03", '"2024-06-03T00:00:00Z"'],
    [moment, "2024-06-03T08:15:30.123456+02:00", '"2024-06-03T08:15:30.123456+02:00"'],
    [moment, 1_717_402_530_123, '"2024-06-03T08:15:30.123Z"'],
    [moment, "1717402530123", '"2024-06-03T08:15:30.123Z"'],
    [moment, "", "null"],
    [moment, "soon", '"soon"'],
    [any, { a: 1 }, '{"a":1}'],
    [any, undefined, "null"],
  ])("of %j that is %j is written as %s", (column, value, written) => {
    expect(JSON.stringify(spellingOf(column, "integer")(value))).toBe(written);
  });

  it.each([
    [moment, "2024-06-03 08:15:30.0", "2024-06-03 08:15:30.0"],
    [moment, 1_717_402_530_123, "2024-06-03T08:15:30.123"],
    [id, 419_903_956_371_501, "419903956371501"],
    [text, "it's", "it's"],
    [id, null, undefined],
  ])("of %j that is %j goes back as %j", (column, value, literal) => {
    expect(literalOf(value, column)).toBe(literal);
  });

  it("has the type that its column's name says", () => {
    expect(
      [
        "A_ID#",
        "ID#",
        "PERIOD_TYPE_ID_FK#",
        "VERSION#",
        "AMOUNT#",
        "NAME",
        "HIRE_DATE",
        "PASSWD_EXP_DT",
        "EMPLOYEE_ID",
      ].map((name) => knownColumn(name).kind),
    ).toEqual(["id", "id", "id", "integer", "number", "text", "moment", "moment", "text"]);
    expect(
      [
        "SEGMENT",
        "A_UNIT_TYPE_ID",
        "MODIFIED_DATE",
        "A:number",
        "A:integer",
        "A_DATE:date-time",
        "MODIFIED_DATE:string",
      ].map((name) => configuredColumn(name).kind),
    ).toEqual(["text", "id", "moment", "number", "integer", "moment", "text"]);
  });
});

it("keeps integers that a double cannot hold, in records and in what comes after them", async () => {
  const statements: string[] = [];
  const big = "900719925474099301";
  const tap = tapXactlyBy(({ http }) => ({
    async *query(sql) {
      statements.push(sql);
      const { body } = await http.request("GET", "rows", { exactNumbers: true });
      if (statements.length === 2 && Array.isArray(body)) yield* body;
    },
  }));
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      request.url?.includes("token") ? '{"access_token":"t"}' : `[[${big},"2026-01-01T00:00:00"]]`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const config = { query_rows: 1, page_size: 1 };
    const run = await runWell({ url, tap, config, select: ["xc_role.ROLE_ID"] });
    expect(JSON.stringify(run.records("xc_role"))).toBe(
      `[{"ROLE_ID":${big},"MODIFIED_DATE":"2026-01-01T00:00:00Z"}]`,
    );
    expect(statements[2]).toContain(`ROLE_ID > '${big}'`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it("knows 42 tables, all with schemas that compile, and keys that GitLab's lacked", async () => {
  const compile = await createSchemaCompiler();
  expect(tapXactly.streams.length).toBe(42);
  for (const { name, schema } of tapXactly.streams) compile(schema.json, { stream: name });
  const keysOf = (name: string) => tapXactly.streams.find((stream) => stream.name === name)?.keyProperties;
  expect(keysOf("xc_credit_adjustment")).toEqual(["CREDIT_ADJUSTMENT_ID"]);
  expect(keysOf("xc_pos_relations_hist")).toEqual(["ID", "OBJECT_ID", "VERSION"]);
  const histories = tapXactly.streams.filter(({ name }) => name.endsWith("_hist"));
  expect(histories.length).toBe(9);
  for (const { keyProperties } of histories) expect(keyProperties.slice(1)).toEqual(["OBJECT_ID", "VERSION"]);
  const full = tapXactly.streams.filter(({ replicationMethod }) => replicationMethod === "FULL_TABLE");
  expect(full.map(({ name, selectedByDefault }) => [name, selectedByDefault])).toEqual([
    ["xc_credit_summary", false],
    ["xc_quota_summary", false],
  ]);
});
