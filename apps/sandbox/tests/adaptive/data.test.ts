import { describe, expect, it } from "vitest";
import type { AdaptiveSandbox } from "../../src/index.ts";
import { call, withAdaptive } from "./adaptive-client.ts";

const format =
  '<format useInternalCodes="true" includeUnmappedItems="false" includeCodes="true" includeNames="true"/>';
const plain = '<format useInternalCodes="true" includeUnmappedItems="false"/>';
const account = (code: string): string =>
  `<accounts><account code="${code}" isAssumption="false" includeDescendants="false"/></accounts>`;
const top = '<levels><level name="Master Corporate" isRollup="true" includeDescendants="false"/></levels>';

/** The lines of the CSV. */
async function linesOf(
  adaptive: AdaptiveSandbox,
  inner: string,
  options: { version?: number; attributes?: string } = {},
): Promise<readonly string[]> {
  const text = await call(adaptive, "exportData", {
    ...options,
    inner: `<version name="FY25 Plan"/>${inner}`,
  });
  const csv = text.replaceAll("]]]]><![CDATA[>", "]]>").replace(/^[\s\S]*?<!\[CDATA\[/, "");
  return csv.replace(/\]\]><\/output>[\s\S]*$/, "").split("\n");
}

describe("exportData", () => {
  it("writes one row for each account and level, as the older API does", async () => {
    await withAdaptive({ size: { months: 3 } }, async (adaptive) => {
      const filters = `<filters>${account("Model.Account_1")}${top}</filters>`;
      const lines = await linesOf(adaptive, `${plain}${filters}`, { version: 29 });
      const version = adaptive.store.version("FY25 Plan");
      const cells = adaptive.store.months.map((month) =>
        version === undefined ? "" : adaptive.store.cell(version, ["Model.Account_1", "MC"], month),
      );
      expect(lines).toEqual([
        "Account Name,Account Code,Level Name,02/2025,03/2025,04/2025",
        `"The ""big"" one 1","Model.Account_1","Master Corporate",${cells.join(",")}`,
        "",
      ]);
    });
  });

  it("adds codes, and every combination of dimensions", async () => {
    await withAdaptive({ size: { months: 1, dimensionValues: 2 } }, async (adaptive) => {
      const dimensions =
        '<dimensions><dimension name="Customer"/><dimension name="Product line"/></dimensions>';
      const filters = `<filters>${account("Model.Account_0")}${top}</filters>`;
      const rules = '<rules includeZeroRows="true" markBlanks="true"/>';
      const [header, ...rows] = await linesOf(adaptive, `${format}${filters}${dimensions}${rules}`);
      expect(header).toBe(
        'Account Name,Account Code,Level Code,Level Name,"Customer Code","Customer Name","Product line Code","Product line Name",02/2025',
      );
      expect(rows.length).toBe(5);
      expect(rows[1]).toMatch(
        /^"Revenue, net 0","Model.Account_0","MC","Master Corporate","C0","Customer ""0""","P1","Product line ""1""",/,
      );
    });
  });

  it.each([
    ["months", '<timeSpan start="03/2025" end="05/2025"/>', "", "03/2025,04/2025,05/2025"],
    ["quarters", '<timeSpan start="02/2025" end="07/2025" stratum="qtr"/>', "", "Q1-2026,Q2-2026"],
    ["a single column", "", '<rules timeRollups="single"/>', "Rollup"],
    [
      "rollups beside months",
      '<timeSpan start="12/2025" end="02/2026"/>',
      '<rules timeRollups="true"/>',
      "12/2025,01/2026,02/2026,Q4-2026,Q1-2027,FY2026,FY2027",
    ],
  ])("shows %s", async (_name, span, rules, columns) => {
    await withAdaptive({ size: { months: 24 } }, async (adaptive) => {
      const [header] = await linesOf(adaptive, `${plain}<filters>${span}</filters>${rules}`);
      expect(header).toBe(`Account Name,Account Code,Level Name,${columns}`);
    });
  });

  it("says at the end of a streamed answer whether it is a success, and how many rows it has", async () => {
    await withAdaptive({ size: { accounts: 2, levels: 2 } }, async (adaptive) => {
      const inner = `<version name="FY25 Plan"/>${plain}`;
      const text = await call(adaptive, "exportData", { inner, attributes: ' stream="true"' });
      expect(text).toContain("<response><output><![CDATA[Account Name,");
      expect(text).toMatch(/\n\]\]><\/output><status success="true" rowCountSent="4"\/><\/response>$/);
    });
  });

  it.each([
    ["a folder", '<version name="Shared with Data"/>', "error-invalid-version"],
    ["no format", '<version name="FY25 Plan"/>', "error-invalid-format"],
    [
      "an account",
      `<version name="FY25 Plan"/>${plain}<filters>${account("X")}</filters>`,
      "error-invalid-account",
    ],
    [
      "a level that is no rollup",
      `<version name="FY25 Plan"/>${plain}<filters>${top.replace("true", "false")}</filters>`,
      "error-invalid-level",
    ],
    [
      "a span that runs backwards",
      `<version name="FY25 Plan"/>${plain}<filters><timeSpan start="03/2025" end="02/2025"/></filters>`,
      "error-invalid-time-span",
    ],
    [
      "two currencies",
      `<version name="FY25 Plan"/>${plain}<rules><currency useLocal="true" override="EUR"/></rules>`,
      "error-invalid-currency",
    ],
    [
      "a dimension",
      `<version name="FY25 Plan"/>${plain}<dimensions><dimension name="X"/></dimensions>`,
      "error-invalid-dimension",
    ],
  ])("refuses %s", async (_name, inner, key) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, "exportData", { inner })).toContain(`<message key="${key}">`);
    });
  });

  it("cuts answers off that have too many cells", async () => {
    await withAdaptive({ size: { accounts: 3, levels: 1, months: 4 }, maxCells: 6 }, async (adaptive) => {
      const inner = (end: string): string =>
        `<version name="FY25 Plan"/>${plain}<filters><timeSpan start="02/2025" end="${end}"/></filters>`;
      await expect(call(adaptive, "exportData", { inner: inner("05/2025") })).rejects.toThrow("terminated");
      expect(await call(adaptive, "exportData", { inner: inner("03/2025") })).toContain("</response>");
    });
  });
});

