import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fingerprintOf, type KeySettings, readPrivateKey } from "../src/private-key.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const passphrase = "open sesame";
const pkcs8 = rsa.export({ format: "pem", type: "pkcs8" }).toString();
const pkcs1 = rsa.export({ format: "pem", type: "pkcs1" }).toString();
const encrypted = rsa.export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase }).toString();
const encryptedPkcs1 = rsa
  .export({ format: "pem", type: "pkcs1", cipher: "aes-256-cbc", passphrase })
  .toString();
const der = rsa.export({ format: "der", type: "pkcs8" });
const derPkcs1 = rsa.export({ format: "der", type: "pkcs1" });
const encryptedDer = rsa.export({ format: "der", type: "pkcs8", cipher: "aes-256-cbc", passphrase });

function wrapped(text: string): string {
  return text.replaceAll(/.{76}/g, "$&\n");
}

const forms: readonly (readonly [string, KeySettings])[] = [
  ["PKCS#8 PEM", { private_key: pkcs8 }],
  ["PKCS#8 PEM with white space around", { private_key: `\n  ${pkcs8}\n\n` }],
  ["PKCS#8 PEM with Windows' line breaks", { private_key: pkcs8.replaceAll("\n", "\r\n") }],
  ["PKCS#8 PEM in one line with \\n in it", { private_key: pkcs8.replaceAll("\n", String.raw`\n`) }],
  ["PKCS#8 PEM with spaces for line breaks", { private_key: pkcs8.replaceAll("\n", " ") }],
  ["PKCS#8 PEM after other text", { private_key: `Bag Attributes\n    friendlyName: x\n${pkcs8}` }],
  ["encrypted PKCS#8 PEM", { private_key: encrypted, private_key_passphrase: passphrase }],
  [
    "encrypted PKCS#8 PEM in one line",
    { private_key: encrypted.replaceAll("\n", String.raw`\n`), private_key_passphrase: passphrase },
  ],
  ["PKCS#1 PEM", { private_key: pkcs1 }],
  ["encrypted PKCS#1 PEM", { private_key: encryptedPkcs1, private_key_passphrase: passphrase }],
  ["base64 of DER", { private_key: der.toString("base64") }],
  ["base64 of DER in lines", { private_key: wrapped(der.toString("base64")) }],
  ["base64 of PKCS#1 DER", { private_key: derPkcs1.toString("base64") }],
  [
    "base64 of encrypted DER",
    { private_key: encryptedDer.toString("base64"), private_key_passphrase: passphrase },
  ],
  ["base64 of PEM", { private_key: Buffer.from(pkcs8).toString("base64") }],
  [
    "base64 of encrypted PEM",
    { private_key: Buffer.from(encrypted).toString("base64"), private_key_passphrase: passphrase },
  ],
  ["a key that needs no passphrase, with one", { private_key: pkcs8, private_key_passphrase: passphrase }],
  ["a key that needs no passphrase, with an empty one", { private_key: pkcs8, private_key_passphrase: "" }],
];

const files: readonly (readonly [string, string | Buffer, Partial<KeySettings>])[] = [
  ["PEM", pkcs8, {}],
  ["encrypted PEM", encrypted, { private_key_passphrase: passphrase }],
  ["DER", der, {}],
  ["encrypted DER", encryptedDer, { private_key_passphrase: passphrase }],
  ["base64", der.toString("base64"), {}],
];

async function messageOf(settings: KeySettings): Promise<string> {
  const problem: unknown = await readPrivateKey(settings).catch((error: unknown) => error);
  expect(problem).toMatchObject({ name: "ConfigError" });
  return problem instanceof Error ? problem.message : "";
}

