import { ApiError, ConfigError } from "@chorale/singer";
import type { SearchParams } from "./http-client.ts";

/** Makes the base address of a client from a setting: http or https, a slash at its end, no credentials. */
export function baseAddress(text: string): URL {
  const base = URL.parse(text);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new ConfigError("base address: not an http or https URL. Check the setting it is made of.");
  }
  if (base.username !== "" || base.password !== "") {
    throw new ConfigError(
      `base address: ${base.host} has credentials in it. Put them into the settings meant for them.`,
    );
  }
  base.search = "";
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/** What the address of a request is made of. */
export interface AddressOptions {
  readonly base: URL;
  /** The request's method, for the error. */
  readonly method: string;
  readonly searchParams?: SearchParams | undefined;
  readonly dropParams?: readonly string[] | undefined;
  /** Whether the address may have another origin; only for requests without credentials. */
  readonly anyOrigin?: boolean | undefined;
  readonly redact: (text: string) => string;
}

/**
 * Answers the address of a request: `path` below the base address, or a path or address that a page of the API
 * handed out. Throws `ApiError` when that leads to another origin.
 */
export function addressOf(path: string, options: AddressOptions): URL {
  const url = URL.parse(path, options.base.href);
  if (url === null || !isAllowed(url, options)) {
    const shown = url === null ? cut(options.redact(path), maxShown) : displayUrl(url, options.redact);
    throw new ApiError(
      `${options.method} ${shown} refused: pagination link of another origin than ${options.base.origin}. Check the base address, or whether the API moved.`,
      { method: options.method, url: shown, retryable: false },
    );
  }
  withoutUserInfo(url);
  url.hash = "";
  for (const name of options.dropParams ?? []) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(options.searchParams ?? {})) setParam(url, name, value);
  return url;
}

/** Takes credentials out of an address: got would make an Authorization header of them. */
export function withoutUserInfo(url: URL): URL {
  url.username = "";
  url.password = "";
  return url;
}

function isAllowed(url: URL, options: AddressOptions): boolean {
  if (url.origin === options.base.origin) return true;
  return options.anyOrigin === true && /^https?:$/.test(url.protocol);
}

function setParam(url: URL, name: string, value: SearchParams[string]): void {
  if (value === undefined) return;
  url.searchParams.delete(name);
  for (const item of typeof value === "object" ? value : [String(value)]) url.searchParams.append(name, item);
}

const maxShown = 300;

/** Writes an address for people: without secrets, and not longer than a line can bear. */
export function displayUrl(url: URL, redact: (text: string) => string): string {
  return cut(redact(`${url.origin}${url.pathname}${url.search}`), maxShown);
}

/** Cuts a text, and marks the place. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

const identifier = /^(?:\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,})$/i;

/** The path of an address with identifiers left out, so that a metric of it has few values. */
export function endpointOf(url: URL): string {
  return url.pathname
    .split("/")
    .map((part) => (identifier.test(part) ? "{id}" : part))
    .join("/");
}
