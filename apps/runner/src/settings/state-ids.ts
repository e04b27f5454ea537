import { runError } from "../exit-codes.ts";

/** What a state id is made of. */
export interface StateIdParts {
  readonly environment: string | undefined;
  readonly tap: string;
  readonly target: string;
  /** @default none */
  readonly suffix?: string | undefined;
}

/**
 * Answers the id that a pipeline's state is kept under, as Meltano has it. Mappings are no part of it. Throws with
 * exit code 2 for a part with a `:`, which would make two pipelines one.
 *
 * @example
 * ```ts
 * stateIdOf({ environment: "prod", tap: "tap-x", target: "target-y" }); // "prod:tap-x-to-target-y"
 * ```
 */
export function stateIdOf({ environment, tap, target, suffix }: StateIdParts): string {
  for (const [what, part] of [
    ["the environment", environment],
    ["the tap", tap],
    ["the target", target],
    ["the suffix of the state id", suffix],
  ] as const) {
    if (part?.includes(":") === true) {
      throw runError(
        "usage",
        `${part}: the name of ${what} has a ":", which parts the names of a state id. Rename it.`,
      );
    }
  }
  const front = environment === undefined || environment === "" ? "" : `${environment}:`;
  const end = suffix === undefined || suffix === "" ? "" : `:${suffix}`;
  return `${front}${tap}-to-${target}${end}`;
}
