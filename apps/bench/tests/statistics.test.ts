import { describe, expect, it } from "vitest";
import { median, medianDifference, medianRatio } from "../src/statistics.ts";

describe("median", () => {
  it.each([
    { name: "one value", values: [4], expected: 4 },
    { name: "an odd number, unsorted", values: [9, 1, 5], expected: 5 },
    { name: "an even number", values: [1, 10, 2, 4], expected: 3 },
    { name: "numbers that sort otherwise as texts", values: [10, 9, 100], expected: 10 },
  ])("of $name", ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  it("of nothing is an error", () => {
    expect(() => median([])).toThrow(new RangeError("There is no median of no values."));
  });

  it("leaves its input as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("comparisons", () => {
  it("divides each run by the reference of its own round", () => {
    // The second round ran on a machine that was busy: the ratio of the medians would be 1.
    expect(medianRatio([100, 10, 100], [200, 20, 100])).toBe(0.5);
  });

  it("subtracts the reference of each round", () => {
    expect(medianDifference([100, 400, 90], [50, 380, 60])).toBe(30);
  });

  it("leaves out a round that the reference did not have", () => {
    expect(medianRatio([1, 2, 9], [2, 4])).toBe(0.5);
  });
});
