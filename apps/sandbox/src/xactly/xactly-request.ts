import type { IncomingMessage } from "node:http";
import type { JsonObject } from "../json.ts";
import type { StandInRequest } from "../listener.ts";
import { jsonBody } from "../request-body.ts";

/** A request with the JSON object of its body; undefined for a body that is none. */
export interface XactlyRequest extends StandInRequest {
  readonly body: JsonObject | undefined;
}

/** Reads what came in. */
export async function readXactlyRequest(
  request: StandInRequest,
  incoming: IncomingMessage,
): Promise<XactlyRequest> {
  return { ...request, body: await jsonBody(incoming) };
}
