import { describe, expect, it } from "vitest";
import {
  activate,
  beginning,
  integer,
  moment,
  record,
  schema,
  state,
  type TestSchema,
  testAccount,
  text,
} from "./loads.ts";

const account = testAccount();
const properties = { id: integer, name: text, _sdc_deleted_at: moment };
const mark = "2024-05-01T10:00:00.5+02:00";
const marked = "2024-05-01T08:00:00.500000";

/** Rows with what marks them as deleted. */
async function markedRows(test: TestSchema, table: string): Promise<readonly unknown[]> {
  const rows = await test.query(`SELECT ID, NAME, _SDC_DELETED_AT FROM RAW.$.${table} ORDER BY ID, NAME`);
  return rows.map(({ ID, NAME, _SDC_DELETED_AT: at }) => [Number(ID), NAME, at]);
}

/** Lines in which rows come, are deleted, come again, and are deleted before they ever came. */
const lines = [
  schema("users", properties, ["id"]),
  ...[1, 2, 3].map((id) => record("users", { id, name: "a" })),
  record("users", { id: 2, name: "b", _sdc_deleted_at: mark }),
  record("users", { id: 3, name: "b", _sdc_deleted_at: mark }),
  record("users", { id: 3, name: "c" }),
  record("users", { id: 4, name: "d", _sdc_deleted_at: mark }),
  state(1),
];

describe("rows that the source marks as deleted", () => {
  it.each([
    ["in one batch", 100],
    ["in batches of two", 2],
  ])("go by key within the MERGE with hard_delete, %s", async (_name, batch_size_rows) => {
    const test = await account.schema({ hard_delete: true, batch_size_rows });
    const { statements, states } = await test.load(lines);
    expect(await markedRows(test, "USERS")).toEqual([
      [1, "a", null],
      [3, "c", null],
    ]);
    expect(states.at(-1)).toBe(1);
    const others = beginning(statements, "DELETE", "UPDATE").filter(
      (sql) => !sql.includes("_CHORALE_COMMITS"),
    );
    expect(others).toEqual([]);
  });

  it("stay, with the moment of their deletion in UTC, without hard_delete", async () => {
    const test = await account.schema({ batch_size_rows: 2 });
    await test.load(lines);
    expect(await markedRows(test, "USERS")).toEqual([
      [1, "a", null],
      [2, "b", marked],
      [3, "c", null],
      [4, "d", marked],
    ]);
  });

  it("go by the whole of their key, and only when they were not extracted before the row", async () => {
    const test = await account.schema({ hard_delete: true, add_record_metadata: true });
    const keyed = schema("parts", { a: text, b: text, _sdc_deleted_at: moment }, ["a", "b"]);
    const at = (time: string) => ({ time_extracted: `2024-05-01T${time}Z` });
    await test.load([
      keyed,
      record("parts", { a: "x,y", b: "z" }, at("10:00:00")),
      record("parts", { a: "x", b: "y,z" }, at("10:00:00")),
      record("parts", { a: "newer", b: "" }, at("10:00:00")),
      state(1),
    ]);
    await test.load([
      keyed,
      record("parts", { a: "x,y", b: "z", _sdc_deleted_at: mark }, at("10:00:01")),
      record("parts", { a: "newer", b: "", _sdc_deleted_at: mark }, at("09:59:59")),
      state(2),
    ]);
    expect(await test.rows("PARTS")).toEqual(['["newer",""]', '["x","y,z"]']);
  });
});

const versioned = ["first", "last", "both", "other"];

/** Four tables, each with rows of version 1, of version 2, and of none. */
async function withVersions(settings: Readonly<Record<string, unknown>>): Promise<TestSchema> {
  const test = await account.schema(settings);
  const columns = `ID NUMBER(38,0), NAME VARCHAR, _SDC_DELETED_AT TIMESTAMP_NTZ, _SDC_TABLE_VERSION NUMBER(38,0)`;
  for (const stream of versioned) {
    await test.query(`CREATE TABLE RAW.$.${stream} (${columns})`);
    await test.query(
      `INSERT INTO RAW.$.${stream} SELECT 1, 'old', NULL, 1 UNION ALL SELECT 2, 'of none', NULL, NULL UNION ALL SELECT 3, 'gone before', '2020-01-01', 1`,
    );
  }
  return test;
}

