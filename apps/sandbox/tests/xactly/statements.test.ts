import { describe, expect, it } from "vitest";
import type { Json } from "../../src/json.ts";
import { now, rowsOf, withXactly } from "./gateway-client.ts";

const twelve = { rows: 12, ties: 3, seed: 5 };

function column(rows: readonly Json[], index: number): readonly Json[] {
  return rows.map((row) => (Array.isArray(row) ? (row[index] ?? null) : null));
}

describe("a statement", () => {
  it("is ordered by its columns, later rows often having smaller keys", async () => {
    await withXactly(twelve, async ({ rows }) => {
      const found = await rows(
        "SELECT MODIFIED_DATE, ROLE_ID FROM xactly.xc_role ORDER BY MODIFIED_DATE, ROLE_ID;",
      );
      const dates = column(found, 0).map(String);
      const keys = column(found, 1).map(Number);
      expect(dates).toEqual(dates.toSorted());
      expect(new Set(dates).size).toBe(4);
      expect(new Set(keys).size).toBe(12);
      expect(keys).not.toEqual(keys.toSorted());
      for (const [index, date] of dates.entries()) {
        if (date === dates[index + 1]) expect(keys[index]).toBeLessThan(keys[index + 1] ?? 0);
      }
    });
  });

  it("finds what its conditions say, OR binding less than AND", async () => {
    await withXactly(twelve, async ({ rows, sandbox }) => {
      const table = sandbox.store.table("xc_role");
      table.update(0, { NAME: "O'Neil", MODIFIED_DATE: null, VERSION: 7 });
      table.update(1, { NAME: "b", VERSION: 8 });
      table.update(2, { NAME: "c", VERSION: 9 });
      const versions = async (where: string) =>
        column(await rows(`select VERSION from XC_ROLE where ${where} order by version asc`), 0);
      expect(await versions("NAME = 'O''Neil'")).toEqual([7]);
      expect(await versions("MODIFIED_DATE IS NULL")).toEqual([7]);
      expect(await versions("MODIFIED_DATE IS NOT NULL AND (NAME = 'b' OR NAME = 'c')")).toEqual([8, 9]);
      expect(await versions("NAME = 'b' OR NAME = 'c' AND VERSION = '8'")).toEqual([8]);
      expect(await versions("(NAME = 'b' OR NAME = 'c') AND NAME <> 'b'")).toEqual([9]);
      expect(
        await versions("VERSION >= 8 AND VERSION <= '9' AND MODIFIED_DATE >= '2026-01-15T12:00:00'"),
      ).toEqual([8, 9]);
      expect(await versions("MODIFIED_DATE >= '2026-01-15T12:00:00Z'")).toEqual([8, 9]);
      expect(await versions("MODIFIED_DATE > '2026-01-15 12:00:00.0'")).toEqual([]);
      expect(await versions("MODIFIED_DATE = '2026-01-15T12:00:00' AND VERSION < 9")).toEqual([8]);
    });
  });

  it.each([
    ["SELECT", "Syntax error: expected a name, found the end"],
    ["DELETE FROM xc_role", "Syntax error: expected SELECT, found DELETE"],
    ["SELECT NAME FROM xc_role; SELECT NAME FROM xc_role", "Syntax error: expected the end, found SELECT"],
    ["SELECT COUNT(*) FROM xc_role", "Syntax error: expected FROM, found ("],
    ["SELECT NAME FROM xc_role WHERE NAME = 'x", `Syntax error at "'x"`],
    ['SELECT "NAME" FROM xc_role', 'Syntax error at "\\"NAME\\" FROM xc_role"'],
    ["SELECT NAME FROM xc_role WHERE NAME = b", "Syntax error: expected a literal, found b"],
    ["SELECT NAME FROM xc_role WHERE NAME LIKE 'b'", "Syntax error: expected a comparison, found LIKE"],
    ["SELECT NAME FROM xc_role ORDER BY NAME DESC", "Syntax error: expected the end, found DESC"],
    ["SELECT NAME FROM xc_role LIMIT 1.5", "Syntax error: expected a count, found 1.5"],
    ["SELECT NAMES FROM xc_role", "Column NAMES does not exist in xc_role"],
    ["SELECT NAME FROM xc_role WHERE X = '1'", "Column X does not exist in xc_role"],
    ["SELECT NAME FROM xc_roles", "Table xactly.xc_roles does not exist"],
    ["SELECT NAME FROM delta.xc_role", "Table delta.xc_role does not exist"],
    ["SELECT NAME FROM xc_role WHERE ROLE_ID > 'a'", "'a' is no number"],
    ["SELECT NAME FROM xc_role WHERE MODIFIED_DATE > '2026-01-15'", "'2026-01-15' is no timestamp"],
    ["SELECT NAME FROM xc_user", "No privilege to read xactly.xc_user"],
    ["SELECT NAME FROM xc_rule", "The result has more than 12 rows"],
  ])("that cannot be is refused: %s", async (command, message) => {
    const options = {
      ...twelve,
      rows: { xc_role: 12, xc_rule: 13 },
      maxResultRows: 12,
      deniedTables: ["xc_user"],
    };
    await withXactly(options, async ({ execute }) => {
      const { status, body, location } = await execute(command);
      expect({ status, body, location }).toEqual({
        status: 400,
        body: { error: { code: "XC-400", message } },
        location: undefined,
      });
    });
  });
});

