import { describe, expect, it } from "vitest";
import { runSandbox } from "../../src/command.ts";
import { call, withAdaptive } from "./adaptive-client.ts";

describe("metadata", () => {
  it.each([
    [
      "exportVersions",
      "",
      '<version id="44" name="Deep" shortName="" type="VERSION_FOLDER" description=""><version id="45"',
    ],
    ["exportVersions", "", 'name="FY26 Plan &amp; &quot;Board&quot; &lt;1&gt;"'],
    ["exportAccounts", "", '<account id="100" code="" name="Group 0"'],
    ["exportAccounts", '<include attributes="true"/>', '<attribute attributeId="13"'],
    ["exportLevels", '<include groups="true"/>', 'groupIds="4,5"'],
    [
      "exportDimensions",
      "",
      '<dimension id="6" name="Customer" shortName="" autoCreate="0" listDimension="1" seqNo="14" property1="Latitude"/>',
    ],
    ["exportDimensions", '<include dimensionValues="true"/>', '<dimensionValue id="500" code="C0"'],
    [
      "exportTime",
      "",
      'code="01/2026" label="01/2026" stratumId="1" timeslot="11" id="301012" end="2026-02-01"/>',
    ],
    [
      "exportInstances",
      "",
      '<instances><instance code="EXAMPLE1" name="EXAMPLE1" systemCurrency="USD"/></instances>',
    ],
    ["exportInstances", '<include accessibleInstances="true"/>', 'code="EXAMPLE2"'],
    ["exportSheetDefinition", '<cube-sheet id="5"/>', '<cube-sheet id="5" name="Bookings"'],
    ["exportModeledSheet", '<exportModel sheetToExport="Personnel"/>', '<ConfigurableModel id="3"'],
    ["exportUsers", '<include groups="true"/>', 'groupIds="304,1"'],
  ])("of %s %s", async (method, inner, said) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, method, { inner })).toContain(said);
    });
  });

  it.each([
    ["exportAccounts", "attributes=", ""],
    ["exportAccounts", "<attributes>", ""],
    ["exportLevels", "groupIds", ""],
    ["exportUsers", "groupIds", ""],
    ["exportDimensions", "<attributes>", '<include dimensionValues="true"/>'],
  ])("of %s has %s on demand only", async (method, unsaid, inner) => {
    await withAdaptive({}, async (adaptive) => {
      expect(await call(adaptive, method, { inner })).not.toContain(unsaid);
    });
  });

  it("of sheets that are not there is refused", async () => {
    await withAdaptive({}, async (adaptive) => {
      for (const inner of ['<modeled-sheet id="5"/>', '<cube-sheet id="3"/>', ""]) {
        expect(await call(adaptive, "exportSheetDefinition", { inner })).toContain("error-invalid-sheet");
      }
    });
  });
});

describe("chorale-sandbox adaptive", () => {
  it("serves until it is told to end, and refuses what is no number", async () => {
    const ending = new AbortController();
    const stderr: string[] = [];
    const streams = {
      stdout: {
        write: (text: string) => {
          expect(text).toMatch(/^\{"url":"http:\/\/127\.0\.0\.1:\d+"\}\n$/u);
          ending.abort();
        },
      },
      stderr: { write: (text: string) => stderr.push(text) },
      signal: ending.signal,
    };
    expect(await runSandbox(["adaptive", "--accounts", "3", "--denied", "exportUsers"], streams)).toBe(0);
    expect(await runSandbox(["adaptive", "--accounts", "many"], streams)).toBe(64);
    expect(stderr).toEqual(["chorale-sandbox: --accounts: many is no whole number.\n"]);
  });
});
