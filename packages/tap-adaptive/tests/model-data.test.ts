import { describe, expect, it } from "vitest";
import { called, runTap, runWell, withAccount } from "./support/run-tap.ts";

const select = ["configurable_model_data.*"];
const config = { versions: ["FY25 Plan"], model_sheets: ["Personnel"] };

describe("the rows of modeled sheets", () => {
  it("are read by the pages of a job", async () => {
    await withAccount({ size: { modelRows: 1001 } }, async (account) => {
      const run = await runWell({ url: account.url, select, config });
      expect(new Set(run.records("configurable_model_data").map(({ internal_id }) => internal_id)).size).toBe(
        1001,
      );
      expect(run.records("configurable_model_data")[0]).toEqual({
        version_id: 45,
        version: "FY25 Plan",
        sheet_id: 3,
        sheet: "Personnel",
        internal_id: "S100",
        is_parent: "",
        parent_id: "",
        cells: {
          InternalID: "S100",
          Level: "BC - 45",
          Name: 'Pat "0" Sample',
          "Start Date": "8/28/2025",
          "Share %": "0.000000000",
          IsParent: "",
          ParentID: "",
          "Jan-2026": "",
        },
      });
      expect(called(account)).toEqual([
        "exportSheets",
        "exportVersions",
        "exportConfigurableModelData",
        "exportConfigurableModelData",
        "exportConfigurableModelData",
      ]);
    });
  });

  it("are those of all sheets and versions unless some are named; sheets of assumptions are asked for as global", async () => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, select });
      const pairs = run
        .records("configurable_model_data")
        .map(({ version_id, sheet_id }) => `${version_id} ${sheet_id}`);
      expect([...new Set(pairs)]).toEqual(["41 3", "41 4", "46 3", "46 4", "45 3", "45 4"]);
    });
  });

  it("that are refused are told, with what is said of a sheet that is not global", async () => {
    await withAccount({ denied: ["exportConfigurableModelData"] }, async (account) => {
      const run = await runTap({ url: account.url, select, config });
      expect(String(run.error)).toContain('1 of 1 failed: sheet "Personnel" of version "FY25 Plan".');
      expect(run.said("error")).toContain("You do not have permission");
    });
  });

  it("are nobody's unasked", async () => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url });
      expect(called(account)).not.toContain("exportConfigurableModelData");
    });
  });
});
