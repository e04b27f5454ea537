import { envName } from "./env-name.ts";
import { isObject } from "./json.ts";
import { type JsonSchema, typesOf } from "./json-schema.ts";
import type { Logger } from "./log.ts";
import { aliasesOf } from "./schema.ts";
import { propertiesOf } from "./selection-mask.ts";

const yes: ReadonlySet<string> = new Set(["true", "1", "yes", "on"]);
const no: ReadonlySet<string> = new Set(["false", "0", "no", "off"]);

/**
 * Reads the settings at the top of a schema from environment variables, by any of their names, and answers them
 * by the name that was used. An empty variable counts as absent. Texts become what the schema wants: integers, numbers, truth values (`true`, `1`, `yes`, `on` and
 * their opposites), lists and objects from JSON; a list may also be texts with commas between, with a
 * warning. What cannot be read so stays text, for the validation to refuse.
 */
export function configFromEnv(
  schema: JsonSchema,
  source: { prefix: string; env: Readonly<Record<string, string | undefined>>; log: Logger },
): Readonly<Record<string, unknown>> {
  const names = [...propertiesOf(schema)].flatMap(([key, node]) =>
    [key, ...aliasesOf(node)].map((given) => ({ given, node })),
  );
  const entries = names.flatMap(({ given, node }): [string, unknown][] => {
    const name = envName(source.prefix, given);
    const text = Object.hasOwn(source.env, name) ? source.env[name] : undefined;
    return text === undefined || text === ""
      ? []
      : [
          [
            given,
            (node.refused === undefined ? settingOf : refusedOf)(text, { node, name, log: source.log }),
          ],
        ];
  });
  return Object.fromEntries(entries);
}

/** A setting that is not offered has no type; only whether it says anything counts. */
function refusedOf(text: string): unknown {
  return scalarOf(text.trim(), new Set(["boolean"])) ?? parsedJson(text) ?? text;
}

function settingOf(
  text: string,
  { node, name, log }: { node: JsonSchema; name: string; log: Logger },
): unknown {
  const types = typesOf(node);
  if (types.size === 0 || types.has("string")) return text;
  const scalar = scalarOf(text.trim(), types);
  if (scalar !== undefined) return scalar;
  if (types.has("object") || types.has("array")) {
    const parsed = parsedJson(text);
    if (types.has("object") && isObject(parsed)) return parsed;
    if (types.has("array") && Array.isArray(parsed)) return parsed;
  }
  if (!types.has("array") || /^\s*[[{]/.test(text)) return text;
  log.warn(`config: ${name} is read as a list with commas. Write it as JSON: ["a", "b"].`);
  const items = isObject(node.items) ? typesOf(node.items) : new Set<string>();
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
    .map((item) => (items.has("string") ? item : (scalarOf(item, items) ?? item)));
}

function scalarOf(text: string, types: ReadonlySet<string>): number | boolean | undefined {
  const number = Number(text);
  if (types.has("integer") && /^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  if (
    types.has("number") &&
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) &&
    Number.isFinite(number)
  ) {
    return number;
  }
  if (!types.has("boolean")) return undefined;
  const word = text.toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
