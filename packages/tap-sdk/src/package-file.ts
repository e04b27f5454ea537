import { readFile } from "node:fs/promises";
import { ConnectorError, isObject } from "@chorale/singer";

/** What is read from a package's `package.json`. */
export interface PackageFacts {
  readonly version: string;
}

/** Reads the version from a `package.json`. Throws `ConnectorError` when the file has none. */
export async function readPackage(url: URL): Promise<PackageFacts> {
  const content: unknown = JSON.parse(await readFile(url, "utf8"));
  const version = isObject(content) ? content["version"] : undefined;
  if (typeof version === "string") return { version };
  throw new ConnectorError(`${url.href} has no version. Let "package" be the address of the package.json.`);
}

/** The `package.json` of this package, which is one folder up from `src` and from `dist`. */
export const ownPackage: URL = new URL("../package.json", import.meta.url);
