import { isObject, ProtocolError, parseMessage, parseSource } from "@chorale/singer";

/**
 * Answers the value of a STATE line as JSON text, with every number as it was written. Throws `ProtocolError`
 * for a line that is none.
 */
export function stateTextOf(line: Buffer, lineNumber: number | undefined): string {
  const place = lineNumber === undefined ? {} : { lineNumber };
  const value = parsed(line);
  const message = isObject(value) && "value" in value ? value : parseMessage(line, place);
  try {
    return JSON.stringify("value" in message ? message.value : null);
  } catch (cause) {
    throw new ProtocolError(
      `${lineNumber === undefined ? "message" : `line ${lineNumber}`}: a STATE cannot be written: it is nested too deeply. Look at what wrote it.`,
      { cause, ...place },
    );
  }
}

function parsed(line: Buffer): unknown {
  try {
    return parseSource(line.toString());
  } catch {
    return undefined;
  }
}
