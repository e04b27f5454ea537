import type { CommitStep } from "@chorale/target-sdk";
import { describe, expect, it } from "vitest";
import { type TestSession, testSession } from "./duckdb-session.ts";

const properties = { id: { type: "integer" }, v: { type: ["null", "string"] } };
const keyed = { properties, keys: ["id"] };
const rows = (test: TestSession): Promise<unknown> =>
  test.query('SELECT id, v FROM "users" ORDER BY id, rowid');

describe("append-only", () => {
  it("adds every record, duplicates of a key too", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    const batch = {
      records: [
        { id: 1, v: "a" },
        { id: 1, v: "b" },
      ],
      loadMethod: "append-only" as const,
    };
    await test.load(shape, batch);
    await test.load(shape, batch);
    expect(await rows(test)).toEqual([
      ["1", "a"],
      ["1", "b"],
      ["1", "a"],
      ["1", "b"],
    ]);
  });
});

describe("upsert", () => {
  it("keeps the last line of each key within a batch, and replaces rows of earlier batches", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    await test.load(shape, {
      records: [
        { id: 1, v: "a" },
        { id: 2, v: "b" },
        { id: 1, v: "c" },
      ],
    });
    await test.load(shape, {
      records: [
        { id: 2, v: null },
        { id: 3, v: "e" },
      ],
    });
    expect(await rows(test)).toEqual([
      ["1", "c"],
      ["2", null],
      ["3", "e"],
    ]);
  });

  it.each([
    ["whole rows, by DELETE and INSERT", ""],
    [
      "rows of a table with another column, by MERGE",
      "ALTER TABLE \"users\" ADD COLUMN note VARCHAR DEFAULT 'mine'",
    ],
  ])("keeps the last of 50,000 lines of 1,000 keys: %s", async (_name, sql) => {
    const test = await testSession();
    await test.prepare(keyed);
    if (sql !== "") await test.query(sql);
    const shape = await test.prepare(keyed);
    const records = Array.from({ length: 50_000 }, (_, index) => ({ id: index % 1000, v: `v${index}` }));
    await test.load(shape, { records });
    await test.load(shape, { records: records.map(({ id, v }) => ({ id, v: `${v}!` })) });
    expect(
      await test.query(
        "SELECT count(*), count(DISTINCT id), count(*) FILTER (v = 'v' || (49000 + id) || '!') FROM \"users\"",
      ),
    ).toEqual([["1000", "1000", "1000"]]);
  });

  it("leaves the columns of others as they are", async () => {
    const test = await testSession();
    await test.query('CREATE TABLE "users" (id BIGINT, v VARCHAR, note VARCHAR)');
    await test.query("INSERT INTO \"users\" VALUES (1, 'old', 'mine')");
    const shape = await test.prepare(keyed);
    await test.load(shape, {
      records: [
        { id: 1, v: "new" },
        { id: 2, v: "b" },
      ],
    });
    expect(await test.query('SELECT * FROM "users" ORDER BY id')).toEqual([
      ["1", "new", "mine"],
      ["2", "b", null],
    ]);
  });

  it("goes by all key properties, falsy ones and texts with separators too", async () => {
    const test = await testSession();
    const shape = await test.prepare({
      properties: {
        a: { type: "string" },
        b: { type: "string" },
        c: { type: "boolean" },
        n: { type: "integer" },
      },
      keys: ["a", "b", "c"],
    });
    await test.load(shape, {
      records: [
        { a: "x,y", b: "z", c: false, n: 1 },
        { a: "x", b: "y,z", c: false, n: 2 },
        { a: "", b: "", c: false, n: 3 },
        { a: "", b: "", c: true, n: 4 },
        { a: "", b: "", c: false, n: 0 },
      ],
    });
    expect(await test.query('SELECT a, b, c, n FROM "users" ORDER BY n')).toEqual([
      ["", "", false, "0"],
      ["x,y", "z", false, "1"],
      ["x", "y,z", false, "2"],
      ["", "", true, "4"],
    ]);
  });

  it("works where every column is a key", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties, keys: ["id", "v"] });
    await test.load(shape, {
      records: [
        { id: 1, v: "a" },
        { id: 1, v: "a" },
      ],
    });
    await test.load(shape, {
      records: [
        { id: 1, v: "a" },
        { id: 1, v: "b" },
      ],
    });
    expect(await rows(test)).toEqual([
      ["1", "a"],
      ["1", "b"],
    ]);
  });

  it.each([
    ["a primary key", "id BIGINT PRIMARY KEY, v VARCHAR"],
    ["a primary key and another column", "id BIGINT PRIMARY KEY, v VARCHAR, note VARCHAR"],
    ["a unique column", "id BIGINT, v VARCHAR UNIQUE"],
  ])("replaces rows of a table that has %s", async (_name, columns) => {
    const test = await testSession();
    await test.query(`CREATE TABLE "users" (${columns})`);
    await test.query("INSERT INTO \"users\" (id, v) VALUES (1, 'a'), (2, 'b')");
    const shape = await test.prepare(keyed);
    await test.load(shape, {
      records: [
        { id: 2, v: "c" },
        { id: 3, v: "d" },
      ],
    });
    await test.load(shape, { records: [{ id: 2, v: "e" }] });
    expect(await rows(test)).toEqual([
      ["1", "a"],
      ["2", "e"],
      ["3", "d"],
    ]);
  });
});

