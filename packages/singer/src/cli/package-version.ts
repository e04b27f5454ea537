import { readFile } from "node:fs/promises";
import { ConnectorError } from "../errors.ts";
import { isObject } from "../json.ts";

/**
 * Reads the version from a `package.json`. Throws {@link ConnectorError} when the file has none.
 *
 * @example
 * ```ts
 * await readPackageVersion(new URL("../package.json", import.meta.url));
 * ```
 */
export async function readPackageVersion(packageJson: URL): Promise<string> {
  const content: unknown = JSON.parse(await readFile(packageJson, "utf8"));
  const version = isObject(content) ? content["version"] : undefined;
  if (typeof version === "string") return version;
  throw new ConnectorError(
    `${packageJson.href} has no version. Let "package" be the address of the package.json.`,
  );
}
