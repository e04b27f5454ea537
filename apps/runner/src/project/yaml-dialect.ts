import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from "yaml";

const moreNumbers = [
  numberTag("int", { test: /^[-+]?[0-9][0-9_]*$/, read: Number }),
  numberTag("int", { test: /^[-+]?0b[01_]+$/, read: withBase }),
  numberTag("int", { test: /^[-+]?0o[0-7_]+$/, read: withBase }),
  numberTag("int", { test: /^[-+]?0x[0-9a-fA-F_]+$/, read: withBase }),
  numberTag("float", { test: /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/, read: Number }),
];

/**
 * How project files are written: YAML 1.2 with its keys for merging, and with the numbers that Meltano's reader knows
 * beyond it.
 */
export const yamlDialect: DocumentOptions & ParseOptions & SchemaOptions = {
  version: "1.2",
  schema: "core",
  merge: true,
  uniqueKeys: false,
  logLevel: "error",
  customTags: (tags) => [...moreNumbers, ...tags],
};

function numberTag(
  name: "int" | "float",
  { test, read }: { test: RegExp; read: (text: string) => number },
): ScalarTag {
  const resolve = (text: string) => read(text.replaceAll("_", ""));
  return { tag: `tag:yaml.org,2002:${name}`, default: true, test, resolve };
}

/** `Number` knows the letters of bases, but no sign before them. */
function withBase(text: string): number {
  const digits = text.replace(/^[-+]/, "");
  return text.startsWith("-") ? -Number(digits) : Number(digits);
}
