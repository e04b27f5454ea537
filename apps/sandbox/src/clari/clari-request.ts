import type { IncomingMessage } from "node:http";
import type { JsonObject } from "../json.ts";
import type { StandInRequest } from "../listener.ts";
import { jsonBody } from "../request-body.ts";

/** A request with its token, and the JSON object of its body; undefined for a body that is none. */
export interface ClariRequest extends StandInRequest {
  readonly token: string | undefined;
  readonly body: JsonObject | undefined;
}

/** Reads what came in. */
export async function readClariRequest(
  request: StandInRequest,
  incoming: IncomingMessage,
): Promise<ClariRequest> {
  const token = incoming.headers["apikey"]?.toString();
  return { ...request, token, body: await jsonBody(incoming) };
}
