import { type ColumnType, convertValue, timestampText } from "@chorale/target-sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { castValue, guardValue } from "../src/value-casts.ts";
import { piecesOf } from "./sql-lexer.ts";

const timestampType = "TIMESTAMP_NTZ";
const integer: ColumnType = { kind: "integer", wide: true };
const double: ColumnType = { kind: "double" };
const decimal: ColumnType = { kind: "decimal", precision: 9, scale: 2 };
const timestamp: ColumnType = { kind: "timestamp" };
const date: ColumnType = { kind: "date" };
const time: ColumnType = { kind: "time" };

const moment = String.raw`CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(REGEXP_REPLACE(AS_VARCHAR(v), '([+-][0-9]{2})([0-9]{2})$', '\\1:\\2')))`;

describe("casts", () => {
  it.each<[type: ColumnType, sql: string]>([
    [integer, "CAST(v AS NUMBER(38,0))"],
    [{ kind: "integer", wide: false }, "CAST(v AS NUMBER(38,0))"],
    [decimal, "CAST(v AS NUMBER(9,2))"],
    [double, "IFF(TYPEOF(v) = 'DOUBLE', AS_DOUBLE(v), TO_DOUBLE(CAST(v AS VARCHAR)))"],
    [{ kind: "boolean" }, "CAST(v AS BOOLEAN)"],
    [{ kind: "string" }, "AS_VARCHAR(v)"],
    [{ kind: "string", maxLength: 5 }, "AS_VARCHAR(v)"],
    [timestamp, `DATE_TRUNC('MICROSECOND', CAST(${moment} AS TIMESTAMP_NTZ))`],
    [date, "TO_DATE(AS_VARCHAR(v), 'YYYY-MM-DD')"],
    [time, "TO_TIME(LEFT(AS_VARCHAR(v), 15))"],
    [{ kind: "json" }, "STRIP_NULL_VALUE(v)"],
  ])("%j", (type, sql) => {
    expect(castValue("v", { type, timestampType })).toBe(sql);
  });

  it.each(["TIMESTAMP_TZ", "TIMESTAMP_LTZ"] as const)("%s keeps UTC", (zoned) => {
    expect(castValue("v", { type: timestamp, timestampType: zoned })).toBe(
      `DATE_TRUNC('MICROSECOND', CAST(${moment} AS ${zoned}))`,
    );
  });
});

function guard(type: ColumnType, declared: ColumnType = type): string | undefined {
  return guardValue("v", { type, declared });
}

const clock = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
const day = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const year = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])";

describe("guards", () => {
  it.each<[name: string, type: ColumnType, declared: ColumnType, good: string]>([
    [
      "integers of 38 digits",
      integer,
      integer,
      "(TYPEOF(v) = 'INTEGER' OR REGEXP_LIKE(AS_VARCHAR(v), '-?(0|[1-9][0-9]{0,37})'))",
    ],
    [
      "integers of 64 bits",
      { kind: "integer", wide: false },
      integer,
      "(TYPEOF(v) = 'INTEGER' OR REGEXP_LIKE(AS_VARCHAR(v), '-?(0|[1-9][0-9]{0,37})')) AND TRY_TO_NUMBER(CAST(v AS VARCHAR), 38, 0) BETWEEN -9223372036854775808 AND 9223372036854775807",
    ],
    [
      "decimals",
      decimal,
      decimal,
      "TYPEOF(v) IN ('INTEGER', 'DECIMAL', 'VARCHAR') AND REGEXP_LIKE(CAST(v AS VARCHAR), '-?(0|[1-9][0-9]{0,6})([.][0-9]{1,2})?')",
    ],
    [
      "doubles",
      double,
      double,
      "(TYPEOF(v) IN ('INTEGER', 'DECIMAL') OR TYPEOF(v) = 'DOUBLE' AND ABS(AS_DOUBLE(v)) <= 1.7976931348623157e308)",
    ],
    [
      "integers in a column of doubles",
      double,
      integer,
      "TYPEOF(v) = 'INTEGER' AND ABS(AS_DOUBLE(v)) < 9007199254740992",
    ],
    ["truth values", { kind: "boolean" }, { kind: "boolean" }, "TYPEOF(v) = 'BOOLEAN'"],
    ["texts", { kind: "string" }, { kind: "string" }, "TYPEOF(v) = 'VARCHAR'"],
    [
      "texts of a length",
      { kind: "string", maxLength: 5 },
      { kind: "string" },
      "TYPEOF(v) = 'VARCHAR' AND LENGTH(AS_VARCHAR(v)) <= 5",
    ],
    [
      "moments",
      timestamp,
      timestamp,
      `REGEXP_LIKE(AS_VARCHAR(v), '(${year}-${day}([T ]${clock}([.][0-9]{1,9})?(Z|[+]00:?00)?)?|[1-8][0-9]{3}-${day}[T ]${clock}([.][0-9]{1,9})?[+-](0[0-9]|1[0-4]):?[0-5][0-9])') AND ${moment.replace("TO_", "TRY_TO_")} IS NOT NULL`,
    ],
    [
      "dates",
      date,
      date,
      `REGEXP_LIKE(AS_VARCHAR(v), '${year}-${day}') AND TRY_TO_DATE(AS_VARCHAR(v), 'YYYY-MM-DD') IS NOT NULL`,
    ],
    ["times", time, time, `REGEXP_LIKE(AS_VARCHAR(v), '${clock}([.][0-9]+)?')`],
  ])("%s", (_name, type, declared, good) => {
    expect(guard(type, declared)).toBe(
      `v IS NOT NULL AND NOT IS_NULL_VALUE(v) AND NOT COALESCE(${good}, FALSE)`,
    );
  });

  it("lets every JSON value into a VARIANT", () => {
    expect(guard({ kind: "json" })).toBeUndefined();
  });
});

