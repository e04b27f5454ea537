import { parseDotenv } from "./dotenv.ts";
import { configFromEnv } from "./env-config.ts";
import { ConfigError } from "./errors.ts";
import { parseExact } from "./exact-json.ts";
import { isObject } from "./json.ts";
import { jsonErrorPosition } from "./json-position.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Logger } from "./log.ts";
import { ownValue } from "./own-value.ts";

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

/** The path that stands for the environment. */
export const environment = "ENV";

/**
 * Reads the settings of one of a configuration's sources, by the names they have there. Throws `ConfigError` for a
 * file that cannot be read or holds no JSON object.
 */
export async function readSource(
  path: string,
  { schema, source, log }: { schema: JsonSchema; source: ConfigSource; log: Logger },
): Promise<Readonly<Record<string, unknown>>> {
  if (path !== environment) return await readSettings(path, source);
  return configFromEnv(schema, { ...source, env: await completeEnv(source), log });
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
