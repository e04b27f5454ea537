import { describe, expect, it } from "vitest";
import { readCommandLine } from "../src/command-line.ts";

describe("readCommandLine", () => {
  it.each([
    {
      name: "nothing",
      argv: [],
      expected: { names: [], scale: 1, rounds: 3, full: false, limitSeconds: 240 },
    },
    { name: "--quick", argv: ["--quick"], expected: { scale: 0.1, rounds: 3, limitSeconds: 30 } },
    { name: "a scale beside --quick", argv: ["--quick", "--scale", "0.5"], expected: { scale: 0.5 } },
    { name: "--full", argv: ["--full"], expected: { full: true, limitSeconds: Number.POSITIVE_INFINITY } },
    { name: "cases", argv: ["--case", "a", "--case", "b"], expected: { names: ["a", "b"] } },
    { name: "a file", argv: ["--json", "x.json"], expected: { jsonFile: "x.json" } },
  ])("reads $name", ({ argv, expected }) => {
    expect(readCommandLine(argv)).toMatchObject(expected);
  });

  it.each([
    { name: "an unknown option", argv: ["--fast"], message: "--fast" },
    {
      name: "rounds that are none",
      argv: ["--rounds", "0"],
      message: "--rounds 0: it is no number above 0.",
    },
    { name: "a scale that is none", argv: ["--scale", "x"], message: "--scale x: it is no number above 0." },
  ])("refuses $name", ({ argv, message }) => {
    expect(() => readCommandLine(argv)).toThrow(message);
  });
});