describe("a private key", () => {
  it.each(forms)("is read from %s", async (_name, settings) => {
    expect(await readPrivateKey(settings)).toBe(pkcs8);
  });

  it.each(files)("is read from a file of %s, by either setting", async (_name, content, settings) => {
    const path = join(await temporaryFolder("chorale key's "), "rsa key.p8");
    await writeFile(path, content);
    expect(await readPrivateKey({ private_key_path: path, ...settings })).toBe(pkcs8);
    expect(await readPrivateKey({ private_key: path, ...settings })).toBe(pkcs8);
  });

  it("has the fingerprint that Snowflake shows", () => {
    const publicKey = createPublicKey(rsa).export({ format: "der", type: "spki" });
    const hash = createHash("sha256").update(publicKey).digest("base64");
    expect(fingerprintOf(pkcs8)).toBe(`SHA256:${hash}`);
    expect(fingerprintOf(pkcs1)).toBe(`SHA256:${hash}`);
  });
});

function pem(key: KeyObject): string {
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.alloc(600, 7).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;

const refused: readonly (readonly [string, KeySettings, string])[] = [
  [
    "in OpenSSH's form",
    { private_key: openssh },
    "private_key is in OpenSSH's own format. Convert a copy of it: ssh-keygen -p -m PKCS8 -f <copy>.",
  ],
  [
    "that is encrypted, without a passphrase",
    { private_key: encrypted },
    "private_key is encrypted. Set private_key_passphrase.",
  ],
  [
    "in DER that is encrypted, without a passphrase",
    { private_key: encryptedDer.toString("base64") },
    "private_key is encrypted. Set private_key_passphrase.",
  ],
  [
    "in PKCS#1 that is encrypted, without a passphrase",
    { private_key: encryptedPkcs1 },
    "private_key is encrypted. Set private_key_passphrase.",
  ],
  [
    "with a wrong passphrase",
    { private_key: encrypted, private_key_passphrase: "wrong" },
    "private_key cannot be opened with private_key_passphrase. Correct it.",
  ],
  [
    "that is a public one",
    { private_key: createPublicKey(rsa).export({ format: "pem", type: "spki" }).toString() },
    "private_key holds a public key. Give the private key.",
  ],
  [
    "of elliptic curves",
    { private_key: pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey) },
    "private_key is a key of the type ec: Snowflake takes RSA keys only. Make one: openssl genrsa 2048.",
  ],
  [
    "of 1024 bits",
    { private_key: pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey) },
    "private_key has 1024 bits: Snowflake takes RSA keys of 2048 or more. Make a longer one.",
  ],
  [
    "of nonsense in PEM",
    { private_key: "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----" },
    "private_key cannot be read as a private key. If it is encrypted by an old cipher, convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc.",
  ],
  [
    "of nonsense in base64",
    { private_key: Buffer.alloc(1200, 1).toString("base64") },
    "private_key cannot be read as a private key. Give an RSA key as PEM or DER.",
  ],
  [
    "that is no file",
    { private_key: "/nowhere/rsa_key.p8" },
    "private_key /nowhere/rsa_key.p8: there is no such file. Give the path of a private key.",
  ],
  [
    "whose path is no file",
    { private_key_path: "/nowhere/rsa_key.p8" },
    "private_key_path /nowhere/rsa_key.p8: there is no such file. Give the path of a private key.",
  ],
  [
    "whose path is a folder",
    { private_key_path: "/" },
    "private_key_path /: it cannot be read (EISDIR). Give the path of a private key.",
  ],
  [
    "that is long and nothing at all",
    { private_key: "not a key. ".repeat(100) },
    "private_key is neither PEM, nor base64, nor the path of a file. Give the key, or set private_key_path.",
  ],
];

describe("a key that is refused", () => {
  it.each(refused)("%s: one line says what to do", async (_name, settings, message) => {
    expect(await messageOf(settings)).toBe(message);
  });

  it("is never quoted", async () => {
    const body = pkcs8.split("\n")[3] ?? "";
    expect(body).toHaveLength(64);
    const cut = pkcs8.slice(0, 900);
    for (const text of [cut, `${cut}\n-----END PRIVATE KEY-----`, der.toString("base64").slice(0, 800)]) {
      expect(await messageOf({ private_key: text })).not.toContain(body.slice(0, 20));
    }
  });
});
