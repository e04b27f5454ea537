import { readFile } from "node:fs/promises";
import { getCACertificates } from "node:tls";
import { ConfigError } from "@chorale/singer";

/**
 * Answers the certificates to trust: Node's own, those of `ca`, and those of the files that
 * `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE` name, which Node reads from its own environment only.
 * Undefined when nothing is added. Throws `ConfigError` when a file cannot be read.
 */
export async function trustedAuthorities(
  env: Readonly<Record<string, string | undefined>>,
  ca: readonly string[],
): Promise<string[] | undefined> {
  const files = await Promise.all(
    ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].map((name) => readCertificates(name, env[name])),
  );
  const added = [...ca, ...files.filter((text) => text !== "")];
  return added.length === 0 ? undefined : [...getCACertificates("default"), ...added];
}

async function readCertificates(name: string, path: string | undefined): Promise<string> {
  if (path === undefined || path === "") return "";
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError(`${name}: cannot read ${path}. Give the path of a file in PEM format.`, {
      cause: error,
    });
  }
}
