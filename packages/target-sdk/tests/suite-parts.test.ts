import { describe, expect, it } from "vitest";
import { targetTestCases } from "../src/testing/index.ts";
import { declaredTests } from "../src/testing/suite.ts";

type Choice = Parameters<typeof declaredTests>[0];

function namesOf(choice: Choice): readonly string[] {
  return [...declaredTests(choice)].flatMap(([theme, tests]) => tests.map(({ name }) => `${theme}: ${name}`));
}

const all = namesOf({});
const cases = Object.values(targetTestCases).flat();

describe("the suite's tests", () => {
  it("are each case in each of its modes, under names of their own", () => {
    const modes = cases.map((each) => (each.modes ?? ["records"]).length);
    expect(all).toHaveLength(modes.reduce((sum, count) => sum + count));
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([2, 3])("are all in one of %i parts, and in no other", (of) => {
    const parts = Array.from({ length: of }, (_, index) => namesOf({ part: { number: index + 1, of } }));
    expect(parts.flat().toSorted()).toEqual(all.toSorted());
  });

  it("are each case once when modes take turns, and every mode has its share, in each part", () => {
    const parts = [1, 2].map((number) => declaredTests({ part: { number, of: 2 }, modes: "in turn" }));
    const tests = parts.map((part) => [...part.values()].flat());
    const names = (some: readonly { readonly suiteCase: { readonly name: string } }[]) =>
      some.map(({ suiteCase }) => suiteCase.name).toSorted();
    expect(names(tests.flat())).toEqual(cases.map(({ name }) => name).toSorted());
    for (const part of tests) {
      const counts = Object.groupBy(part, ({ mode }) => mode);
      for (const mode of ["records", "unvalidated", "batches"] as const)
        expect(counts[mode]?.length).toBeGreaterThan(part.length / 10);
    }
  });
});
