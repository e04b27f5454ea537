import type { IncomingMessage } from "node:http";
import { isJsonObject, type JsonObject } from "./json.ts";

/** Reads a body to its end, as text. */
export async function textBody(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

/** Reads the JSON object of a body; undefined for a body that is none, or does not say that it is JSON. */
export async function jsonBody(incoming: IncomingMessage): Promise<JsonObject | undefined> {
  const text = await textBody(incoming);
  if (!(incoming.headers["content-type"] ?? "").startsWith("application/json")) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
