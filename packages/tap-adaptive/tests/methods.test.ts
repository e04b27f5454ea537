import { describe, expect, it } from "vitest";
import { tapAdaptive } from "../src/index.ts";
import { examples } from "./support/examples.ts";
import { called, runTap, runWell, withAccount } from "./support/run-tap.ts";

const own = new Set(["versions", "data", "security_audit", "configurable_model_data"]);

it("has an example of every stream of one method", () => {
  const names = tapAdaptive.streams.map(({ name }) => name).filter((name) => !own.has(name));
  expect(Object.keys(examples)).toEqual(names);
});

describe.each(Object.entries(examples))("%s", (stream, [count, example]) => {
  it("has its columns", async () => {
    await withAccount({}, async (account) => {
      const { records } = await runWell({ url: account.url, select: [`${stream}.*`] });
      expect(records(stream).length).toBe(count);
      expect(records(stream)).toContainEqual(example);
    });
  });
});

describe("a method that returns nothing", () => {
  it("has a table all the same", async () => {
    const empty = [
      "exportVersions",
      "exportAccounts",
      "exportLevels",
      "exportDimensions",
      "exportAttributes",
      "exportDimensionFamilies",
      "exportDimensionMapping",
      "exportTime",
      "exportActiveCurrencies",
      "exportCustomerLogo",
      "exportGroups",
      "exportInstances",
      "exportLocales",
      "exportRoles",
      "exportPermissionSets",
      "exportUsers",
      "exportTransactionDefinition",
      "exportSheets",
      "exportSecurityAudit",
    ];
    await withAccount({ empty }, async (account) => {
      const run = await runWell({ url: account.url, select: ["*"] });
      const types = (type: string): readonly unknown[] =>
        run.messages.flatMap((message) =>
          message.type === type && "stream" in message ? [message.stream] : [],
        );
      expect(types("RECORD")).toEqual([]);
      expect(types("SCHEMA").toSorted()).toEqual(tapAdaptive.streams.map(({ name }) => name).toSorted());
    });
  });

  it("or is not there in many accounts is warned of", async () => {
    const denied = ["exportRoles", "exportCustomerLogo"];
    await withAccount({ denied, salesPlanning: false }, async (account) => {
      const select = ["roles.*", "customer_logo.*", "dimension_mapping.*", "groups.*"];
      const run = await runWell({ url: account.url, select });
      expect(run.said("warn").split("\n")).toEqual([
        "dimension_mapping has no records: dimension_mapping: exportDimensionMapping was refused: error-not-licensed: Sales planning is not enabled. Check the settings that it is made of, and what the user may read.",
        "customer_logo has no records: customer_logo: exportCustomerLogo was refused: error-permission: You do not have permission to call exportCustomerLogo. Check the settings that it is made of, and what the user may read.",
        "roles has no records: roles: exportRoles was refused: error-permission: You do not have permission to call exportRoles. Check the settings that it is made of, and what the user may read.",
      ]);
      expect(run.records("groups").length).toBe(1);
    });
  });

  it("that is refused otherwise fails, and the other streams run", async () => {
    await withAccount({ denied: ["exportUsers"] }, async (account) => {
      const run = await runTap({ url: account.url, select: ["users.*", "groups.*", "sheets.*"] });
      expect(String(run.error)).toContain(
        "users: exportUsers was refused: error-permission: You do not have permission to call exportUsers.",
      );
      expect(run.error).toMatchObject({ exitCode: 70 });
      expect(run.records("sheets").length).toBe(4);
    });
  });
});

describe("what only some columns need", () => {
  const request = async (select: readonly string[]): Promise<unknown> => {
    let found: unknown;
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, select });
      found = account.calls[0]?.request.children[0]?.attributes;
    });
    return found;
  };

  it.each([
    ["accounts.*", { attributes: "true" }],
    ["accounts.name", {}],
    ["levels.*", { groups: "true" }],
    ["levels.name", {}],
    ["users.*", { groups: "true", ownedLevels: "true" }],
    ["users.name", {}],
    ["users.owned_levels", { ownedLevels: "true" }],
    ["dimension_values.*", { dimensionValues: "true", attributes: "true" }],
    ["dimension_values.name", { dimensionValues: "true" }],
    ["dimensions.*", { dimensionValues: "false" }],
  ])("is asked for with them only: %s", async (select, attributes) => {
    expect(await request([select])).toEqual(attributes);
  });

  it("asks nothing for what is deselected", async () => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, select: ["locales.*", "instances.*"] });
      expect(called(account)).toEqual(["exportInstances", "exportLocales"]);
    });
  });
});

it("reads the other sheets where one is refused", async () => {
  await withAccount({}, async (account) => {
    const body =
      '<response success="false"><messages><message key="error-incomplete"/></messages></response>';
    account.faults.add({
      path: "**/exportSheetDefinition",
      nth: 2,
      fault: { kind: "status", status: 200, body },
    });
    const run = await runTap({ url: account.url, select: ["sheet_definition.*"] });
    expect(run.records("sheet_definition").map(({ id }) => id)).toEqual([5, 4]);
    expect(String(run.error)).toContain('sheet_definition: 1 of 3 failed: sheet "Personnel".');
  });
});