describe("a tenant", () => {
  it("may have columns and tables of its own, and lack others", async () => {
    const layout = {
      extraColumns: { xc_role: [{ name: "SEGMENT", kind: "text" as const }] },
      missingColumns: { xc_role: ["DESCR"] },
      missingTables: ["xc_user"],
      extraTables: [
        {
          name: "xc_payment",
          keys: ["PAYMENT_ID"],
          columns: [{ name: "PAYMENT_ID", kind: "number" as const }],
        },
      ],
    };
    await withXactly({ ...twelve, ...layout }, async ({ execute, rows }) => {
      expect((await rows("SELECT SEGMENT FROM xc_role LIMIT 2")).length).toBe(2);
      expect((await rows("SELECT * FROM xc_payment")).length).toBe(12);
      expect((await execute("SELECT DESCR FROM xc_role")).status).toBe(400);
      expect((await execute("SELECT USER_ID FROM xc_user")).status).toBe(400);
    });
  });
});

describe("a result", () => {
  const all = "SELECT ROLE_ID, MODIFIED_DATE FROM xc_role ORDER BY MODIFIED_DATE, ROLE_ID";

  it.each([
    ["api", /^\/connect\/v1\/xdbc\/results\/\w+$/],
    ["host", /^\/api\/connect\/v1\/xdbc\/results\/\w+$/],
    ["absolute", /^http:\/\/127\.0\.0\.1:\d+\/api\/connect\/v1\/xdbc\/results\/\w+$/],
  ] as const)("is named by Location: %s", async (locations, pattern) => {
    await withXactly({ locations }, async ({ execute }) => {
      const { status, location, body } = await execute(all);
      expect([status, body]).toEqual([201, {}]);
      expect(location).toMatch(pattern);
    });
  });

  it("is read in pages, and keeps the rows of its moment", async () => {
    await withXactly({ ...twelve, maxPageRows: 5 }, async ({ execute, ask, sandbox }) => {
      const { location = "" } = await execute(all);
      const page = (start: number) => ask("GET", `${location}?start=${start}&size=5`);
      const first = rowsOf(await page(0));
      sandbox.store.table("xc_role").update(3, { VERSION: 99 });
      sandbox.store.table("xc_role").delete(4);
      const rest = [...rowsOf(await page(5)), ...rowsOf(await page(10))];
      expect(first.length + rest.length).toBe(12);
      expect((await page(0)).body["data"]).toMatchObject({ totalRows: 12 });
      expect(rowsOf(await page(12))).toEqual([]);
      expect(column([...first, ...rest], 1)).toEqual(column([...first, ...rest], 1).toSorted());
    });
  });

  it.each([
    "?size=5",
    "?start=0",
    "?start=-1&size=5",
    "?start=0&size=0",
    "?start=0&size=6",
    "?start=0&size=5&page=1",
  ])("is not given for %s", async (query) => {
    await withXactly({ maxPageRows: 5 }, async ({ execute, ask }) => {
      const { location = "" } = await execute(all);
      expect((await ask("GET", `${location}${query}`)).status).toBe(400);
    });
  });

  it("may be cut to shorter pages, be forgotten, and expire", async () => {
    let at = now;
    const limits = {
      maxPageRows: 5,
      largePages: "shorten",
      pagesKept: 2,
      goneStatus: 410,
      lifetimeMs: 1000,
    } as const;
    await withXactly({ ...limits, clock: () => at }, async ({ ask }) => {
      const execute = async () => {
        const body = { command: all, defaultSchema: "xactly" };
        return (await ask("POST", "/connect/v1/xdbc/execute", { body })).location ?? "";
      };
      const first = await execute();
      expect(rowsOf(await ask("GET", `${first}?start=0&size=100`)).length).toBe(5);
      expect((await ask("GET", `${first}?start=5&size=100`)).status).toBe(200);
      expect((await ask("GET", `${first}?start=10&size=100`)).status).toBe(410);
      const second = await execute();
      at += 1000;
      expect((await ask("GET", `${second}?start=0&size=5`)).status).toBe(410);
    });
  });

  it.each([
    [{ moments: "iso" }, "2026-01-15T11:00:00", {}],
    [{ moments: "millis" }, "2026-01-15T10:59:59.844", {}],
    [{ moments: "cut" }, "2026-01-15T10:59:59", {}],
    [{ moments: "epoch" }, Date.UTC(2026, 0, 15, 10, 59, 59, 844), {}],
    [{ moments: "spaced" }, "2026-01-15 11:00:00.0", {}],
    [{ columnNames: "texts" }, "2026-01-15T11:00:00", { columns: ["MODIFIED_DATE", "ROLE_ID"] }],
    [
      { columnNames: "objects" },
      "2026-01-15T11:00:00",
      { columns: [{ name: "MODIFIED_DATE" }, { name: "ROLE_ID" }] },
    ],
  ] as const)("may be spelled otherwise: %j", async (forms, moment, more) => {
    await withXactly({ ...twelve, rows: 15, numbersAsText: true, ...forms }, async ({ execute, ask }) => {
      const { location = "" } = await execute(
        "SELECT MODIFIED_DATE, ROLE_ID FROM xc_role ORDER BY MODIFIED_DATE",
      );
      const { body } = await ask("GET", `${location}?start=12&size=1`);
      const rows = [[moment, expect.stringMatching(/^1199039\d{8}$/)]];
      expect(body).toEqual({ data: { rows, totalRows: 15, ...more } });
    });
  });
});

