import { isRawNumber } from "@chorale/singer";
import type { SettingDefinition } from "../project/model.ts";

const secretName =
  /passw(?:or)?d|(?:^|[_.-])pass$|[_.-]pwd$|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key(?![_-]?id)|credential/i;
/** What is said about a secret, and is none. */
const aboutSecret = /(?:url|uri|endpoint|type|expiry|expiration|seconds|ttl|path|file)$/i;
const passwordOfUrl = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]*:([^\s/@]+)@/gi;

/** Tells whether what has this name is likely to be a secret: `api_token`, `DB_PASSWORD`. */
export function looksSecret(name: string): boolean {
  return secretName.test(name) && !aboutSecret.test(name);
}

/** Tells whether a setting's value must never be shown: by its definition, and by its name where that leaves it open. */
export function isSensitive(name: string, definition: SettingDefinition | undefined): boolean {
  if (definition?.sensitive === true) return true;
  const kind = definition?.kind ?? "string";
  return (kind === "string" || kind === "oauth") && looksSecret(name);
}

/** Answers each text and number within a value. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (isRawNumber(value)) return [value.rawJSON];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/** Answers the passwords of the addresses within a value: `postgres://user:password@host`. */
export function passwordsIn(value: unknown): readonly string[] {
  return textsOf(value).flatMap((text) =>
    [...text.matchAll(passwordOfUrl)].flatMap(([, password]) => (password === undefined ? [] : [password])),
  );
}
