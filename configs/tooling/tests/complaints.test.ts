import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** What users of other connectors suffer, and the test that fails when ours has the same defect. */
interface Complaint {
  readonly complaint: string;
  readonly file: string;
  readonly test: string;
}

const packages = new URL("../../../packages/", import.meta.url);
const lists = readdirSync(packages)
  .map((name) => ({ name, tests: new URL(`${name}/tests/`, packages) }))
  .filter(({ tests }) => existsSync(new URL("complaints.json", tests)));

describe.each(lists)("the complaints of $name", ({ tests }) => {
  it("name tests that there are", () => {
    const complaints: readonly Complaint[] = JSON.parse(
      readFileSync(new URL("complaints.json", tests), "utf8"),
    );
    const lost = complaints.filter(
      ({ file, test }) => !readFileSync(new URL(file, tests), "utf8").includes(test),
    );
    expect(lost).toEqual([]);
    expect(complaints.length).toBeGreaterThan(0);
  });
});
