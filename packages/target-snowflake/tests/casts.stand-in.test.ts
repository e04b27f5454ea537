import { type SnowflakeSandbox, startSnowflake } from "@chorale/sandbox";
import { parseSource } from "@chorale/singer";
import { type ColumnType, convertValue } from "@chorale/target-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectSnowflake, type SnowflakeConnection } from "../src/connection.ts";
import { snowflakeText } from "../src/literals.ts";
import { setSession } from "../src/set-up-statements.ts";
import type { TimestampType } from "../src/stored-types.ts";
import { castValue, guardValue } from "../src/value-casts.ts";
import { logLines } from "./log-lines.ts";
import { loaderSettings, snowflakeConfig } from "./snowflake-settings.ts";

let snowflake: SnowflakeSandbox;
let connection: SnowflakeConnection;

beforeAll(async () => {
  snowflake = await startSnowflake();
  const config = await snowflakeConfig(loaderSettings(snowflake.url));
  connection = await connectSnowflake(config, {
    log: logLines(),
    signal: new AbortController().signal,
    purpose: "load",
    session: [setSession(config)],
  });
});

afterAll(async () => {
  await connection.close();
  await snowflake.close();
});

const integer: ColumnType = { kind: "integer", wide: true };
const double: ColumnType = { kind: "double" };
const timestamp: ColumnType = { kind: "timestamp" };

/** JSON texts of values, of which each type takes some. */
const values: readonly string[] = [
  ...["null", "true", "false", "[]", "{}", "[1]", '{"a":null}', '""', '" "', '"null"', '"\\\\N"', '"true"'],
  ...[
    "0",
    "-0",
    "-1",
    "7",
    "1.0",
    "1.5",
    "-1.5",
    "1.50",
    "0.5",
    "-0.5",
    "0.10",
    "100",
    "1e2",
    "1E+2",
    "1e-7",
    "-0.0",
  ],
  ...[
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
  ],
  ...["-9223372036854775808", "-9223372036854775809", "99999999999999999999999999999999999999"],
  ...["-99999999999999999999999999999999999999", "100000000000000000000000000000000000000"],
  ...["12345678901234567890.123456789", "1234567.891", "1234567.89", "12345678.9", "0.30000000000000004"],
  ...[
    "123456789012345678901234567890123456789012",
    "1.7976931348623157e308",
    "1e400",
    "-1e400",
    "5e-324",
    "1e-400",
  ],
  ...["0.1", "2.2250738585072014e-308", "1.1e1", "179769313486231570000", "3.141592653589793238462643383279"],
  ...[
    '"0"',
    '"-0"',
    '"7"',
    '"-7"',
    '"007"',
    '"+7"',
    '"7."',
    '".7"',
    '"0.7"',
    '"-0.7"',
    '"1e2"',
    '"1.0"',
    '" 7"',
    '"7 "',
  ],
  ...[
    '"9223372036854775808"',
    '"99999999999999999999999999999999999999"',
    '"100000000000000000000000000000000000000"',
  ],
  ...['"1234567.89"', '"12345678.90"', '"1.234"', '"NaN"', '"Infinity"', '"0x10"', '"1_000"', '"٣"'],
  ...[
    '"abcde"',
    '"abcdef"',
    '"äöüß€"',
    '"🙂🙂🙂🙂🙂"',
    '"🙂🙂🙂🙂🙂🙂"',
    '"it\'s \\"so\\" \\\\ \\n\\t"',
    '"\\u00e4"',
    '"\\u2028"',
  ],
  ...["2024-05-01", "2024-02-29", "2023-02-29", "2023-02-30", "2023-04-31", "1900-02-29", "2000-02-29"].map(
    quoted,
  ),
  ...[
    "0001-01-01",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "2024-5-1",
    "2024-13-01",
    "2024-00-10",
    "20240501",
  ].map(quoted),
  ...["2024-05-01T10:20:30", "2024-05-01 10:20:30", "2024-05-01T10:20:30Z", "2024-05-01t10:20:30z"].map(
    quoted,
  ),
  ...["2024-05-01T10:20:30.1Z", "2024-05-01T10:20:30.123456Z", "2024-05-01T10:20:30.1234567Z"].map(quoted),
  ...["2024-05-01T10:20:30.999999999Z", "2024-05-01T23:59:59.9999999Z", "1969-12-31T23:59:59.9999999Z"].map(
    quoted,
  ),
  ...["2024-05-01T10:20:30.1234567891Z", "2024-05-01T10:20:30.Z", "2024-05-01T10:20Z", "2024-05-01T10"].map(
    quoted,
  ),
  ...["2024-05-01T10:20:30+00:00", "2024-05-01T10:20:30-00:00", "2024-05-01T10:20:30+0000"].map(quoted),
  ...["2024-05-01T10:20:30+05:30", "2024-05-01T10:20:30+0530", "2024-05-01 10:20:30.5-0800"].map(quoted),
  ...["2024-05-01T10:20:30+05", "2024-05-01T10:20:30+14:59", "2024-05-01T10:20:30+15:00"].map(quoted),
  ...["2024-05-01T10:20:60Z", "2024-05-01T24:00:00Z", "2024-05-01T25:00:00Z", "2024-05-01T10:60:00Z"].map(
    quoted,
  ),
  ...["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59.999999Z"].map(quoted),
  ...["9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59+00:00", "1000-01-01T00:30:00+01:00"].map(quoted),
  ...["1582-10-10T00:00:00Z", "1969-12-31T23:59:59Z", "2024-05-01T00:00:00Z", "2024-03-31T02:30:00"].map(
    quoted,
  ),
  ...[
    "10:20:30",
    "10:20:30.5",
    "10:20:30.123456789",
    "23:59:59.9999999",
    "24:00:00",
    "10:20",
    "10:20:30Z",
  ].map(quoted),
  ...["10:20:30+01:00", "10:20:60", "1714557600", "May 1, 2024", "2024-05-01T10:20:30 Europe/Berlin"].map(
    quoted,
  ),
];

