import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes, and those that take seconds; the others take less. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/\/(?:kill|suite)[^/]*\.test\.ts$/, 2],
  [/\/(?:faults|features|overwrite|upload)[^/]*\.test\.ts$|\.(?:process|property|stand-in)\.test\.ts$/, 1],
];

function weightOf({ moduleId }: TestSpecification): number {
  return weights.find(([pattern]) => pattern.test(moduleId))?.[1] ?? 0;
}

/** Begins with the files that take longest, so that no worker has to wait for another's last one. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => weightOf(other) - weightOf(one));
  }
}
