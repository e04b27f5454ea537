import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@chorale/singer";
import type { SnowflakeConfig } from "./config.ts";

/** The settings of a key pair. */
export type KeySettings = Pick<
  SnowflakeConfig,
  "private_key" | "private_key_path" | "private_key_passphrase"
>;

/** A key that is being read, and what to call it. */
interface FoundKey {
  /** The setting, and the file when there is one. */
  readonly name: string;
  readonly bytes: Buffer;
}

const leastBits = 2048;
/** Shorter than the base64 of any key that is taken, longer than paths are. */
const longestPath = 512;
const base64Only = /^[A-Za-z0-9+/=\s]+$/;
const pemParts = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;

/**
 * Reads the private key that the settings hold or name, as PEM that is not encrypted. Throws `ConfigError` for a
 * file that is not there, a passphrase that is missing or wrong, and anything but an RSA key of 2048 bits or more;
 * nothing of the key is part of the message.
 */
export async function readPrivateKey(settings: KeySettings): Promise<string> {
  const found = await findKey(settings);
  const key = openKey(found, settings.private_key_passphrase);
  if (key.asymmetricKeyType !== "rsa") {
    throw new ConfigError(
      `${found.name} is a key of the type ${key.asymmetricKeyType ?? "secret"}: Snowflake takes RSA keys only. Make one: openssl genrsa ${leastBits}.`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits) {
    throw new ConfigError(
      `${found.name} has ${bits} bits: Snowflake takes RSA keys of ${leastBits} or more. Make a longer one.`,
    );
  }
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

/** Answers what Snowflake calls the public half of a key in `DESC USER`: RSA_PUBLIC_KEY_FP. */
export function fingerprintOf(privateKey: string): string {
  const der = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

async function findKey({ private_key: text, private_key_path: path }: KeySettings): Promise<FoundKey> {
  if (path !== undefined && path !== "") return await readKeyFile("private_key_path", path);
  const key = (text ?? "").trim();
  const holdsKey = key.includes("-----BEGIN") || (key.length > longestPath && base64Only.test(key));
  if (holdsKey) return { name: "private_key", bytes: Buffer.from(key) };
  if (key.length <= longestPath && !/[\r\n]/.test(key)) return await readKeyFile("private_key", key);
  throw new ConfigError(
    "private_key is neither PEM, nor base64, nor the path of a file. Give the key, or set private_key_path.",
  );
}

async function readKeyFile(setting: string, path: string): Promise<FoundKey> {
  const place = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
  try {
    return { name: `${setting} ${path}`, bytes: await readFile(place) };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new ConfigError(`${setting} ${path}: ${reason}. Give the path of a private key.`, { cause });
  }
}

function openKey(found: FoundKey, passphrase: string | undefined): KeyObject {
  const text = found.bytes.toString("latin1").replaceAll(String.raw`\n`, "\n");
  const pem = pemParts.exec(text);
  if (pem !== null) return openPem(found, { label: pem[1] ?? "", body: pem[2] ?? "", passphrase });
  if (!base64Only.test(text)) return openDer(found, passphrase);
  const bytes = Buffer.from(text, "base64");
  const isPem = bytes.includes("-----BEGIN");
  return isPem ? openKey({ ...found, bytes }, passphrase) : openDer({ ...found, bytes }, passphrase);
}

interface Pem {
  readonly label: string;
  readonly body: string;
  readonly passphrase: string | undefined;
}

function openPem(found: FoundKey, { label, body, passphrase }: Pem): KeyObject {
  if (label === "OPENSSH PRIVATE KEY") {
    throw new ConfigError(
      `${found.name} is in OpenSSH's own format. Convert a copy of it: ssh-keygen -p -m PKCS8 -f <copy>.`,
    );
  }
  if (!label.endsWith("PRIVATE KEY")) {
    throw new ConfigError(`${found.name} holds a ${label.toLowerCase()}. Give the private key.`);
  }
  const key = `-----BEGIN ${label}-----\n${wrapped(body)}\n-----END ${label}-----\n`;
  return opened(found, () => createPrivateKey({ key, format: "pem", ...passphraseOf(passphrase) }));
}

/** Variables of the environment often lose a key's line breaks; the headers of an old encryption need theirs. */
function wrapped(body: string): string {
  if (body.includes(":")) return body.trim();
  return body.replaceAll(/\s+/g, "").replaceAll(/.{64}(?=.)/g, "$&\n");
}

function openDer(found: FoundKey, passphrase: string | undefined): KeyObject {
  const key = found.bytes;
  try {
    return createPrivateKey({ key, format: "der", type: "pkcs1" });
  } catch {
    return opened(found, () =>
      createPrivateKey({ key, format: "der", type: "pkcs8", ...passphraseOf(passphrase) }),
    );
  }
}

function passphraseOf(passphrase: string | undefined): { passphrase?: string } {
  return passphrase === undefined || passphrase === "" ? {} : { passphrase };
}

const needsPassphrase = /passphrase required|interrupted or cancelled|MISSING_PASSPHRASE/i;
const wrongPassphrase = /bad decrypt|bad password read|pkcs12 cipherfinal|maybe wrong password/i;
const oldCipher = /unsupported/i;

function opened({ name }: FoundKey, open: () => KeyObject): KeyObject {
  try {
    return open();
  } catch (cause) {
    // OpenSSL's own words help nobody who configures a target.
    const reason = cause instanceof Error ? `${cause.message} ${"code" in cause ? cause.code : ""}` : "";
    if (needsPassphrase.test(reason)) {
      throw new ConfigError(`${name} is encrypted. Set private_key_passphrase.`, { cause });
    }
    if (wrongPassphrase.test(reason)) {
      throw new ConfigError(`${name} cannot be opened with private_key_passphrase. Correct it.`, { cause });
    }
    const advice = oldCipher.test(reason)
      ? "If it is encrypted by an old cipher, convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc."
      : "Give an RSA key as PEM or DER.";
    throw new ConfigError(`${name} cannot be read as a private key. ${advice}`, { cause });
  }
}
