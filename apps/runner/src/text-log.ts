import type { Logger } from "@chorale/singer";
import { safeText } from "./view/safe-text.ts";

/** Makes a log for people: one line a message, with its level in front where it is more than news. */
export function createTextLog(write: (line: string) => void): Logger {
  const put = (front: string) => (message: string) => write(`${front}${safeText(message)}\n`);
  return { debug: () => undefined, info: put(""), warn: put("warning: "), error: put("error: ") };
}
