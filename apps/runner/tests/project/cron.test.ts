import { describe, expect, it } from "vitest";
import { readInterval } from "../../src/project/cron.ts";

describe("the interval of a schedule", () => {
  it.each([
    ["0 4 * * *", "0 4 * * *"],
    ["  0   4 * * *  ", "0 4 * * *"],
    ["*/15 0-6/2 1,15 jan-mar,DEC mon", "*/15 0-6/2 1,15 jan-mar,DEC mon"],
    ["5/10 * * * *", "5/10 * * * *"],
    ["0 0 ? * 7", "0 0 ? * 7"],
    ["0 0 * * fri-mon", "0 0 * * fri-mon"],
    ["0 0 29 2 *", "0 0 29 2 *"],
    ["0 0 31 * *", "0 0 31 * *"],
    ["0 0 31 2/2 ?", "0 0 31 2/2 ?"],
    ["0 0 30 2 1", "0 0 30 2 1"],
    ["0 0 30,29 2 *", "0 0 30,29 2 *"],
    ["59 23 31 12 0", "59 23 31 12 0"],
    ["@hourly", "0 * * * *"],
    ["@daily", "0 0 * * *"],
    ["@midnight", "0 0 * * *"],
    ["@weekly", "0 0 * * 0"],
    ["@monthly", "0 0 1 * *"],
    ["@yearly", "0 0 1 1 *"],
    ["@annually", "0 0 1 1 *"],
    ["@once", undefined],
    ["@manual", undefined],
    ["@none", undefined],
  ])("takes %s", (text, cron) => {
    expect(readInterval(text)).toEqual({ cron });
  });

  it.each([
    ["0 4,99 * * *", "99 is no hour from 0 to 23"],
    ["60 * * * *", "60 is no minute from 0 to 59"],
    ["-1 * * * *", "-1 is no minute from 0 to 59"],
    ["0 24 * * *", "24 is no hour from 0 to 23"],
    ["0 0 0 * *", "0 is no day of the month from 1 to 31"],
    ["0 0 32 * *", "32 is no day of the month from 1 to 31"],
    ["0 0 1 13 *", "13 is no month from 1 to 12"],
    ["0 0 1 foo *", "foo is no month from 1 to 12"],
    ["0 0 * * 8", "8 is no day of the week from 0 to 7"],
    ["? * * * *", "? is no minute from 0 to 59"],
    ["5-1 * * * *", "5-1 is no minute from 0 to 59"],
    ["*/0 * * * *", "*/0 is no minute from 0 to 59"],
    ["*/60 * * * *", "*/60 is no minute from 0 to 59"],
    ["1, * * * *", "nothing is no minute from 0 to 59"],
    ["1.5 * * * *", "1.5 is no minute from 0 to 59"],
    ["jan * * * *", "jan is no minute from 0 to 59"],
    ["0 4 * *", "4 fields, and not the five of cron"],
    ["0 0 4 * * *", "6 fields, and not the five of cron"],
    ["", "0 fields, and not the five of cron"],
    ["0 0 30 2 *", "no month has the day 30"],
    ["0 0 31 4,6,9,11 *", "no month has the day 31"],
    ["@dayly", "there is no @dayly; there are @hourly, "],
  ])("refuses %s", (text, problem) => {
    expect(readInterval(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
