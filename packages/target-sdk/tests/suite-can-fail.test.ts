import { describe, expect, it } from "vitest";
import { runCase, type SuiteCase, targetTestCases } from "../src/testing/index.ts";
import { type Faults, memorySuite } from "./memory-target.ts";

const cases = Object.values(targetTestCases).flat();

function caseOf(name: string): SuiteCase {
  const found = cases.filter((each) => each.name.startsWith(name));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} cases begin with ${name}`);
  return first;
}

function outcomeOf(faults: Faults, name: string): Promise<void> {
  return runCase(memorySuite(faults), { suiteCase: caseOf(name), mode: "records" });
}

const faulty: readonly (readonly [keyof Faults, readonly string[]])[] = [
  ["printsEarly", ["multiple_state_messages", "any schedule of three streams"]],
  ["keepsOlder", ["duplicate_records", "user_location_data", "keys of texts"]],
  [
    "dropsLastBatch",
    ["array_data", "camelcase:", "any schedule of three streams", "integers keep every digit"],
  ],
  [
    "roundsNumbers",
    ["integers keep every digit", "keys beyond 2^53", "decimals keep every digit", "numbers within JSON"],
  ],
  ["emptyIsNull", ["the empty text, null", "falsy-pk", "keys of texts"]],
  ["dropsOffsets", ["moments are stored in UTC", "keys of moments", "each way to write a moment"]],
  ["takesNullKeys", ["record_missing_key_property"]],
  ["inventsState", ["array_data", "camelcase:", "an input without messages"]],
  [
    "hidesErrors",
    [
      "unexpected-types",
      "a number beyond doubles",
      "an integer beyond its column",
      "a decimal with more digits",
    ],
  ],
  ["forgetsLastState", ["array_data", "multiple_state_messages", "optional_attributes"]],
  ["neverAppends", ["no_primary_keys"]],
];

describe("the suite", () => {
  const names = new Set(faulty.flatMap(([, expected]) => expected));

  it.each([...names])("passes a target that does it right: %s", async (name) => {
    await expect(outcomeOf({}, name)).resolves.toBeUndefined();
  });

  it.each(faulty.flatMap(([fault, expected]) => expected.map((name) => [fault, name] as const)))(
    "fails a target that %s: %s",
    async (fault, name) => {
      await expect(outcomeOf({ [fault]: true }, name)).rejects.toThrow();
    },
  );

  it("names every case once", () => {
    const all = cases.map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(100);
  });
});