/** The streams' lines in turn; the message comes before, after, and on both sides of its stream's records. */
const versionLines = [
  ...versioned.map((stream) => schema(stream, { id: integer, name: text }, ["id"])),
  activate("first", 2),
  activate("both", 2),
  ...versioned.map((stream) => record(stream, { id: 1, name: "new" }, { version: 2 })),
  ...versioned.map((stream) => record(stream, { id: 4, name: "new" }, { version: 2 })),
  activate("last", 2),
  activate("both", 2),
  record("both", { id: 5, name: "behind" }, { version: 2 }),
  state(2),
];
const newRows = [
  [1, "new", null],
  [4, "new", null],
];

describe("rows of a version before the active one", () => {
  it.each([
    ["in one batch", 100],
    ["in batches of one", 1],
  ])("go with hard_delete, of the stream alone that says so: %s", async (_name, batch_size_rows) => {
    const test = await withVersions({ hard_delete: true, batch_size_rows });
    await test.load(versionLines);
    expect(await markedRows(test, "FIRST")).toEqual(newRows);
    expect(await markedRows(test, "LAST")).toEqual(newRows);
    expect(await markedRows(test, "BOTH")).toEqual([...newRows, [5, "behind", null]]);
    expect(await markedRows(test, "OTHER")).toEqual([
      [1, "new", null],
      [2, "of none", null],
      [3, "gone before", "2020-01-01T00:00:00.000000"],
      [4, "new", null],
    ]);
  });

  it("are marked without hard_delete, those that were marked before keep their moment", async () => {
    const test = await withVersions({ parallelism: 1 });
    const before = Date.now();
    const { statements } = await test.load(versionLines);
    const rows = await test.query("SELECT ID, _SDC_DELETED_AT FROM RAW.$.LAST ORDER BY ID");
    expect(rows.map(({ ID }) => ID)).toEqual([1n, 2n, 3n, 4n]);
    const [, old, gone] = rows.map(({ _SDC_DELETED_AT: at }) => at);
    const markedAt = Date.parse(`${String(old)}Z`);
    expect(markedAt).toBeGreaterThanOrEqual(before - 1);
    expect(markedAt).toBeLessThanOrEqual(Date.now() + 1);
    expect(gone).toBe("2020-01-01T00:00:00.000000");
    expect(rows.filter(({ _SDC_DELETED_AT: at }) => at === null).map(({ ID }) => ID)).toEqual([1n, 4n]);
    // The rows of the new version come in the transaction in which the old ones end.
    const updates = statements.flatMap((sql, index) => {
      const table = /^UPDATE (\S+) SET "_SDC_DELETED_AT"/.exec(sql)?.[1];
      return table === undefined ? [] : [{ table, index }];
    });
    const loads = updates.map(({ table, index }) => {
      const begin = statements.slice(0, index).findLastIndex((sql) => sql.startsWith("BEGIN"));
      const before = beginning(statements.slice(begin, index), "MERGE", "COMMIT");
      return before.map((sql) => sql.split(" ").slice(0, 3).join(" ").replace(table, "@"));
    });
    expect(loads).toEqual([["MERGE INTO @"], ["MERGE INTO @"], ["MERGE INTO @"]]);
  });

  it("stay where messages of versions are left out, and one line says so", async () => {
    const test = await withVersions({ hard_delete: true, process_activate_version_messages: false });
    const { log } = await test.load(versionLines);
    expect(await markedRows(test, "LAST")).toHaveLength(4);
    expect(log.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      "ACTIVATE_VERSION messages are left out: process_activate_version_messages is off",
    ]);
  });
});
