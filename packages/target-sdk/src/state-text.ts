import { isObject, parseMessage, parseSource } from "@chorale/singer";

/**
 * Answers the value of a STATE line as JSON text, with every number as it was written. Throws `ProtocolError`
 * for a line that is none.
 */
export function stateTextOf(line: Buffer, lineNumber: number | undefined): string {
  const value = parsed(line);
  if (isObject(value) && "value" in value) return JSON.stringify(value["value"]);
  const message = parseMessage(line, lineNumber === undefined ? {} : { lineNumber });
  return JSON.stringify(message.type === "STATE" ? message.value : null);
}

function parsed(line: Buffer): unknown {
  try {
    return parseSource(line.toString());
  } catch {
    return undefined;
  }
}
