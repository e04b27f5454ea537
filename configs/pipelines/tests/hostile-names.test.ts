import { duckdbDialect, targetDuckdb } from "@chorale/target-duckdb";
import type { Dialect } from "@chorale/target-sdk/sql";
import { snowflakeDialect, targetSnowflake } from "@chorale/target-snowflake";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Token, tokensOf } from "./support/sql-tokens.ts";
import { type Names, statementKinds } from "./support/statement-kinds.ts";
import { snowflake, snowflakeWarehouse } from "./support/warehouses.ts";
import { query, testFolder } from "./support/workspace.ts";

const tame: Names = {
  catalog: "tamea",
  schema: "tameb",
  table: "tamec",
  key: "tamed",
  value: "tamee",
  description: "tamef",
  state: "tameg",
};
const { fold: snowflakeFold } = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
const dialects = [
  duckdbDialect,
  snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false }),
  snowflakeDialect({ timestampType: "TIMESTAMP_TZ", transient: true }),
];

const nasty = ['"', '""', "'", "''", "\\", "\\'", '\\"', ";", "--", "/*", "*/", "//", "$$", "$1", "?", ":1"];
const nastier = ["\n", "\r", "\u2028", "@~", "%", "`", "{", "}", ".", ",", ")", "(", " ", "x", "Ä", "😀"];
const hostileName = fc
  .array(fc.oneof(fc.constantFrom(...nasty, ...nastier), fc.string({ unit: "binary", maxLength: 4 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join("").replaceAll("\0", ""))
  .filter((name) => name !== "");
const hostileNames = fc
  .uniqueArray(hostileName, {
    minLength: 7,
    maxLength: 7,
    selector: (name) => name.toLowerCase().toUpperCase(),
  })
  .map(
    ([catalog = "", schema = "", table = "", key = "", value = "", description = "", state = ""]): Names => ({
      catalog,
      schema,
      table,
      key,
      value,
      description,
      state,
    }),
  );

/** Puts other names in place of the tame ones, in what a statement says and not in how it is said. */
function renamed(value: string, { names, dialect }: { names: Names; dialect: Dialect }): string {
  const pairs = Object.entries(tame).flatMap(([place, from]): [string, string][] => {
    const to = Object.entries(names).find(([name]) => name === place)?.[1] ?? "";
    return [
      [from, to],
      [dialect.fold(from), dialect.fold(to)],
    ];
  });
  const found = new Map(pairs);
  const pattern = new RegExp(pairs.map(([from]) => from).join("|"), "g");
  return value.replaceAll(pattern, (from) => found.get(from) ?? from);
}

function renamedTokens(
  tokens: readonly Token[],
  context: { names: Names; dialect: Dialect },
): readonly Token[] {
  return tokens.map((token) =>
    token.kind === "code" ? token : { ...token, value: renamed(token.value, context) },
  );
}

describe.each(dialects)("statements in $name's SQL", (dialect) => {
  it("say the same with hostile names as with tame ones, and nothing more", () => {
    fc.assert(
      fc.property(hostileNames, (names) => {
        const usual = statementKinds(dialect, tame);
        for (const [kind, statements] of Object.entries(statementKinds(dialect, names))) {
          const expected = usual[kind] ?? [];
          expect(statements.map(({ sql }) => tokensOf(sql, dialect.name))).toEqual(
            expected.map(({ sql }) => renamedTokens(tokensOf(sql, dialect.name), { names, dialect })),
          );
          expect(statements.map(({ values }) => values)).toEqual(
            expected.map(({ values }) => values?.map((value) => renamed(value, { names, dialect }))),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

function messagesFor({ table: stream, key, value, description }: Names): Buffer {
  const properties = Object.fromEntries([
    [key, { type: "integer" }],
    [value, { type: ["null", "string"], description }],
  ]);
  const record = Object.fromEntries([
    [key, 1],
    [value, `${value} and more`],
  ]);
  const messages = [
    { type: "SCHEMA", stream, schema: { type: "object", properties }, key_properties: [key] },
    { type: "RECORD", stream, record },
    { type: "STATE", value: { [key]: 1 } },
  ];
  return Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
}

const runs: readonly (Names & { name: string })[] = [
  {
    name: "quotes",
    schema: 's"',
    table: `t"'`,
    key: `"k'`,
    value: `'; DROP TABLE x; --`,
    description: `it's "`,
  },
  {
    name: "backslashes",
    schema: "s\\",
    table: "t\\'",
    key: "k\\",
    value: "\\' OR 1=1 --",
    description: "\\",
  },
  { name: "comments", schema: "s--", table: "t/*", key: "k*/", value: "// $$ v", description: "*/ $$ --" },
  { name: "marks", schema: "s?", table: "../t@~", key: ":1", value: "$1:x", description: "? :1 {{table}}" },
  { name: "lines", schema: "s\n", table: "t\r\n", key: "k\u2028", value: "v\t`", description: "a\nb" },
].map((names) => ({ ...names, catalog: "RAW", state: "s" }));

/** What is left of a statement without all that may come from outside. */
function skeleton(sql: string): string {
  return tokensOf(sql, "Snowflake")
    .map(({ kind, value }) => (kind === "code" ? value : `<${kind}>`))
    .join("");
}

function quotedPlace(...parts: readonly string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

describe("whole runs with hostile names", () => {
  it("end in both warehouses, and Snowflake is told nothing else", { timeout: 60_000 }, async () => {
    const standIn = await snowflake();
    const { config, secrets } = snowflakeWarehouse(standIn);
    const load = async (names: Names): Promise<readonly string[]> => {
      const from = standIn.statements.length;
      const settings = { default_target_schema: quotedPlace(names.schema), add_record_metadata: false };
      await targetSnowflake.run([messagesFor(names)], { config: { ...config, ...secrets, ...settings } });
      return standIn.statements.slice(from).map(({ sql }) => sql);
    };
    const usual = new Set((await load(tame)).map(skeleton));
    for (const { name, ...names } of runs) {
      const told = await load(names);
      expect(
        told.filter((sql) => !usual.has(skeleton(sql))),
        name,
      ).toEqual([]);
      const [put = ""] = told.filter((sql) => sql.startsWith("PUT"));
      const [file, stage] = tokensOf(put, "Snowflake").filter(({ kind }) => kind === "text");
      expect(file?.value, name).toBe("file://0001.json.zst");
      expect(
        tokensOf(stage?.value ?? "", "Snowflake").map(({ kind }) => kind),
        name,
      ).toEqual(["stage"]);

      const table = names.table.replaceAll(/[.\- ]/g, "_");
      const place = quotedPlace("RAW", names.schema, snowflakeFold(table));
      const stored = await standIn.query(`SELECT * FROM ${place}`);
      expect(stored.map(Object.values), name).toEqual([[1n, `${names.value} and more`]]);

      const path = testFolder().path("w.duckdb");
      const settings = { path, default_target_schema: names.schema, add_record_metadata: false };
      await targetDuckdb.run([messagesFor(names)], { config: settings });
      const rows = await query(path, `SELECT * FROM ${quotedPlace(names.schema, table)}`);
      expect(rows.map(Object.values), name).toEqual([["1", `${names.value} and more`]]);
    }
  });
});
