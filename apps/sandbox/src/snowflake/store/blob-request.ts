import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { UploadGrants } from "./upload-grants.ts";
import type { UploadedObjects } from "./uploaded-objects.ts";

/** What a blob store keeps and checks. */
export interface BlobContext {
  readonly grants: UploadGrants;
  readonly objects: UploadedObjects;
  readonly clock: () => number;
}

/** A request to a blob store. */
export interface BlobRequest {
  readonly method: string;
  /** The object's name within its bucket, decoded. */
  readonly objectName: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** What a test wants to go wrong. */
  readonly isExpired: boolean;
  readonly isDamaged: boolean;
}

/** The bucket that every stage is in. */
export const bucketName = "sandbox-stages";

/** The first value of a header, undefined when it is not there. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The headers that begin with a prefix. */
export function headersUnder(headers: IncomingHttpHeaders, prefix: string): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name, headerOf(headers, name) ?? ""]));
}

/** The object's name in a URL's path below the bucket; undefined when the path is not below it or is not valid. */
export function objectNameIn(path: string, bucketPath: string): string | undefined {
  if (!path.startsWith(`${bucketPath}/`)) return undefined;
  try {
    return decodeURIComponent(path.slice(bucketPath.length + 1));
  } catch {
    return undefined;
  }
}