describe("exportConfigurableModelData", () => {
  const page = (number: number, job: string, sheet = 'name="Personnel"'): string =>
    `<version name="FY25 Plan"/><job jobNumber="${job}" pageNumber="${number}" pageSize="2"/><modeled-sheet ${sheet}/>`;

  it("hands out the pages of a job", async () => {
    await withAdaptive({ size: { modelRows: 3 } }, async (adaptive) => {
      const first = await call(adaptive, "exportConfigurableModelData", { inner: page(1, "0") });
      expect(first).toContain('<data jobNumber="8841" numberOfPages="2"><![CDATA[InternalID,Level,');
      expect(first).toContain('"S101","BC - 45","Pat ""1"" Sample"');
      const second = await call(adaptive, "exportConfigurableModelData", { inner: page(2, "8841") });
      expect(second.match(/"S\d+"/g)).toEqual(['"S102"']);
    });
  });

  it.each([
    ["a page of no job", page(2, "0"), "Invalid job: 0"],
    [
      "a sheet of rates that is not asked for as global",
      page(1, "0", 'name="Global rates"'),
      "Invalid sheet",
    ],
    [
      "the right spelling",
      page(1, "0", 'name="Personnel" displayNameEnabled="true"'),
      "is not allowed to appear",
    ],
  ])("refuses %s", async (_name, inner, said) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, "exportConfigurableModelData", { inner })).toContain(said);
    });
  });
});
