import type { Tap } from "../tap.ts";
import { faultChecks } from "./fault-checks.ts";
import { metadataChecks } from "./metadata-checks.ts";
import { recordChecks } from "./record-checks.ts";
import { selectionChecks } from "./selection-checks.ts";
import { stateChecks } from "./state-checks.ts";
import { TapLab } from "./tap-lab.ts";
import type { TapTestOptions } from "./tap-replica.ts";

/** One thing that must be true of every tap. */
export interface TapCheck {
  readonly name: string;
  /** Throws an `AssertionError` that says what is not as it must be. */
  readonly verify: () => Promise<void>;
}

/**
 * Answers the checks of `tapTestSuite`, for test runners other than vitest.
 *
 * @example
 * ```ts
 * for (const { name, verify } of tapChecks(tapShop, { replica })) test(name, verify);
 * ```
 */
export function tapChecks<Config>(tap: Tap<Config>, options: TapTestOptions): readonly TapCheck[] {
  const lab = new TapLab(tap, options);
  return [
    ...metadataChecks(lab),
    ...recordChecks(lab),
    ...stateChecks(lab),
    ...selectionChecks(lab),
    ...faultChecks(lab),
  ];
}