/** The pattern that a guard matches texts with, as Snowflake reads it: at both ends. */
function formOf(type: ColumnType): RegExp {
  const pieces = piecesOf(guard(type) ?? "");
  const at = pieces.findIndex(({ value }) => value === "REGEXP_LIKE");
  const form = pieces.slice(at).find(({ kind }) => kind === "text");
  return new RegExp(`^(?:${form?.value})$`);
}

function normalForm(text: string, type: ColumnType): unknown {
  const converted = convertValue(text, type);
  return "json" in converted ? JSON.parse(converted.json) : undefined;
}

/** A moment by the calendar of JavaScript, without any rule of the rewriting lane. */
function independentMoment(text: string): string {
  const [, head = "", fraction = "", zone = ""] =
    /^(.{10}(?:.{9})?)(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})?$/.exec(text) ?? [];
  const offset = zone === "Z" || zone === "" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const seconds = head.length === 10 ? `${head}T00:00:00` : head.replace(" ", "T");
  const utc = new Date(`${seconds}${offset}`).toISOString();
  return `${utc.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

const twoDigits = (max: number) =>
  fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, "0"));
const someDay = fc
  .tuple(
    fc.oneof(
      fc.constantFrom("0000", "0001", "0999", "1000", "1969", "2024", "8999", "9000", "9999"),
      fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(4, "0")),
    ),
    twoDigits(13),
    twoDigits(32),
  )
  .map((parts) => parts.join("-"));
const someClock = fc
  .tuple(
    twoDigits(24),
    twoDigits(60),
    twoDigits(60),
    fc.constantFrom("", ".1", ".123456", ".1234567", ".999999999", ".1234567891"),
  )
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}${fraction}`);
const someZone = fc.oneof(
  fc.constantFrom("", "Z", "z", "+00:00", "+0000", "-00:00", "+05", " Z"),
  fc
    .tuple(fc.constantFrom("+", "-"), twoDigits(24), fc.constantFrom(":", ""), twoDigits(60))
    .map((parts) => parts.join("")),
);
const someMoment = fc
  .tuple(someDay, fc.constantFrom("T", " ", "t", ""), someClock, someZone)
  .map(([date, separator, clock, zone]) => (separator === "" ? date : `${date}${separator}${clock}${zone}`));

