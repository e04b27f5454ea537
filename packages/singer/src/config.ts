import { loadAjv } from "./ajv.ts";
import { settleConfig } from "./config-values.ts";
import { parseDotenv } from "./dotenv.ts";
import { configFromEnv } from "./env-config.ts";
import { envName } from "./env-name.ts";
import { ConfigError, type SchemaViolation } from "./errors.ts";
import { parseExact } from "./exact-json.ts";
import { isObject } from "./json.ts";
import { jsonErrorPosition } from "./json-position.ts";
import { normalizeSchema } from "./json-schema-normal.ts";
import { type Logger, silentLogger } from "./log.ts";
import { ownValue } from "./own-value.ts";
import type { ObjectSchema } from "./schema.ts";
import { violationsOf } from "./violations.ts";

/** Where settings come from. */
export interface ConfigSource {
  /** Files of JSON; the literal `ENV` stands for the environment and a `.env` file in the working directory. */
  readonly paths: readonly string[];
  /** What the names of environment variables begin with, such as `TAP_ZENDESK_`. */
  readonly prefix: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file; its rejection carries a `code` such as `ENOENT`. */
  readFile(path: string): Promise<string>;
}

const environment = "ENV";

/**
 * Reads, merges and checks a connector's settings. Sources are merged from left to right at the top level
 * only: a later one replaces a whole setting. `null` counts as absent. Nothing is read from the
 * environment unless `ENV` is listed; then variables of the process win over those of `.env`. Defaults of
 * the schema are filled in; a plain date becomes midnight UTC where a date-time is wanted. Settings that
 * the schema does not know are dropped, with one warning.
 *
 * Throws {@link ConfigError} of one line that names every setting that is missing or wrong, and where to
 * set it. Values are never part of it.
 *
 * @example
 * ```ts
 * const config = await loadConfig(schema, {
 *   paths: ["a.json", "ENV"], prefix: "TAP_ZENDESK_", env: process.env, readFile: (path) => readFile(path, "utf8"),
 * });
 * ```
 */
export async function loadConfig<T>(
  schema: ObjectSchema<T>,
  source: ConfigSource & { log?: Logger },
): Promise<T> {
  const log = source.log ?? silentLogger;
  const merged = new Map<string, Origin>();
  for (const path of source.paths) {
    const settings =
      path === environment
        ? configFromEnv(schema.json, { ...source, env: await completeEnv(source), log })
        : await readSettings(path, source);
    for (const [key, value] of Object.entries(settings)) {
      if (value !== null) merged.set(key, { value, path });
    }
  }
  const settings = Object.fromEntries([...merged].map(([key, { value }]) => [key, value]));
  return await checked(schema, {
    settings,
    log,
    name: "config",
    advice: (problems) => adviceOf(problems, { source, merged }),
  });
}

/**
 * Checks settings that come from code, by the rules of {@link loadConfig}: `null` counts as absent,
 * defaults are filled in, unknown settings are dropped with a warning. `name` is what the message of the
 * {@link ConfigError} begins with. The value that was given is not changed.
 *
 * @example
 * ```ts
 * const config = await checkConfig(schema, { start_date: "2026-01-01" }, { name: "tap-zendesk" });
 * ```
 */
export async function checkConfig<T>(
  schema: ObjectSchema<T>,
  value: unknown,
  options: { name: string; log?: Logger },
): Promise<T> {
  const { name, log = silentLogger } = options;
  if (!isObject(value)) throw new ConfigError(`${name}: the config must be an object.`);
  return await checked(schema, { settings: value, log, name, advice: () => "Correct the config." });
}

interface Origin {
  readonly value: unknown;
  readonly path: string;
}

interface Check {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly log: Logger;
  readonly name: string;
  readonly advice: (problems: readonly Problem[]) => string;
}