describe("older and newer", () => {
  const at = (second: number): string => `2024-05-01T10:00:0${second}Z`;
  const moved: readonly [name: string, sql: string][] = [
    ["whole rows", ""],
    ["a table with another column", 'ALTER TABLE "users" ADD COLUMN note VARCHAR'],
  ];

  it.each(moved)("a smaller _sdc_extracted_at never replaces a greater one: %s", async (_name, sql) => {
    const test = await testSession();
    await test.prepare({ ...keyed, metadata: true });
    if (sql !== "") await test.query(sql);
    const shape = await test.prepare({ ...keyed, metadata: true });
    await test.load(shape, {
      records: [
        { id: 1, v: "at 5" },
        { id: 2, v: "at 5" },
      ],
      extractedAt: at(5),
    });
    await test.load(shape, {
      records: [
        { id: 1, v: "at 4" },
        { id: 3, v: "at 4" },
      ],
      extractedAt: at(4),
    });
    await test.load(shape, { records: [{ id: 2, v: "at 5 again" }], extractedAt: at(5) });
    expect(await rows(test)).toEqual([
      ["1", "at 5"],
      ["2", "at 5 again"],
      ["3", "at 4"],
    ]);
  });

  it("a record without a moment replaces, and is replaced", async () => {
    const test = await testSession();
    const shape = await test.prepare({ ...keyed, metadata: true });
    await test.load(shape, { records: [{ id: 1, v: "at 5" }], extractedAt: at(5) });
    await test.load(shape, { records: [{ id: 1, v: "no moment" }] });
    expect(await rows(test)).toEqual([["1", "no moment"]]);
    await test.load(shape, { records: [{ id: 1, v: "at 1" }], extractedAt: at(1) });
    expect(await rows(test)).toEqual([["1", "at 1"]]);
  });

  it("within a batch the later line wins, whenever it was extracted", async () => {
    const test = await testSession();
    const shape = await test.prepare({ ...keyed, metadata: true });
    const line = (v: string, moment: string): string =>
      `{"record":{"id":1,"v":"${v}"},"time_extracted":"${moment}"}\n`;
    await test.load(shape, { files: [{ bytes: line("at 5", at(5)) + line("at 4", at(4)), rows: 2 }] });
    expect(await rows(test)).toEqual([["1", "at 4"]]);
  });

  it("without metadata the later batch wins", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    await test.load(shape, { records: [{ id: 1, v: "at 5" }], extractedAt: at(5) });
    await test.load(shape, { records: [{ id: 1, v: "at 4" }], extractedAt: at(4) });
    expect(await rows(test)).toEqual([["1", "at 4"]]);
  });
});

