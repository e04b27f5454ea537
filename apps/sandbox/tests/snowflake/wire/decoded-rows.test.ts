import { expect, it } from "vitest";
import type { ResultColumn } from "../../../src/snowflake/contract.ts";
import { decodedRows } from "../../../src/snowflake/wire/decoded-rows.ts";
import { withSnowflake } from "./driver.ts";

it.each<readonly [ResultColumn["type"], string | null, unknown]>([
  ["fixed", "99999999999999999999999999999999999999", 99999999999999999999999999999999999999n],
  ["fixed", "7", 7n],
  ["real", "1.5e300", 1.5e300],
  ["real", "inf", Infinity],
  ["real", "NaN", Number.NaN],
  ["text", "", ""],
  ["boolean", "1", true],
  ["boolean", "FALSE", false],
  ["date", "19782", "2024-02-29"],
  ["date", "-1", "1969-12-31"],
  ["time", "3723.500000000", "01:02:03.500000"],
  ["timestamp_ntz", "1704164645.123456000", "2024-01-02T03:04:05.123456"],
  ["timestamp_ntz", "1704164645.123456789", "2024-01-02T03:04:05.123456789"],
  ["timestamp_ntz", "-1.250000000", "1969-12-31T23:59:58.750000"],
  ["timestamp_ntz", "-0.250000000", "1969-12-31T23:59:59.750000"],
  ["timestamp_ltz", "0.000000000", "1970-01-01T00:00:00.000000Z"],
  ["timestamp_tz", "1704164645.000000000 1440", "2024-01-02T03:04:05.000000+00:00"],
  ["timestamp_tz", "1704164645.000000000 1110", "2024-01-01T21:34:05.000000-05:30"],
  ["binary", "00FF", "00FF"],
  ["variant", '{"a":1}', '{"a":1}'],
  ["text", null, null],
])("decodes %s %j as %o", (type, text, expected) => {
  const column = { name: "C", type, nullable: true };
  expect(decodedRows({ kind: "rows", statementTypeId: 0x1000, columns: [column], rows: [[text]] })).toEqual([
    { C: expected },
  ]);
});

it("keeps the digits of a number with a scale", () => {
  const column = { name: "C", type: "fixed", nullable: false, precision: 10, scale: 3 } as const;
  const result = { kind: "rows", statementTypeId: 0x1000, columns: [column], rows: [["-12.340"]] } as const;
  expect(decodedRows(result)).toEqual([{ C: "-12.340" }]);
});

it("answers the stand-in's own questions", () =>
  withSnowflake({}, async ({ snowflake, tiny }) => {
    expect(await snowflake.query("INSERT 1")).toEqual([{ "number of rows inserted": 1n }]);
    expect(tiny.logins).toEqual([
      { user: "ADMIN", role: "ACCOUNTADMIN", warehouse: "LOADING", database: "RAW", schema: "PUBLIC" },
    ]);
    await expect(snowflake.query("FAIL")).rejects.toThrow("Object 'X' does not exist");
    await expect(snowflake.query("PUT file:///x @y")).rejects.toThrow("PUT has none");
    expect([snowflake.sessions, snowflake.statements]).toEqual([[], []]);
  }));
