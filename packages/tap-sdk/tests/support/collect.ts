import type { Message } from "@chorale/singer";

/** Short text of a message, for comparing whole runs: `R orders 1`, `S orders`, `STATE {…}`. */
export function brief(message: Message): string {
  if (message.type === "RECORD") {
    return `${message.stream} ${String(message.record["id"] ?? message.record["name"])}`;
  }
  if (message.type === "SCHEMA") return `SCHEMA ${message.stream}`;
  if (message.type === "STATE") return `STATE ${JSON.stringify(message.value)}`;
  return message.type;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