describe("metadata", () => {
  it("says of each row when it was extracted, received and loaded", async () => {
    const test = await testSession();
    const shape = await test.prepare({ ...keyed, metadata: true });
    await test.load(shape, {
      records: [{ id: 1, v: "a" }],
      extractedAt: "2024-05-01T12:00:00.250000+02:00",
      version: 1_714_557_600_123,
    });
    expect(await test.query('SELECT * FROM "users"')).toEqual([
      [
        "1",
        "a",
        "2024-05-01 10:00:00.25",
        "2024-05-01 10:00:01.5",
        "2024-05-01 10:00:02",
        null,
        "1714557602000",
        "1714557600123",
        "1714557600000",
      ],
    ]);
    expect(
      await test.query(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'users' ORDER BY column_index",
      ),
    ).toEqual([
      ["id", "BIGINT"],
      ["v", "VARCHAR"],
      ["_sdc_extracted_at", "TIMESTAMP"],
      ["_sdc_received_at", "TIMESTAMP"],
      ["_sdc_batched_at", "TIMESTAMP"],
      ["_sdc_deleted_at", "TIMESTAMP"],
      ["_sdc_sequence", "BIGINT"],
      ["_sdc_table_version", "BIGINT"],
      ["_sdc_sync_started_at", "BIGINT"],
    ]);
  });

  it("keeps the target's own columns from a source that names them, and says so once", async () => {
    const test = await testSession();
    const spec = { properties: { ...properties, _sdc_batched_at: { type: "string" } }, metadata: true };
    const shape = await test.prepare(spec);
    await test.prepare(spec);
    await test.load(shape, { texts: ['{"id":1,"_sdc_batched_at":"mine"}'] });
    expect(await test.query('SELECT _sdc_batched_at FROM "users"')).toEqual([["2024-05-01 10:00:02"]]);
    expect(test.warnings).toEqual([
      "users: _sdc_batched_at of the source is not stored: the target fills the column of that name. Set add_record_metadata to false to store the source's.",
    ]);
  });

  it("stores what the source says under those names when there is no metadata", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { ...properties, _sdc_batched_at: { type: "string" } } });
    await test.load(shape, { texts: ['{"id":1,"v":"a","_sdc_batched_at":"mine"}'] });
    expect(await test.query('SELECT * FROM "users"')).toEqual([["1", "a", "mine"]]);
  });
});

describe("deleted rows", () => {
  const deleted = { id: 1, v: null, _sdc_deleted_at: "2024-05-01T11:00:00Z" };

  it.each([
    [
      "named in the schema",
      { ...properties, _sdc_deleted_at: { type: ["null", "string"], format: "date-time" } },
    ],
    ["not named in the schema", properties],
  ])("are marked by a mark %s", async (_name, columns) => {
    const test = await testSession();
    const shape = await test.prepare({ properties: columns, keys: ["id"], metadata: true });
    await test.load(shape, {
      records: [
        { id: 1, v: "a" },
        { id: 2, v: "b" },
      ],
    });
    await test.load(shape, { records: [deleted] });
    expect(await test.query('SELECT id, v, _sdc_deleted_at FROM "users" ORDER BY id')).toEqual([
      ["1", null, "2024-05-01 11:00:00"],
      ["2", "b", null],
    ]);
    await test.load(shape, { records: [{ id: 1, v: "back" }] });
    expect(await test.query('SELECT v, _sdc_deleted_at FROM "users" WHERE id = 1')).toEqual([["back", null]]);
  });

  it.each([
    ["with metadata", true, properties],
    ["without metadata", false, properties],
    ["without metadata, named in the schema", false, { ...properties, _sdc_deleted_at: { type: "string" } }],
  ])("are removed with hard_delete, %s", async (_name, metadata, columns) => {
    const test = await testSession();
    const shape = await test.prepare({ properties: columns, keys: ["id"], metadata });
    await test.load(shape, {
      records: [
        { id: 1, v: "a" },
        { id: 2, v: "b" },
      ],
      hardDelete: true,
    });
    await test.load(shape, {
      records: [deleted, { id: 3, v: "c" }, { ...deleted, id: 3 }, { ...deleted, id: 4 }, { id: 4, v: "d" }],
      hardDelete: true,
    });
    expect(await rows(test)).toEqual([
      ["2", "b"],
      ["4", "d"],
    ]);
  });

  it("are not removed by an older record", async () => {
    const test = await testSession();
    const shape = await test.prepare({ ...keyed, metadata: true });
    await test.load(shape, { records: [{ id: 1, v: "a" }], extractedAt: "2024-05-01T10:00:05Z" });
    await test.load(shape, { records: [deleted], hardDelete: true, extractedAt: "2024-05-01T10:00:04Z" });
    expect(await rows(test)).toEqual([["1", "a"]]);
  });
});

