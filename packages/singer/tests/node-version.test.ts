import { describe, expect, it } from "vitest";
import { requireNode } from "../src/node-version.ts";

function run(version: string, minimum?: string): { said: string; codes: number[] } {
  const result: { said: string; codes: number[] } = { said: "", codes: [] };
  requireNode("tap-zendesk", {
    version,
    ...(minimum === undefined ? {} : { minimum }),
    write: (text) => {
      result.said += text;
    },
    exit: (code) => result.codes.push(code),
  });
  return result;
}

describe("requireNode", () => {
  it.each([
    ["v22.18.0", undefined],
    ["v22.18.1", undefined],
    ["v22.100.0", undefined],
    ["v24.0.0", undefined],
    ["v100.0.0", undefined],
    ["v23.0.0-nightly20240101abc", undefined],
    ["v20.0.0", "20"],
    ["v20.1.0", "20.1"],
  ])("lets %s pass", (version, minimum) => {
    expect(run(version, minimum)).toEqual({ said: "", codes: [] });
  });

  it.each([
    ["v22.17.9", undefined, "22.18"],
    ["v20.20.2", undefined, "22.18"],
    ["v8.0.0", undefined, "22.18"],
    ["v20.20.2", "24.1.3", "24.1.3"],
    ["v20.0.9", "20.1", "20.1"],
  ])("refuses %s", (version, minimum, needed) => {
    expect(run(version, minimum)).toEqual({
      said: `tap-zendesk needs Node.js ${needed} or newer, this is ${version}. Install it from your package manager.\n`,
      codes: [78],
    });
  });

  it("lets this very process pass", () => {
    expect(requireNode("tap-zendesk")).toBeUndefined();
  });
});
