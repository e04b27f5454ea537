import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runChild } from "./child-process.ts";
import { rowsOf, scriptedEngine } from "./scripted-engine.ts";
import { standIn } from "./stand-in.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("the driver", () => {
  it("is not loaded before it is connected", async () => {
    const child = await runChild("./import-child.ts", { cwd: await temporaryFolder() });
    expect(child).toMatchObject({ code: 0, stderr: "" });
    const { before, after, switches } = JSON.parse(child.stdout);
    expect(before).toBe(0);
    expect(after).toBeGreaterThan(100);
    expect(switches).toEqual(["true", "1", "1"]);
  });

  it("prints nothing, writes no log, reads moments, and lets the process end", async () => {
    const values = rowsOf(
      { D: "date", TI: "time", TS: "timestamp_ntz", LTZ: "timestamp_ltz", TZ: "timestamp_tz" },
      [
        [
          "19782",
          "3723.500000000",
          "1704164645.123456000",
          "1704164645.000000000",
          "1704164645.000000000 1500",
        ],
        [null, null, null, null, null],
      ],
    );
    const sql = "SELECT * FROM MOMENTS";
    const snowflake = await standIn({ engine: scriptedEngine({ [sql]: values }) });
    const cwd = await temporaryFolder();
    const child = await runChild("./session-child.ts", { args: [snowflake.url, sql, "LoadError"], cwd });
    expect(child).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(child.stdout)).toEqual([
      [
        "2024-02-29",
        "01:02:03",
        "2024-01-02 03:04:05.123",
        expect.stringMatching(/^2024-01-0[12] /),
        "2024-01-02 04:04:05.000 +0100",
      ],
      [null, null, null, null, null],
    ]);
    expect(await readdir(cwd)).toEqual([]);
    expect(snowflake.requests.filter(({ path }) => path.startsWith("/telemetry"))).toEqual([]);
  });

  const sql = "SELECT CURRENT_WAREHOUSE(), CURRENT_DATABASE(), CURRENT_ROLE()";
  const expired = { match: { blob: true }, fault: { kind: "credential-expired" } } as const;

  it.each([
    ["after an upload", [], "ok", false],
    ["after an upload by code that was typed in", [], "ok", true],
    ["after an upload that never ended", [expired], "LoadError", false],
  ])("lets the process end %s", async (_name, rules, outcome, isTypedIn) => {
    const snowflake = await standIn({ faults: { rules } });
    const cwd = await temporaryFolder();
    const child = await runChild("./session-child.ts", {
      args: [snowflake.url, sql, outcome],
      cwd,
      isTypedIn,
    });
    expect(child).toEqual({ code: 0, stderr: "", stdout: '[["LOADING","RAW","LOADER"]]' });
  });
});