describe("what guards let through", () => {
  it("of moments the rewriting lane takes as well, but for days that no month has", () => {
    const form = formOf(timestamp);
    let matched = 0;
    fc.assert(
      fc.property(someMoment, (text) => {
        if (!form.test(text)) return;
        const isDay =
          !Number.isNaN(Date.parse(text.slice(0, 10))) &&
          new Date(text.slice(0, 10)).toISOString().startsWith(text.slice(0, 10));
        if (!isDay) return;
        matched += 1;
        expect(timestampText(text)).toBe(independentMoment(text));
      }),
      { numRuns: 5000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it.each([
    "2024-05-01",
    "2024-05-01T10:00:00",
    "2024-05-01 10:00:00",
    "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00.123456Z",
    "2024-05-01T10:00:00.123456789Z",
    "2024-05-01T10:00:00+0000",
    "2024-05-01T10:00:00.5-05:30",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999+00:00",
    "9999-12-31",
  ])("of moments includes %s", (text) => {
    expect(formOf(timestamp).test(text)).toBe(true);
  });

  it.each([
    "",
    "2024-05-01T",
    "2024-05-01T10:00",
    "2024-05-01T10:00Z",
    "2024-05-01T10:00:00+05",
    "2024-05-01t10:00:00z",
    "2024-05-01T10:00:60Z",
    "2024-05-01T24:00:00Z",
    "2024-05-01T10:00:00.Z",
    "2024-05-01T10:00:00.1234567890Z",
    "2024-05-01T10:00:00 Z",
    "2024-05-01T10:00:00+15:00",
    "2024-13-01",
    "2024-00-01",
    "2024-05-32",
    "0000-01-01",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "10000-01-01",
    "1714557600",
    "2024-05-01\n",
    " 2024-05-01",
    "05/01/2024",
    "2024-W18-3",
    "infinity",
  ])("of moments leaves %j to the rewriting lane", (text) => {
    expect(formOf(timestamp).test(text)).toBe(false);
  });

  it("of times is what the rewriting lane writes, once it is cut", () => {
    const form = formOf(time);
    fc.assert(
      fc.property(someClock, (text) => {
        if (!form.test(text)) return;
        const [seconds = "", fraction = ""] = text.slice(0, 15).split(".");
        expect(normalForm(text, time)).toBe(`${seconds}.${fraction.padEnd(6, "0")}`);
      }),
    );
    expect(form.test("23:59:59.9999999")).toBe(true);
    expect(
      ["24:00:00", "10:00", "10:00:60", "10:00:00Z", "10:00:00+01:00"].filter((text) => form.test(text)),
    ).toEqual([]);
  });

  it("of dates is what the rewriting lane writes, but for days that no month has", () => {
    fc.assert(
      fc.property(someDay, (text) => {
        const taken = normalForm(text, date);
        if (taken !== undefined) expect(formOf(date).test(text)).toBe(true);
        if (formOf(date).test(text) && taken === undefined) expect(text).toMatch(/-(29|30|31)$/);
      }),
    );
  });

  const numbers = fc.oneof(
    fc.bigInt({ min: -(10n ** 39n), max: 10n ** 39n }).map(String),
    fc
      .tuple(fc.integer(), fc.stringMatching(/^[0-9]{1,5}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`),
    fc.constantFrom(
      "-0",
      "0",
      "00",
      "01",
      "-01",
      "+1",
      "1.",
      ".5",
      "-.5",
      "1e2",
      "0.00",
      "-0.5",
      "1_0",
      " 1",
      "1 ",
      "0x1",
      "",
      "-",
      "٣",
    ),
  );

  it.each<[ColumnType]>([
    [integer],
    [decimal],
    [{ kind: "decimal", precision: 38, scale: 37 }],
    [{ kind: "decimal", precision: 4, scale: 4 }],
    [{ kind: "decimal", precision: 5, scale: 4 }],
    [{ kind: "decimal", precision: 5, scale: 0 }],
  ])("of texts that are %j keeps its digits", (type) => {
    const form = formOf(type);
    fc.assert(
      fc.property(numbers, (text) => {
        if (!form.test(text)) return;
        const written = normalForm(text, type);
        expect(typeof written).toBe("string");
        expect(sameNumber(String(written), text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(form.test("0")).toBe(true);
  });
});

function sameNumber(one: string, other: string): boolean {
  const digits = (text: string): string => {
    const [whole = "", fraction = ""] = text.split(".");
    return `${whole.replace(/^-?0*$/, "0")}.${fraction.replace(/0+$/, "")}`.replace(/^0\.$/, "0.");
  };
  return digits(one) === digits(other) || (/^-?[0.]*$/.test(one) && /^-?[0.]*$/.test(other));
}
