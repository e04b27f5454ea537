import { describe, expect, it } from "vitest";
import { resultTable } from "../../src/view/result-table.ts";
import { counts, result } from "./events.ts";

describe("resultTable", () => {
  it("has a line for each stream, the sum, and who waited for whom", () => {
    expect(resultTable(result(), { users: "2026-03-01T11:00:00Z" })).toBe(
      [
        "tap-a → target-b succeeded after 10.0 s – prod:tap-a-to-target-b, run r1",
        "",
        "| stream  | records |   size | records/s | bookmark             |",
        "| ------- | ------: | -----: | --------: | -------------------- |",
        "| orders  |       7 |  900 B |       0.7 |                      |",
        "| users   |  12,345 | 4.5 MB |     1,235 | 2026-03-01T11:00:00Z |",
        "| **all** |  12,352 | 4.5 MB |     1,235 |                      |",
        "",
        "4 states sent, 3 handed back. Of the time 71 % was spent waiting for the tap, 3 % waiting for the target.",
        "",
      ].join("\n"),
    );
  });

  it("says what went wrong, with the last lines of the process that is to blame", () => {
    const failed = result({
      status: "failed",
      exitCode: 10,
      reason: "tap_failed",
      attempt: 3,
      problems: ["tap-a ended with exit code 70: the API is down"],
      guiltyLines: ["GET https://x", "\u001b[31mthe API is down\u001b[0m"],
      counts: counts({}),
    });
    expect(resultTable(failed)).toBe(
      [
        "tap-a → target-b failed (tap_failed, exit code 10) after 10.0 s, attempt 3 – prod:tap-a-to-target-b, run r1",
        "",
        "4 states sent, 3 handed back. Of the time 0 % was spent waiting for the tap, 0 % waiting for the target.",
        "",
        "! tap-a ended with exit code 70: the API is down",
        "",
        "    GET https://x",
        "    the API is down",
        "",
      ].join("\n"),
    );
  });

  it.each([
    { status: "skipped", says: "tap-a → target-b was skipped (already_running, exit code 18) after 0.0 s" },
    { status: "cancelled", says: "tap-a → target-b was cancelled (" },
    { status: "timed_out", says: "tap-a → target-b timed out (" },
  ] as const)("says of a run that it is $status", ({ status, says }) => {
    const { startedAt: endedAt } = result();
    const text = resultTable(
      result({ status, reason: "already_running", exitCode: 18, endedAt, counts: counts({}) }),
    );
    expect(text.startsWith(says)).toBe(true);
    expect(text.includes("states sent")).toBe(status !== "skipped");
  });

  it("cannot be written out of by names", () => {
    const text = resultTable(
      result({
        tap: "\u001b[2Jt",
        problems: ["a\nb\u0007"],
        counts: counts({ "x|y\u001b]0;z\u0007": [1, 1], "": [1, 1], ["__proto__"]: [1, 1] }),
      }),
    );
    expect(text).toContain("t → target-b");
    expect(text).toContain("| x\\|y      |");
    expect(text).toContain("| (no name) |");
    expect(text).toContain("! a b\uFFFD");
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