function quoted(text: string): string {
  return JSON.stringify(text);
}

interface Outcome {
  readonly json: string;
  /** Of the value's cast; undefined where it was refused. */
  readonly text: string | null | undefined;
}

/** Loads values as a commit does: guards first, casts of what they let through. */
async function loaded(
  jsons: readonly string[],
  {
    type,
    declared = type,
    timestampType = "TIMESTAMP_NTZ",
    isGuarded = true,
  }: { type: ColumnType; declared?: ColumnType; timestampType?: TimestampType; isGuarded?: boolean },
): Promise<readonly Outcome[]> {
  const table = '"RAW"."PUBLIC"."_CASTS"';
  const run = (sql: string) => connection.execute({ sql });
  await run(`CREATE OR REPLACE TEMPORARY TABLE ${table} ("_ROW" NUMBER(38,0), "c0" VARIANT)`);
  const rows = jsons.map((json, index) => `SELECT ${index}, TRY_PARSE_JSON(${snowflakeText(json)})`);
  await run(`INSERT INTO ${table} ${rows.join(" UNION ALL ")}`);
  // What is no JSON to Snowflake fails its COPY.
  await run(`DELETE FROM ${table} WHERE "c0" IS NULL`);
  const bad = isGuarded ? guardValue('"c0"', { type, declared }) : undefined;
  if (bad !== undefined) await run(`DELETE FROM ${table} WHERE ${bad}`);
  const cast = castValue('"c0"', { type, timestampType });
  const answer = await run(`SELECT "_ROW", ${textOf(cast, type)} FROM ${table}`);
  const texts = new Map(answer.rows.map(([row = null, text = null]) => [Number(row), text]));
  return jsons.map((json, index) => ({ json, text: texts.get(index) }));
}

function textOf(cast: string, { kind }: ColumnType): string {
  switch (kind) {
    case "timestamp":
      return `TO_VARCHAR(${cast}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')`;
    case "time":
      return `TO_VARCHAR(${cast}, 'HH24:MI:SS.FF9')`;
    case "date":
      return `TO_VARCHAR(${cast}, 'YYYY-MM-DD')`;
    case "json":
      return `TO_JSON(${cast})`;
    default:
      return cast;
  }
}

/** What the rewriting lane writes for a value, as the text of the column; undefined where it refuses it. */
function expected(json: string, type: ColumnType, declared: ColumnType = type): string | null | undefined {
  const source = parseSource(json);
  if (source === null) return null;
  const converted = convertValue(
    source,
    declared.kind === "integer" && type.kind === "double" ? declared : type,
  );
  if (!("json" in converted)) return undefined;
  const written: unknown = JSON.parse(converted.json);
  switch (type.kind) {
    case "timestamp":
      return String(written).replace("Z", "000+00:00");
    case "time":
      return `${String(written)}000`;
    case "boolean":
      return String(written).toUpperCase();
    case "json":
      return converted.json;
    default:
      return String(written);
  }
}

function isSame(text: string | null, wanted: string | null, { kind }: ColumnType): boolean {
  if (text === null || wanted === null) return text === wanted;
  // A VARIANT has one zero only.
  if (kind === "double") return Number(text) === Number(wanted);
  if (kind === "decimal" || kind === "integer") return plainNumber(text) === plainNumber(wanted);
  return text === wanted;
}

function plainNumber(text: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = fraction.replace(/0+$/, "");
  return /^-?0*$/.test(whole) && digits === "" ? "0" : `${whole}.${digits}`;
}

const types: readonly [name: string, type: ColumnType, declared?: ColumnType][] = [
  ["integers", integer],
  ["integers of 64 bits", { kind: "integer", wide: false }],
  ["doubles", double],
  ["doubles from integers", double, { kind: "integer", wide: true }],
  ["decimals", { kind: "decimal", precision: 9, scale: 2 }],
  ["decimals of 38 digits", { kind: "decimal", precision: 38, scale: 9 }],
  ["decimals below 1", { kind: "decimal", precision: 4, scale: 4 }],
  ["truth values", { kind: "boolean" }],
  ["texts of 5 characters", { kind: "string", maxLength: 5 }],
  ["moments", timestamp],
  ["dates", { kind: "date" }],
  ["times", { kind: "time" }],
];

