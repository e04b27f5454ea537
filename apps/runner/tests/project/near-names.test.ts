import { describe, expect, it } from "vitest";
import { didYouMean, namesToChooseFrom, nearestNames } from "../../src/project/near-names.ts";

describe("nearest names", () => {
  it.each([
    ["selct", ["select", "schema"], ["select"]],
    ["slect", ["select"], ["select"]],
    ["sleect", ["select"], ["select"]],
    ["Select", ["select"], ["select"]],
    ["selection", ["select"], []],
    ["tap-zendes", ["tap-zendesk", "tap-zengrc", "tap-zendesk--eu"], ["tap-zendesk"]],
    ["tap-zendesk-eu", ["tap-zendesk--eu", "tap-zendesk"], ["tap-zendesk--eu"]],
    ["tap", ["tab", "tip", "tam", "top"], ["tab", "tam", "tip"]],
    ["x", ["x"], []],
    ["", ["a"], ["a"]],
  ])("of %s in %j are %j", (name, known, near) => {
    expect(nearestNames(name, known)).toEqual(near);
  });

  it("is quick with long names", () => {
    expect(nearestNames("a".repeat(2000), [`${"a".repeat(1999)}b`])).toHaveLength(1);
  });

  it("makes sentences", () => {
    expect(didYouMean("ab", ["ac", "ad"])).toBe("Did you mean ac or ad?");
    expect(didYouMean("ab", ["xyz"])).toBeUndefined();
    expect(namesToChooseFrom("ab", ["xyz", "uvw"])).toBe("The project knows xyz, uvw.");
    expect(namesToChooseFrom("ab", [])).toBe("There is none.");
  });
});
