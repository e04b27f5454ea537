import type { IncomingMessage } from "node:http";
import { isObject } from "../json.ts";
import type { StandInRequest } from "../listener.ts";

/** A request with the fields of its body; none of a body that has no fields. */
export interface ZendeskRequest extends StandInRequest {
  readonly body: Readonly<Record<string, unknown>>;
}

const longestBody = 64 * 1024;

/** The fields of a JSON body or a form. */
function fieldsIn(text: string, contentType: string): Readonly<Record<string, unknown>> {
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

async function readBody(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (incoming.method !== "POST") {
    incoming.resume();
    return {};
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= longestBody) chunks.push(bytes);
  }
  return fieldsIn(Buffer.concat(chunks).toString(), incoming.headers["content-type"] ?? "");
}

/** Reads what came in. */
export async function readZendeskRequest(
  request: StandInRequest,
  incoming: IncomingMessage,
): Promise<ZendeskRequest> {
  return { ...request, body: await readBody(incoming) };
}