describe("values that are loaded as they came", () => {
  it.each(types)("%s are what the rewriting lane would write, or refused", async (_name, type, declared) => {
    const outcomes = await loaded(values, { type, ...(declared === undefined ? {} : { declared }) });
    const wrong = outcomes.flatMap(({ json, text }) => {
      if (text === undefined) return [];
      const wanted = expected(json, type, declared);
      return wanted !== undefined && isSame(text, wanted, type) ? [] : [{ json, text, wanted }];
    });
    expect(wrong).toEqual([]);
    expect(outcomes.find(({ json }) => json === "null")?.text).toBeNull();
  });

  it.each<[name: string, type: ColumnType, taken: readonly string[]]>([
    [
      "integers",
      integer,
      [
        "0",
        "-1",
        "7",
        "9007199254740993",
        "-9223372036854775809",
        "99999999999999999999999999999999999999",
        '"7"',
        '"-7"',
        '"99999999999999999999999999999999999999"',
      ],
    ],
    [
      "integers of 64 bits",
      { kind: "integer", wide: false },
      ["0", "-9223372036854775808", "9223372036854775807", '"7"'],
    ],
    [
      "doubles",
      double,
      [
        "0",
        "1.5",
        "1e2",
        "0.30000000000000004",
        "5e-324",
        "1.7976931348623157e308",
        "123456789012345678901234567890123456789012",
      ],
    ],
    [
      "decimals",
      { kind: "decimal", precision: 38, scale: 9 },
      ["0", "1.5", "1.50", "-0.5", "12345678901234567890.123456789", '"1234567.89"', '"-0.7"', '"7"'],
    ],
    ["truth values", { kind: "boolean" }, ["true", "false"]],
    [
      "texts",
      { kind: "string" },
      ['""', '"\\\\N"', '"null"', '"it\'s \\"so\\" \\\\ \\n\\t"', '"🙂🙂🙂🙂🙂🙂"'],
    ],
    [
      "moments",
      timestamp,
      [
        "2024-05-01",
        "2024-05-01T10:20:30",
        "2024-05-01 10:20:30",
        "2024-05-01T10:20:30.123456Z",
        "1969-12-31T23:59:59.9999999Z",
        "2024-05-01T10:20:30+0000",
        "2024-05-01 10:20:30.5-0800",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
      ].map(quoted),
    ],
    ["dates", { kind: "date" }, ["2024-02-29", "0001-01-01", "9999-12-31"].map(quoted)],
    ["times", { kind: "time" }, ["10:20:30", "10:20:30.5", "23:59:59.9999999"].map(quoted)],
    ["anything", { kind: "json" }, ["true", "1.5", '"x"', "[]", "{}", '{"a":null}']],
  ])("%s as most sources spell them are not refused", async (_name, type, taken) => {
    const outcomes = await loaded(taken, { type });
    const texts = outcomes.map(({ text }) => text);
    expect(
      texts.map(
        (text, index) => isSame(text ?? null, expected(taken[index] ?? "", type) ?? null, type) || text,
      ),
    ).toEqual(taken.map(() => true));
  });
});

describe("values that were rewritten", () => {
  it.each(types)("%s are read from what the rewriting lane writes", async (_name, type, declared) => {
    const written = values.flatMap((json) => {
      const converted = convertValue(parseSource(json), declared ?? type);
      return "json" in converted && expected(json, type, declared) !== undefined ? [converted.json] : [];
    });
    expect(written.length).toBeGreaterThan(2);
    const outcomes = await loaded(written, { type, isGuarded: false });
    const wrong = outcomes.filter(({ json, text }) => {
      const wanted = expected(json, type, declared);
      return text === undefined || wanted === undefined || !isSame(text, wanted, type);
    });
    expect(wrong).toEqual([]);
  });

  it.each(["TIMESTAMP_TZ", "TIMESTAMP_LTZ"] as const)("moments are UTC in %s", async (timestampType) => {
    const written = ['"2024-05-01T10:20:30+0530"', '"2024-05-01T10:20:30.123456Z"', '"2024-05-01"'];
    const outcomes = await loaded(written, { type: timestamp, timestampType });
    expect(outcomes.map(({ text }) => text)).toEqual([
      "2024-05-01T04:50:30.000000000+00:00",
      "2024-05-01T10:20:30.123456000+00:00",
      "2024-05-01T00:00:00.000000000+00:00",
    ]);
  });

  it("JSON's null is NULL in a VARIANT, also as SQL sees it", async () => {
    const outcomes = await loaded(["null", "[null]"], { type: { kind: "json" } });
    expect(outcomes.map(({ text }) => text)).toEqual([null, "[null]"]);
  });
});