type LoadStep = Extract<CommitStep, { kind: "load" }>;

describe("commits", () => {
  const staged = async (test: TestSession, batch: Parameters<TestSession["stage"]>): Promise<LoadStep> => {
    const answer = await test.stage(...batch);
    if ("refused" in answer) throw new Error(answer.refused);
    return { kind: "load", staged: answer };
  };

  it("apply batches in their order, after the rows that they replace are gone", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    await test.load(shape, { records: [{ id: 9, v: "former" }] });
    const batches = [
      await staged(test, [shape, { records: [{ id: 1, v: "a" }], loadMethod: "overwrite" }]),
      await staged(test, [
        shape,
        {
          records: [
            { id: 1, v: "b" },
            { id: 2, v: "c" },
          ],
          loadMethod: "overwrite",
        },
      ]),
    ];
    const { rows: loaded } = await test.commit([{ kind: "replace", shape }, ...batches]);
    expect(await rows(test)).toEqual([
      ["1", "b"],
      ["2", "c"],
    ]);
    expect([...loaded]).toEqual([["users", 3]]);
    expect(
      await test.query("SELECT count(*) FROM duckdb_tables() WHERE database_name LIKE '% staging'"),
    ).toEqual([["0"]]);
  });

  it("replace the rows of a table with a primary key", async () => {
    const test = await testSession();
    await test.query('CREATE TABLE "users" (id BIGINT PRIMARY KEY, v VARCHAR)');
    await test.query("INSERT INTO \"users\" VALUES (1, 'a'), (2, 'b')");
    const shape = await test.prepare(keyed);
    const batch = {
      records: [
        { id: 2, v: "c" },
        { id: 3, v: "d" },
      ],
      loadMethod: "overwrite" as const,
    };
    await test.load(shape, batch, { before: [{ kind: "replace", shape }] });
    expect(await rows(test)).toEqual([
      ["2", "c"],
      ["3", "d"],
    ]);
  });

  it("apply versions between the batches that they came between", async () => {
    const test = await testSession();
    const shape = await test.prepare({ ...keyed, metadata: true });
    const one = await staged(test, [shape, { records: [{ id: 1, v: "old" }], version: 1 }]);
    const two = await staged(test, [shape, { records: [{ id: 2, v: "without" }] }]);
    await test.commit([one, { kind: "activate", shape, version: 2, hardDelete: true }, two]);
    expect(await rows(test)).toEqual([["2", "without"]]);
  });

  it("are undone as a whole when one statement fails, and the error names table and rows", async () => {
    const test = await testSession();
    await test.query('CREATE TABLE "strict" (id BIGINT, v VARCHAR NOT NULL)');
    const users = await test.prepare(keyed);
    const strict = await test.prepare({ ...keyed, stream: "strict" });
    const batches = [
      await staged(test, [users, { records: [{ id: 1, v: "a" }] }]),
      await staged(test, [
        strict,
        {
          records: [
            { id: 1, v: null },
            { id: 2, v: "b" },
          ],
        },
      ]),
    ];
    await expect(test.commit(batches)).rejects.toMatchObject({
      name: "LoadError",
      stream: "strict",
      table: "main.strict",
      rowCount: 2,
      message:
        "cannot load 2 rows into main.strict: Constraint Error: NOT NULL constraint failed: strict.v. Nothing of it was committed.",
    });
    expect(await rows(test)).toEqual([]);
    await test.commit(batches.slice(0, 1));
    expect(await rows(test)).toEqual([["1", "a"]]);
  });

  it("forget a batch that is discarded", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    const batch = await staged(test, [shape, { records: [{ id: 1, v: "a" }] }]);
    await test.session.discard(batch.staged);
    await test.session.discard(batch.staged);
    await expect(test.commit([batch])).rejects.toMatchObject({ name: "LoadError", exitCode: 75 });
  });

  it("load a batch that was staged before its table was widened", async () => {
    const test = await testSession();
    const shape = await test.prepare({
      properties: { id: { type: "integer" }, v: { type: "integer" } },
      keys: ["id"],
    });
    const before = await staged(test, [shape, { records: [{ id: 1, v: 7 }] }]);
    const wider = await test.prepare({
      properties: { id: { type: "string" }, v: { type: "object" }, w: { type: "string" } },
      keys: ["id"],
    });
    const after = await staged(test, [
      wider,
      {
        records: [
          { id: "1", v: { a: 1 }, w: "x" },
          { id: "2", v: {}, w: "y" },
        ],
      },
    ]);
    await test.commit([before]);
    expect(await test.query('SELECT id, v, w FROM "users"')).toEqual([["1", "7", null]]);
    await test.commit([after]);
    expect(await test.query('SELECT id, v, w FROM "users" ORDER BY id')).toEqual([
      ["1", '{"a":1}', "x"],
      ["2", "{}", "y"],
    ]);
  });
});

