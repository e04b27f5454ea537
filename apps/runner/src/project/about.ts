import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import type { SettingKind } from "./model.ts";

/** What a connector says of itself with `--about --format=json`. */
export interface About {
  readonly capabilities: readonly string[];
  readonly settings: readonly AboutSetting[];
  readonly namespace: string | undefined;
}

/** A setting as its connector describes it. */
export interface AboutSetting {
  readonly name: string;
  /** Undefined where it may be of several. */
  readonly kind: SettingKind | undefined;
  readonly aliases: readonly string[];
  readonly options: readonly unknown[];
  readonly sensitive: boolean;
  readonly required: boolean;
}

/**
 * Reads the text of `--about --format=json`, as Chorale's connectors and those of Meltano's SDK write it. Throws
 * with exit code 2 for any other.
 */
export function parseAbout(text: string, name: string): About {
  const about = jsonOf(text);
  const settings = isObject(about) ? about["settings"] : undefined;
  if (!isObject(about) || !isObject(settings)) {
    throw runError(
      "usage",
      `${name}: --about --format=json answered no description. Write its entry by hand.`,
    );
  }
  const { properties, required } = settings;
  const isRequired = new Set(textsOf(required));
  return {
    capabilities: textsOf(about["capabilities"]),
    namespace: typeof about["namespace"] === "string" ? about["namespace"] : undefined,
    settings: Object.entries(isObject(properties) ? properties : {}).map(([key, schema]) => ({
      name: key,
      required: isRequired.has(key),
      ...settingOf(isObject(schema) ? schema : {}),
    })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function settingOf(schema: Readonly<Record<string, unknown>>): Omit<AboutSetting, "name" | "required"> {
  const options = Array.isArray(schema["enum"]) ? schema["enum"].filter((option) => option !== null) : [];
  return {
    options,
    kind: options.length > 0 ? "options" : kindOf(schema),
    aliases: textsOf(schema["aliases"]),
    sensitive: schema["secret"] === true || schema["writeOnly"] === true,
  };
}

const kinds: ReadonlyMap<unknown, SettingKind> = new Map([
  ["string", "string"],
  ["boolean", "boolean"],
  ["integer", "integer"],
  ["number", "decimal"],
  ["array", "array"],
  ["object", "object"],
]);

function kindOf({ type, format }: Readonly<Record<string, unknown>>): SettingKind | undefined {
  const [first, ...others] = (Array.isArray(type) ? type : [type]).filter((each) => each !== "null");
  if (others.length > 0) return undefined;
  return first === "string" && format === "date-time" ? "date_iso8601" : kinds.get(first);
}
