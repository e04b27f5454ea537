/** Shorter texts are no secrets that could be told from ordinary words. */
const minSecretLength = 4;
/** A piece of base64 shorter than this may stand in any text. */
const minEncodedLength = 10;
const replacement = "[redacted]";

const authorizationHeader =
  /((?:authorization|x-api-key)\\?["']?\s*[:=]\s*\\?["']?)(?:(?:basic|bearer|token|digest|negotiate|snowflake)\s+)?[^\s"'\\,;}]+/gi;
const schemeAndToken = /\b(basic|bearer)(\s+)([\w+/=.~-]{8,})/gi;
const userInfo = /(:\/\/)[^\s/?#@"':]+:[^\s/?#@"']*@/g;
const secretParameter =
  /([?&](?:access_token|refresh_token|id_token|token|api_?key|client_secret|password|secret|sig|signature|x-amz-(?:signature|credential|security-token))=)[^&\s"'\\]+/gi;

/**
 * Makes a function that takes secrets out of a text: each of `secrets` as it is, URL-encoded, escaped for
 * JSON and XML, and in base64 (also within `user:secret`), and whatever stands in an `Authorization` header, behind
 * `Basic` or `Bearer`, before the `@` of a URL or in a URL's parameter for a token or a signature.
 * Secrets of less than 4 characters are ignored; of a secret of several lines each long line counts too.
 *
 * @example
 * ```ts
 * const redact = createRedactor(["s3cr3t/"]);
 * redact("GET https://api.test/?key=s3cr3t%2F"); // "GET https://api.test/?key=[redacted]"
 * ```
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(linesOf).filter(isLong).flatMap(formsOf))].sort(
    (left, right) => right.length - left.length,
  );
  const known = forms.length === 0 ? undefined : new RegExp(forms.map(escapeForRegExp).join("|"), "g");
  return (text) => {
    const clean = known === undefined ? text : text.replace(known, replacement);
    return clean
      .replace(authorizationHeader, `$1${replacement}`)
      .replace(schemeAndToken, redactToken)
      .replace(userInfo, `$1${replacement}@`)
      .replace(secretParameter, `$1${replacement}`);
  };
}

/** Keeps sentences such as "bearer authentication failed" readable. */
function redactToken(all: string, scheme: string, space: string, token: string): string {
  return /^[A-Za-z]?[a-z]{0,19}[.]?$/.test(token) ? all : `${scheme}${space}${replacement}`;
}

function linesOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  if (lines.length === 1) return [secret];
  return [secret, ...lines.filter((line) => line.length >= 16 && !line.startsWith("-----"))];
}

function isLong(text: string): boolean {
  return text.length >= minSecretLength;
}

function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll("/", "\\/"),
    xmlForm(secret),
    ...urlForms(secret),
    ...base64Forms(secret),
  ];
}

function xmlForm(secret: string): string {
  const entities: Readonly<Record<string, string>> = {
    ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;" },
    ...{ '"': "&quot;", "'": "&apos;" },
  };
  return secret.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

function urlForms(secret: string): readonly string[] {
  // A lone surrogate cannot be URL-encoded.
  const encoded = encodeURIComponent(secret.replaceAll(/\p{Surrogate}/gu, "\uFFFD"));
  const form = new URLSearchParams({ v: secret }).toString().slice(2);
  const withLowerHex = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  return [encoded, form, withLowerHex(encoded), withLowerHex(form)];
}

/**
 * Base64 of a longer text that holds the secret, such as `user:secret`: the characters that depend on
 * nothing but the secret, for each of the three places where it can begin.
 */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const whole = [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")];
  const within = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const end = Math.floor(((shift + bytes.length) * 8) / 6);
    return encoded.slice(Math.ceil((shift * 8) / 6), end);
  });
  const url = within.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...whole, ...[...within, ...url].filter((text) => text.length >= minEncodedLength)];
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
