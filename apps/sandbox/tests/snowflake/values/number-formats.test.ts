import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open();
});

afterAll(() => {
  harness.close();
});

const exact = "FM9.9999999999999999EE";
const tooMany = "############";

describe("TO_VARCHAR of a number by a format", () => {
  it.each([
    ["0.1::FLOAT", exact, "1.0000000000000001E-1"],
    ["-0.1::FLOAT", exact, "-1.0000000000000001E-1"],
    ["2::FLOAT", exact, "2.E0"],
    ["0::FLOAT", exact, "0.E0"],
    ["1e21::FLOAT", exact, "1.E21"],
    ["'1.7976931348623157e308'::FLOAT", exact, "1.7976931348623157E308"],
    ["'5e-324'::FLOAT", exact, "4.9406564584124654E-324"],
    ["'9007199254740993'::FLOAT", exact, "9.007199254740992E15"],
    ["1234", "9D999EE", " 1.234E3   "],
    ["1234", "FM9D999ee", "1.234e3"],
    ["9.9996", "FM9.999EE", "1.E1"],
    ["0.00012", "FM9.9EEE", "1.2E-4"],
    ["120", "FM9.9EEEE", "1.2E+02"],
    ["'1e100'::FLOAT", "FM9.9EEEE", "1.E+##"],
    ["'1e100'::FLOAT", "FM9.9EEEEE", "1.E+100"],
  ])("%s by %s is %s", async (value, format, expected) => {
    expect(await harness.value(`TO_VARCHAR(${value}, '${format}')`)).toBe(expected);
  });

  it.each([
    ["12.5", "FM9990.00", "12.50"],
    ["0.5", "FM9990.00", "0.50"],
    ["-1234.567", "FM9990.00", "-1234.57"],
    ["12345", "FM9990.00", "####.##"],
    ["0.5", "FM.00", ".50"],
    ["1.005::FLOAT", "FM9990.00", "1.00"],
    ["12", "99", " 12"],
    ["-7", "99", " -7"],
    ["12", "S99", "+12"],
    ["-7", "S99", " -7"],
    ["12", "99S", "12+"],
    ["-7", "99S", " 7-"],
    ["12", "MI99", " 12"],
    ["-7", "MI99", "- 7"],
    ["12", "99MI", "12 "],
    ["-7", "99MI", " 7-"],
    ["12", "FM99", "12"],
    ["-7", "FM99", "-7"],
    ["-123.45", "999.99MI", "123.45-"],
    ["1.2::FLOAT", "999,999.999", "       1.2  "],
    ["1234.56::FLOAT", "999,999.999", "   1,234.56 "],
    ["-123456.789::FLOAT", "999,999.999", "-123,456.789"],
    ["1.2::FLOAT", "S000,000.000", "+000,001.200"],
    ["1234.56::FLOAT", "FM999G999D999", "1,234.56"],
    ["'inf'::FLOAT", "999,999.999", ` ${tooMany.slice(0, 3)},###.###`],
    ["'NaN'::FLOAT", "FM90", "##"],
    ["NULL::NUMBER", "FM90", null],
  ])("%s by %s is %j", async (value, format, expected) => {
    expect(await harness.value(`TO_CHAR(${value}, '${format}')`)).toBe(expected);
  });

  it.each(["TM9", "XXXX", "$99", "B99", "99.9.9", "S99MI", "99EE", "9Ee", "", "9.9EEEEEE"])(
    "refuses the format %j, of which too little is known",
    async (format) => {
      expect(await harness.refusal(`SELECT TO_CHAR(12, '${format}')`)).toEqual([
        "000002",
        "0A000",
        `Unsupported feature 'number format ${format}'.`,
      ]);
    },
  );
});
