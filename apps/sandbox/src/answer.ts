import type { JsonObject } from "./json.ts";

/** A whole answer of a stand-in, before a fault spoils it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers with a JSON body, the way most APIs spell its content type. */
export function jsonAnswer(
  body: JsonObject,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Answer {
  return {
    status: options.status ?? 200,
    headers: { "content-type": "application/json; charset=utf-8", ...options.headers },
    body: JSON.stringify(body),
  };
}

/** Answers with a body that is not JSON. */
export function textAnswer(
  body: string,
  options: { status: number; contentType: string; headers?: Readonly<Record<string, string>> },
): Answer {
  return {
    status: options.status,
    headers: { "content-type": options.contentType, ...options.headers },
    body,
  };
}
