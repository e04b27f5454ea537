import { addressOf, displayUrl } from "./address.ts";
import type { ClientParts } from "./client-parts.ts";
import type { RequestName } from "./failures.ts";
import type { HttpMethod, RequestOptions } from "./http-client.ts";

/** A request as it goes out. */
export interface Outgoing {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly options: RequestOptions;
}

/** What a request is called in messages. Asked for when it is said: secrets may become known in between. */
export function nameOf(request: Outgoing, { redact }: Pick<ClientParts, "redact">): RequestName {
  return { method: request.method, url: displayUrl(request.url, redact) };
}

/** Makes the request for a path. Throws `ApiError` when the path leads to another origin. */
export function outgoing(
  method: HttpMethod,
  path: string,
  { options, parts }: { options: RequestOptions; parts: ClientParts },
): Outgoing {
  const { base, redact } = parts;
  const { searchParams, dropParams } = options;
  const anyOrigin = parts.credentials === undefined;
  const url = addressOf(path, { base, method, searchParams, dropParams, anyOrigin, redact });
  const { body, contentType } = bodyOf(options);
  const typed = contentType === undefined ? {} : { "content-type": contentType };
  const headers = { ...parts.headers, ...typed, ...lowerCase(options.headers ?? {}) };
  return { method, url, headers, body, options };
}

/** Answers the request that a redirect asks for; after 303, and a POST after 301 or 302, it is a GET. */
export function redirected(request: Outgoing, { status, url }: { status: number; url: URL }): Outgoing {
  const becomesGet = status === 303 || (status <= 302 && request.method === "POST");
  const method = becomesGet ? "GET" : request.method;
  const body = becomesGet ? undefined : request.body;
  const headers = Object.entries(request.headers).filter(([name]) => !becomesGet || name !== "content-type");
  return { ...request, method, url, body, headers: Object.fromEntries(headers) };
}

function bodyOf({ json, form, text }: RequestOptions): { body?: string; contentType?: string } {
  if (json !== undefined) return { body: JSON.stringify(json), contentType: "application/json" };
  if (form !== undefined) {
    return { body: new URLSearchParams(form).toString(), contentType: "application/x-www-form-urlencoded" };
  }
  return text === undefined ? {} : { body: text.content, contentType: text.contentType };
}

/** So that a header given twice in different cases is one header. */
export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
