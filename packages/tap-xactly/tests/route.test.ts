import { exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { ResultGone, type SqlRow, tapXactlyBy } from "../src/index.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

const url = "http://127.0.0.1:9";
const select = ["xc_role.NAME"];

function row(id: number): SqlRow {
  return [id, `role ${id}`, `2026-01-0${id}T00:00:00`];
}

describe("another route", () => {
  it("answers the statements, and the gateway is not asked", async () => {
    const statements: string[] = [];
    const tap = tapXactlyBy(() => ({
      async *query(sql) {
        statements.push(sql);
        if (sql.includes("NOT NULL")) yield* [row(1), row(2)];
        else if (sql.includes("'2'")) yield row(3);
      },
    }));
    await withTenant({}, async (tenant) => {
      const config = { query_rows: 2 };
      const run = await runWell({ url: tenant.url, tap, config, select });
      expect(run.records("xc_role").map((record) => record["ROLE_ID"])).toEqual([1, 2, 3]);
      expect(tenant.requests).toEqual([]);
      expect(statements.length).toBe(3);
    });
  });

  it("is told when nobody reads any more, and has the settings and a signal", async () => {
    let ended = 0;
    const users: string[] = [];
    const tap = tapXactlyBy(({ config, signal }) => {
      users.push(config.user);
      return {
        async *query() {
          try {
            for (let id = 1; !signal.aborted; id = (id % 9) + 1) yield row(id);
          } finally {
            ended += 1;
          }
        },
      };
    });
    await runTap({ url, tap, select, until: ({ type }) => type === "RECORD" });
    expect([ended, users]).toEqual([1, ["sandbox-user"]]);
  });

  it("may lose a result after rows, again and again", async () => {
    let queries = 0;
    const tap = tapXactlyBy(() => ({
      async *query(sql) {
        if (sql.includes("IS NULL")) return;
        queries += 1;
        if (queries > 5) return;
        yield row(queries);
        throw new ResultGone("the driver lost its connection");
      },
    }));
    const run = await runWell({ url, tap, select });
    expect(run.records("xc_role").map((record) => record["ROLE_ID"])).toEqual([1, 2, 3, 4, 5]);
  });

  it("may not lose the same rows for ever", async () => {
    const tap = tapXactlyBy(() => ({
      async *query(sql) {
        if (sql.includes("IS NULL")) return;
        yield row(1);
        throw new ResultGone("the driver lost its connection");
      },
    }));
    for (const paging of ["keyset", "window"]) {
      const run = await runTap({ url, tap, select, config: { paging } });
      expect(exitCodeOf(run.error)).toBe(75);
      expect(String(run.error)).toBe("ResultGone: the driver lost its connection");
    }
  });

  it.each([
    ["a row too short", [1, "x"], "xc_role: a row has 2 values, and 3 columns were asked for."],
    [
      "a row too long",
      [1, "x", "2026-01-01", 4],
      "xc_role: a row has 4 values, and 3 columns were asked for.",
    ],
    [
      "no key",
      [null, "x", "2026-01-01T00:00:00"],
      "xc_role: a row has no ROLE_ID, so that what comes after it",
    ],
  ])("that answers %s fails the stream", async (_, found, message) => {
    const tap = tapXactlyBy(() => ({
      async *query() {
        yield found;
      },
    }));
    const run = await runTap({ url, tap, select, config: { query_rows: 1, page_size: 1 } });
    expect(exitCodeOf(run.error)).toBe(65);
    expect(String(run.error)).toContain(message);
  });

  it("need not know columns", async () => {
    const tap = tapXactlyBy(() => ({ async *query() {} }));
    const run = await runWell({ url, tap, select, config: { discover_columns: true } });
    expect(run.logs.map(({ message }) => message)).toContain("xc_role: its columns cannot be discovered");
  });
});
