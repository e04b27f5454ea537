import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { isObject } from "../../json.ts";

/** A request's body as fields: parsed JSON, or a decoded form. */
export type Fields = Readonly<Record<string, unknown>>;

const mostBytes = 64 * 1024 * 1024;

/** Reads a whole body. Rejects when it is longer than 64 MiB or breaks off. */
async function readBody(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of incoming) {
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    if (bytes > mostBytes) throw new Error("The body is longer than 64 MiB.");
    pieces.push(buffer);
  }
  const body = Buffer.concat(pieces);
  const isCompressed = incoming.headers["content-encoding"] === "gzip";
  return (isCompressed ? gunzipSync(body) : body).toString("utf8");
}

/** Reads a body's fields; none when it is empty or of another type. Rejects for JSON that does not parse. */
export async function readFields(incoming: IncomingMessage): Promise<Fields> {
  const text = await readBody(incoming);
  const type = incoming.headers["content-type"] ?? "";
  if (type.includes("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(text));
  if (text === "" || !type.includes("application/json")) return {};
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) ? parsed : {};
}

/** A field that is a text. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** A field that is an object; one without fields when it is not there. */
export function objectField(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isObject(value) ? value : {};
}