describe("rows", () => {
  it("are the same for the same seed, and other ones for another", async () => {
    const drawn = async (seed: number) => {
      let rows: readonly Json[] = [];
      await withXactly({ ...twelve, seed }, async (client) => {
        rows = await client.rows("SELECT * FROM xc_credit ORDER BY CREDIT_ID");
      });
      return rows;
    };
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  it("of a history share the key of their object, and differ in their version", async () => {
    await withXactly({ rows: 6 }, async ({ rows }) => {
      const found = await rows(
        "SELECT POSITION_ID, OBJECT_ID, VERSION FROM xc_position_hist ORDER BY POSITION_ID, VERSION",
      );
      expect(new Set(column(found, 0)).size).toBe(2);
      expect(column(found, 2)).toEqual([1, 2, 3, 1, 2, 3]);
    });
  });

  it("can be added, changed and deleted, and are stamped with the clock's time", async () => {
    await withXactly(twelve, async ({ rows, sandbox }) => {
      const table = sandbox.store.table("xc_role");
      const added = table.add({ NAME: "new" });
      table.update(added, { DESCR: "changed" });
      table.delete(0);
      expect(await rows("SELECT NAME, DESCR, MODIFIED_DATE FROM xc_role WHERE NAME = 'new'")).toEqual([
        ["new", "changed", "2026-01-15T12:00:00"],
      ]);
      expect(table.rows().length).toBe(12);
      expect(() => table.delete(99)).toThrow("xc_role: there is no row 99.");
      expect(() => sandbox.store.table("xc_x")).toThrow("xc_x: there is no such table.");
    });
  });
});
