import { ConnectorError } from "@chorale/singer";

const outputFailed = 74;

/** Tells whether an error says that the output takes nothing more: what was said last may have reached nobody. */
export function isOutputFailure(error: unknown): boolean {
  return ConnectorError.isInstance(error) && error.exitCode === outputFailed;
}
