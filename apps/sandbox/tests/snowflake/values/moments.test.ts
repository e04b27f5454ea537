import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

const at = "1704164645.000000000";

describe("timestamps of text", () => {
  it.each([
    ["'2024-01-02T03:04:05'::TIMESTAMP_NTZ", at],
    ["'2024-01-02 03:04:05'::TIMESTAMP_NTZ", at],
    ["'2024-01-02T03:04:05Z'::TIMESTAMP_NTZ", at],
    ["'2024-01-02T03:04:05.1Z'::TIMESTAMP_NTZ", "1704164645.100000000"],
    ["'2024-01-02T03:04:05.123456789Z'::TIMESTAMP_NTZ", "1704164645.123456789"],
    ["'2024-01-02T03:04'::TIMESTAMP_NTZ", "1704164640.000000000"],
    ["'2024-01-02'::TIMESTAMP_NTZ", "1704153600.000000000"],
    // The offset goes and the clock stays.
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_NTZ", at],
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ", "1704144845.000000000 1770"],
    ["'2024-01-02T03:04:05-08:00'::TIMESTAMP_TZ", "1704193445.000000000 960"],
    ["'2024-01-02T03:04:05'::TIMESTAMP_TZ", `${at} 1440`],
    ["'2024-01-02T03:04:05-08:00'::TIMESTAMP_LTZ", "1704193445.000000000"],
    ["'2024-01-02 03:04:05 +0000'::TIMESTAMP_TZ", `${at} 1440`],
    ["'1969-12-31T23:59:59.999999999Z'::TIMESTAMP_NTZ", "-0.000000001"],
    ["'1969-12-31T23:59:59.5-01:00'::TIMESTAMP_TZ", "3599.500000000 1380"],
    ["'1960-01-01T00:00:00+00:30'::TIMESTAMP_TZ", "-315621000.000000000 1470"],
    ["'9999-12-31T23:59:59.999999999'::TIMESTAMP_NTZ", "253402300799.999999999"],
    ["'0001-01-01T00:00:00'::TIMESTAMP_NTZ", "-62135596800.000000000"],
    ["'2024-01-02T03:04:05.987654321'::TIMESTAMP_NTZ(3)", "1704164645.987000000"],
    ["'1704164645'::TIMESTAMP_NTZ", at],
    ["'1704164645000'::TIMESTAMP_NTZ", at],
    ["TO_TIMESTAMP_NTZ(1704164645)", at],
    ["TO_TIMESTAMP_NTZ(1704164645123, 3)", "1704164645.123000000"],
    ["TO_TIMESTAMP_NTZ('02/01/2024 03.04', 'DD/MM/YYYY HH24.MI')", "1704164640.000000000"],
    [
      "TO_TIMESTAMP_TZ('2024-01-02T03:04:05.5+0530', 'YYYY-MM-DD\"T\"HH24:MI:SS.FFTZHTZM')",
      "1704144845.500000000 1770",
    ],
    ["TRY_TO_TIMESTAMP_NTZ('2024-01-02T03:04:05+0000')", null],
    ["TO_DATE('2024-01-02T23:00:00-08:00')", "19724"],
    ["'12:30 PM'::TIME", "45000.000000000"],
  ])("%s is %s", async (expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it.each([
    "2024-01-02T03:04:05+0000",
    "2024-01-02T03:04:05.1234567890Z",
    "2024-13-02T03:04:05Z",
    "2024-01-32",
    "2024-01-02T24:00:00Z",
    "2024-01-02T03:04:60Z",
    "20107-05-28T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2024-1-2",
    "",
  ])("refuses '%s'", async (text) => {
    const problem = ["100035", "22007", `Timestamp '${text}' is not recognized`];
    expect(await harness.refusal(`SELECT '${text}'::TIMESTAMP_NTZ`)).toEqual(problem);
  });

  it("refuses text unlike its format", async () => {
    const problem = ["100096", "22007", "Can't parse 'x' as timestamp with format 'YYYY'"];
    expect(await harness.refusal("SELECT TO_TIMESTAMP_NTZ('x', 'YYYY')")).toEqual(problem);
  });
});

describe("zones", () => {
  it.each([
    ["'2024-01-02T03:04:05'::TIMESTAMP_LTZ", "1704193445.000000000"],
    ["'2024-07-02T03:04:05'::TIMESTAMP_LTZ", "1719914645.000000000"],
    ["'2024-01-02T03:04:05'::TIMESTAMP_TZ", "1704193445.000000000 960"],
    ["'2024-01-02T03:04:05Z'::TIMESTAMP_LTZ::TIMESTAMP_NTZ", "1704135845.000000000"],
    ["'2024-01-02T03:04:05Z'::TIMESTAMP_LTZ::DATE", "19723"],
    ["'2024-01-02T03:04:05Z'::TIMESTAMP_LTZ::VARCHAR", "2024-01-01 19:04:05.000 -0800"],
    ["CONVERT_TIMEZONE('UTC', '2024-01-02T03:04:05'::TIMESTAMP_NTZ)", "1704193445.000000000 1440"],
  ])("%s is %s in Los Angeles", async (expression, expected) => {
    harness.parameters.set("TIMEZONE", "America/Los_Angeles");
    try {
      expect(await harness.value(expression)).toBe(expected);
    } finally {
      harness.parameters.set("TIMEZONE", "UTC");
    }
  });

  it.each([
    [
      "CONVERT_TIMEZONE('America/Los_Angeles', 'UTC', '2024-01-02T03:04:05'::TIMESTAMP_NTZ)",
      "1704193445.000000000",
    ],
    ["CONVERT_TIMEZONE('Asia/Kolkata', '2024-01-02T03:04:05Z'::TIMESTAMP_TZ)", `${at} 1770`],
    [
      "CONVERT_TIMEZONE('UTC', '2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ)::TIMESTAMP_NTZ",
      "1704144845.000000000",
    ],
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ = '2024-01-01T21:34:05Z'::TIMESTAMP_TZ", "1"],
    ["'1960-01-02T03:04:05+05:30'::TIMESTAMP_TZ = '1960-01-01T21:34:05Z'::TIMESTAMP_TZ", "1"],
    ["'1969-12-31T23:59:59.999999999Z'::TIMESTAMP_TZ = '1970-01-01T00:00:00Z'::TIMESTAMP_TZ", "0"],
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ < '2024-01-02T00:00:00Z'::TIMESTAMP_TZ", "1"],
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ::TIMESTAMP_NTZ", at],
    ["'2024-01-02T03:04:05+05:30'::TIMESTAMP_TZ::VARCHAR", "2024-01-02 03:04:05.000 +0530"],
    ["'2024-01-02T03:04:05.5'::TIMESTAMP_NTZ::VARCHAR", "2024-01-02 03:04:05.500"],
    [
      "TO_VARCHAR('2024-01-02T03:04:05.123456789'::TIMESTAMP_NTZ, 'YYYYMMDD\"T\"HH24MISS.FF6')",
      "20240102T030405.123456",
    ],
    ["TO_CHAR('2024-01-02'::DATE, 'DY, DD MON YY')", "Tue, 02 Jan 24"],
  ])("%s is %s", async (expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it("refuses a zone that is none", async () => {
    const sql = "SELECT CONVERT_TIMEZONE('Nowhere/Town', '2024-01-02'::TIMESTAMP_NTZ)";
    expect(await harness.refusal(sql)).toEqual(["100075", "22023", "Unknown timezone: 'Nowhere/Town'"]);
  });
});

describe("calculations", () => {
  it.each([
    ["DATEADD(day, 1, '2024-02-28'::DATE)", "19782"],
    ["DATEADD('month', 1, '2024-01-31'::DATE)", "19782"],
    ["DATEADD(year, -1, '2024-02-29'::DATE)", "19416"],
    ["DATEADD(second, -5, '2024-01-02T03:04:10'::TIMESTAMP_NTZ)", at],
    ["DATEADD(hour, 1, '1970-01-01'::DATE)", "3600.000000000"],
    ["DATEDIFF(day, '2024-01-01'::DATE, '2024-03-01'::DATE)", "60"],
    ["DATEDIFF(year, '2023-12-31', '2024-01-01')", "1"],
    ["DATEDIFF(second, '2024-01-01'::TIMESTAMP_NTZ, '2024-01-01 00:01:00'::TIMESTAMP_NTZ)", "60"],
    ["DATE_TRUNC('month', '2024-02-29'::DATE)", "19754"],
    ["DATE_TRUNC('week', '2024-02-29'::DATE)", "19779"],
    ["DATE_TRUNC('hour', '2024-01-02T03:04:05'::TIMESTAMP_NTZ)", "1704164400.000000000"],
    ["EXTRACT(year FROM '2024-02-29'::DATE)", "2024"],
    ["DATE_PART(epoch_second, '2024-01-02T03:04:05Z'::TIMESTAMP_TZ)", "1704164645"],
    ["DAYOFWEEK('2024-02-29'::DATE)", "4"],
    ["DAYOFYEAR('2024-12-31'::DATE)", "366"],
    ["MONTH('2024-02-29'::DATE)", "2"],
    ["'2024-03-01'::DATE - '2024-02-28'::DATE", "2"],
    ["'2024-02-28'::DATE + 1", "19782"],
    ["'2024-01-09T03:04:05'::TIMESTAMP_NTZ - INTERVAL '7 days'", at],
    ["INTERVAL '5 seconds' + '2024-01-02T03:04:00'::TIMESTAMP_NTZ", at],
    ["'2024-01-02T03:04:00'::TIMESTAMP_NTZ + INTERVAL '5'", at],
    ["'2023-12-31T02:04:05'::TIMESTAMP_NTZ + INTERVAL '2 days, 1 hour'", at],
    ["'2024-01-31'::DATE + INTERVAL '1 month, 1 day'", "19783"],
    ["'2024-01-31'::DATE + INTERVAL '1 day, 1 month'", "19783"],
    ["'2024-02-28'::DATE + INTERVAL '1 D'", "19782"],
    ["'1970-01-01'::DATE + INTERVAL '1 hour'", "3600.000000000"],
    ["'2024-01-02T03:04:10Z'::TIMESTAMP_TZ + INTERVAL '-5 sec'", `${at} 1440`],
    ["'2024-01-02T03:04:05Z'::TIMESTAMP_TZ > SYSDATE()::TIMESTAMP_TZ - INTERVAL '1 year'", "0"],
  ])("%s is %s", async (expression, expected) => {
    expect(await harness.value(expression)).toBe(expected);
  });

  it.each([
    ["1 + INTERVAL '1 day'", "001044", "42P13"],
    ["'2024-01-01' + INTERVAL '1 day'", "001044", "42P13"],
    ["'2024-01-01'::DATE * INTERVAL '1 day'", "001003", "42000"],
    ["INTERVAL '1 day' - '2024-01-01'::DATE", "001003", "42000"],
    ["INTERVAL '1 day'", "001003", "42000"],
    ["'2024-01-01'::DATE + INTERVAL 'a day'", "001003", "42000"],
    ["'2024-01-01'::DATE + INTERVAL '1 fortnight'", "001009", "42601"],
  ])("refuses %s", async (expression, ...problem) => {
    expect((await harness.refusal(`SELECT ${expression}`)).slice(0, 2)).toEqual(problem);
  });

  it("knows the time", async () => {
    const before = Date.now() / 1000;
    const now = Number(await harness.value("CURRENT_TIMESTAMP"));
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(now).toBeLessThanOrEqual(Date.now() / 1000);
    expect(harness.typeOf("CURRENT_TIMESTAMP()")).toBe("TIMESTAMP_LTZ(9)");
    expect(harness.typeOf("SYSDATE()")).toBe("TIMESTAMP_NTZ(9)");
  });
});
