import { canonicalNumber, isObject, isRawNumber } from "@chorale/singer";
import { parseAsWritten } from "../state/state-json.ts";

/**
 * Writes a JSON value so that two spellings of one value are one text: keys sorted, numbers by what they say,
 * to the last digit.
 */
export function canonicalText(value: unknown): string {
  if (isRawNumber(value)) return canonicalNumber(value.rawJSON);
  if (typeof value === "number") return canonicalNumber(String(value));
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(",")}}`;
}

/**
 * Answers the state in a line as JSON text, digit by digit as it was written: of a bare value, or, as some
 * targets print it, of a whole STATE message. Undefined when the line is no state.
 */
export function stateIn(line: string): string | undefined {
  let value: unknown;
  try {
    value = parseAsWritten(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, value: message } = value;
  const isMessage = typeof type === "string" && type.toUpperCase() === "STATE" && isObject(message);
  return JSON.stringify(isMessage ? message : value);
}