describe("versions", () => {
  const load = async (test: TestSession): Promise<Parameters<TestSession["load"]>[0]> => {
    const shape = await test.prepare({ ...keyed, metadata: true });
    await test.load(shape, { records: [{ id: 1, v: "none" }] });
    await test.load(shape, { records: [{ id: 2, v: "one" }], version: 1 });
    await test.load(shape, { records: [{ id: 3, v: "two" }], version: 2 });
    await test.load(shape, { records: [{ id: 4, v: "three" }], version: 3 });
    return shape;
  };

  it("remove the rows of smaller versions and those without one, after the batch", async () => {
    const test = await testSession();
    const shape = await load(test);
    const after = [{ kind: "activate", shape, version: 2, hardDelete: true }] as const;
    await test.load(shape, { records: [{ id: 1, v: "two" }], version: 2 }, { after });
    expect(await rows(test)).toEqual([
      ["1", "two"],
      ["3", "two"],
      ["4", "three"],
    ]);
  });

  it("mark them without hard_delete, and leave marks that are there", async () => {
    const test = await testSession();
    const shape = await load(test);
    await test.query("UPDATE \"users\" SET _sdc_deleted_at = TIMESTAMP '2020-01-01' WHERE id = 1");
    await test.commit([{ kind: "activate", shape, version: 2, hardDelete: false }]);
    expect(
      await test.query(
        "SELECT id, _sdc_deleted_at IS NULL, _sdc_deleted_at = TIMESTAMP '2020-01-01', abs(date_diff('minute', _sdc_deleted_at, now()::TIMESTAMP)) < 5 FROM \"users\" ORDER BY id",
      ),
    ).toEqual([
      ["1", false, true, false],
      ["2", false, false, true],
      ["3", true, null, null],
      ["4", true, null, null],
    ]);
  });

  it("are not followed without metadata, which is said once", async () => {
    const test = await testSession();
    const shape = await test.prepare(keyed);
    const after = [{ kind: "activate", shape, version: 2, hardDelete: true }] as const;
    await test.load(shape, { records: [{ id: 1, v: "a" }], version: 1 }, { after });
    await test.load(shape, { records: [{ id: 2, v: "b" }], version: 2 }, { after });
    expect(await rows(test)).toEqual([
      ["1", "a"],
      ["2", "b"],
    ]);
    expect(test.warnings).toEqual([
      "users: ACTIVATE_VERSION is not followed, because add_record_metadata is false: rows of former versions stay in main.users",
    ]);
  });
});