async function checked<T>(schema: ObjectSchema<T>, { settings, log, name, advice }: Check): Promise<T> {
  const { config, unknown } = settleConfig(schema.json, settings);
  if (unknown.length > 0) {
    const keys = unknown.map((key) => JSON.stringify(key)).join(", ");
    log.warn(`${name}: unknown settings are ignored: ${keys}`, { settings: unknown });
  }
  const compile = await loadAjv({ allErrors: true });
  const validate = compile(normalizeSchema(schema.json).schema);
  if (fits(config, { schema, validate })) return config;
  const problems = violationsOf(validate.errors ?? []).map(problemOf);
  const texts = problems.map(({ setting, what }) => (setting === "" ? `it ${what}` : `"${setting}" ${what}`));
  throw new ConfigError(`${name}: ${texts.join("; ")}. ${advice(problems)}`);
}

/** The schema says what the validator has checked: T. */
function fits<T>(
  value: unknown,
  { validate }: { schema: ObjectSchema<T>; validate: (value: unknown) => unknown },
): value is T {
  return validate(value) === true;
}

interface Problem {
  /** The setting at the top. */
  readonly key: string;
  /** The setting with its parents, `auth.token`. */
  readonly setting: string;
  readonly what: string;
}

function problemOf({ path, message }: SchemaViolation): Problem {
  const missing = /^must have ("(?:[^"\\]|\\.)*")$/.exec(message)?.[1];
  const names = path
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (missing !== undefined) names.push(String(JSON.parse(missing)));
  return {
    key: names[0] ?? "",
    setting: names.join("."),
    what: missing === undefined ? message : "is missing",
  };
}

function adviceOf(
  problems: readonly Problem[],
  { source, merged }: { source: ConfigSource; merged: ReadonlyMap<string, Origin> },
): string {
  const lastFile = source.paths.findLast((path) => path !== environment);
  const origins = problems.map(({ key }) => ({ key, path: merged.get(key)?.path ?? lastFile }));
  const files = origins.map(({ path }) => path).filter((path) => path !== undefined && path !== environment);
  const isEnvRead = source.paths.includes(environment);
  const variables = origins.map(({ key }) =>
    key === "" ? `${source.prefix}*` : envName(source.prefix, key),
  );
  const places = [listed(files), isEnvRead ? listed(variables) : ""].filter((place) => place !== "");
  const set = problems.length === 1 ? "Set it in" : "Set them in";
  if (places.length > 0) return `${set} ${places.join(" or ")}.`;
  return `${set} a file for --config, or use --config ENV and ${listed(variables)}.`;
}

function listed(names: readonly (string | undefined)[]): string {
  return [...new Set(names)].join(", ");
}

async function completeEnv(source: ConfigSource): Promise<ConfigSource["env"]> {
  try {
    return { ...Object.fromEntries(parseDotenv(await source.readFile(".env"))), ...source.env };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return source.env;
    throw ConfigError.isInstance(error) ? error : unreadable(".env", error);
  }
}

async function readSettings(path: string, source: ConfigSource): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await source.readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const settings = parseSettings(text.replace(/^\uFEFF/, ""), path);
  if (isObject(settings)) return settings;
  throw new ConfigError(`config: ${path} holds no JSON object. Write the settings as {"name": value}.`);
}

function parseSettings(text: string, path: string): unknown {
  try {
    return parseExact(text);
  } catch {
    // The cause is not kept: its message quotes the file, which may hold a secret.
    const { line, column } = jsonErrorPosition(text);
    throw new ConfigError(`config: ${path} is not valid JSON at line ${line}, column ${column}. Correct it.`);
  }
}

function unreadable(path: string, cause: unknown): ConfigError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file. Check the path given to --config",
    EACCES: "it may not be read. Check its permissions",
    EISDIR: "it is a folder. Name the file in it",
  };
  const code = codeOf(cause);
  const reason = ownValue(reasons, code) ?? `${code}. Check the path given to --config`;
  return new ConfigError(`config: cannot read ${path}: ${String(reason)}.`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
