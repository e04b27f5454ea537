import type { Logger } from "@chorale/singer";

/** A logger that keeps what it is told. */
export interface LogLines extends Logger {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: unknown }[];
}

export function logLines(): LogLines {
  const lines: { level: string; message: string; fields: unknown }[] = [];
  const at = (level: string) => (message: string, fields?: unknown) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
