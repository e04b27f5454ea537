import { loadAjv } from "./ajv.ts";
import { type ConfigSource, environment, readSource } from "./config-sources.ts";
import { settleConfig } from "./config-values.ts";
import { envName } from "./env-name.ts";
import { ConfigError, type SchemaViolation } from "./errors.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";
import { normalizeSchema } from "./json-schema-normal.ts";
import { type Logger, silentLogger } from "./log.ts";
import type { ObjectSchema } from "./schema.ts";
import { type NamedSettings, ownNames, type Renaming } from "./setting-names.ts";
import { violationsOf } from "./violations.ts";

/**
 * Reads, merges and checks a connector's settings. Sources are merged from left to right at the top level
 * only: a later one replaces a whole setting, whichever of its names either uses. `null` counts as absent.
 * Nothing is read from the environment unless `ENV` is listed; then variables of the process win over those of
 * `.env`. Presets and defaults of the schema are filled in; a plain date becomes midnight UTC where a
 * date-time is wanted. Settings that the schema does not know are dropped, with one warning; those that were
 * given by another name are named in one line of the log.
 *
 * Throws {@link ConfigError} of one line that names every setting that is missing or wrong, and where to
 * set it; also for settings that are not offered, and for one that a source gives by two of its names with
 * different values. Values are never part of it.
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
  const { validate, ...check } = await prepared(await mergedCheck(schema, source), schema.json);
  if (fits(check.config, { schema, validate })) return check.config;
  throw problemsOf(check, validate);
}

/**
 * Reads settings as {@link loadConfig} does where not all of them are needed: required ones may be absent,
 * and those that are there are checked.
 *
 * @example
 * ```ts
 * const { warehouse = "LOADING" } = await loadPartialConfig(schema, { ...source, paths: [] });
 * ```
 */
export async function loadPartialConfig<T>(
  schema: ObjectSchema<T>,
  source: ConfigSource & { log?: Logger },
): Promise<Partial<T>> {
  const { validate, ...check } = await prepared(
    await mergedCheck(schema, source),
    withoutRequired(schema.json),
  );
  if (fitsPartly(check.config, { schema, validate })) return check.config;
  throw problemsOf(check, validate);
}

/**
 * Checks settings that come from code, by the rules of {@link loadConfig}: `null` counts as absent,
 * settings may have any of their names, presets and defaults are filled in, unknown settings are dropped with a warning. `name` is what the message of the
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
  const { validate, ...check } = await prepared(givenCheck(schema, { ...options, value }), schema.json);
  if (fits(check.config, { schema, validate })) return check.config;
  throw problemsOf(check, validate);
}

/**
 * Checks settings that come from code as {@link checkConfig} does where not all of them are needed: required
 * ones may be absent, and those that are there are checked.
 *
 * @example
 * ```ts
 * const { warehouse } = await checkPartialConfig(schema, { warehouse: "LOADING" }, { name: "target-x" });
 * ```
 */
export async function checkPartialConfig<T>(
  schema: ObjectSchema<T>,
  value: unknown,
  options: { name: string; log?: Logger },
): Promise<Partial<T>> {
  const { validate, ...check } = await prepared(
    givenCheck(schema, { ...options, value }),
    withoutRequired(schema.json),
  );
  if (fitsPartly(check.config, { schema, validate })) return check.config;
  throw problemsOf(check, validate);
}

interface Origin {
  readonly value: unknown;
  readonly path: string;
}

/** Settings by their own names, and how to speak of them. */
interface Check extends NamedSettings {
  readonly log: Logger;
  readonly name: string;
  readonly advice: (problems: readonly Problem[]) => string;
}

interface PreparedCheck extends Check {
  readonly config: Readonly<Record<string, unknown>>;
  readonly validate: Validate;
}

type Validate = Awaited<ReturnType<typeof compiled>>;

function givenCheck<T>(
  schema: ObjectSchema<T>,
  { value, name, log = silentLogger }: { value: unknown; name: string; log?: Logger },
): Check {
  if (!isObject(value)) throw new ConfigError(`${name}: the config must be an object.`);
  return { ...ownNames(schema.json, value, name), log, name, advice: () => "Correct the config." };
}

function withoutRequired({ required: _, ...json }: JsonSchema): JsonSchema {
  return json;
}

async function mergedCheck<T>(
  schema: ObjectSchema<T>,
  source: ConfigSource & { log?: Logger },
): Promise<Check> {
  const log = source.log ?? silentLogger;
  const merged = new Map<string, Origin>();
  const renamed: Renaming[] = [];
  for (const path of source.paths) {
    const given = await readSource(path, { schema: schema.json, source, log });
    const named = ownNames(schema.json, given, `config: ${path}`);
    renamed.push(...named.renamed);
    for (const [key, value] of Object.entries(named.settings)) {
      if (value !== null) merged.set(key, { value, path });
    }
  }
  const settings = Object.fromEntries([...merged].map(([key, { value }]) => [key, value]));
  const advice = (problems: readonly Problem[]) => adviceOf(problems, { source, merged });
  return { settings, renamed, log, name: "config", advice };
}

/** Says what is to be said of the names, and makes the validator. */
async function prepared(check: Check, json: JsonSchema): Promise<PreparedCheck> {
  const { settings, renamed, log, name } = check;
  const { config, unknown, refused } = settleConfig(json, settings);
  if (refused.length > 0) {
    const texts = refused.map(
      ({ setting, sentence }) => `${calledOf(setting, check)} is not offered: ${sentence}`,
    );
    throw new ConfigError(`${name}: ${texts.join(" ")}`);
  }
  if (renamed.length > 0) {
    const texts = renamed.map((each) => `${JSON.stringify(each.given)} as ${JSON.stringify(each.name)}`);
    const aliases = Object.fromEntries(renamed.map((each) => [each.given, each.name]));
    log.info(`${name}: settings by other names are read: ${[...new Set(texts)].join(", ")}`, { aliases });
  }
  if (unknown.length > 0) {
    const keys = unknown.map((key) => JSON.stringify(key)).join(", ");
    log.warn(`${name}: unknown settings are ignored: ${keys}`, { settings: unknown });
  }
  return { ...check, config, validate: await compiled(json) };
}

async function compiled(json: JsonSchema) {
  const compile = await loadAjv({ allErrors: true });
  return compile(normalizeSchema(json).schema);
}

function problemsOf(check: Check, { errors }: Pick<Validate, "errors">): ConfigError {
  const problems = violationsOf(errors ?? []).map(problemOf);
  const texts = problems.map(({ setting, what }) =>
    setting === "" ? `it ${what}` : `${calledOf(setting, check)} ${what}`,
  );
  return new ConfigError(`${check.name}: ${texts.join("; ")}. ${check.advice(problems)}`);
}

/** A setting as the person knows it, who may have used another name. */
function calledOf(setting: string, { renamed }: Pick<NamedSettings, "renamed">): string {
  const given = renamed.find(({ name }) => name === setting)?.given;
  return given === undefined
    ? JSON.stringify(setting)
    : `${JSON.stringify(setting)} (given as ${JSON.stringify(given)})`;
}

/** The schema says what the validator has checked: T. */
function fits<T>(
  value: unknown,
  { validate }: { schema: ObjectSchema<T>; validate: (value: unknown) => unknown },
): value is T {
  return validate(value) === true;
}

/** The same of a schema without required settings. */
function fitsPartly<T>(
  value: unknown,
  { validate }: { schema: ObjectSchema<T>; validate: (value: unknown) => unknown },
): value is Partial<T> {
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
