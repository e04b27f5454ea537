#!/usr/bin/env node
/**
 * Writes the Zendesk tap's schemas as builder code, once, from a JSON file of facts about the API:
 * `scripts/convert-zendesk-schemas.ts FACTS.json STREAM…`. Shapes that occur in several places are
 * written once, in shapes.ts.
 */
import { readFile, writeFile } from "node:fs/promises";

interface Fact {
  type?: string[];
  format?: string;
  properties?: Record<string, Fact>;
  items?: Fact;
}

interface StreamFact {
  key_properties: string[];
  properties: Record<string, Fact>;
}

/** Keys that repeat another one: `fields` is `custom_fields` again. */
const repeated = new Map([["tickets", ["fields"]]]);
const leaves = new Map([
  ["string", "string()"],
  ["integer", "integer()"],
  ["number", "number()"],
  ["boolean", "boolean()"],
]);

const [factsPath = "", ...streams] = process.argv.slice(2);
const facts: Record<string, StreamFact> = JSON.parse(await readFile(factsPath, "utf8"));
const folder = new URL("../packages/tap-zendesk/src/schemas/", import.meta.url);
const shapeNames = new Map<string, string>();

function camelCase(name: string): string {
  return name.replaceAll(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function singular(name: string): string {
  return name.replace(/ses$/, "s").replace(/([^s])s$/, "$1");
}

/** Below the top a value lies in a JSON column, where no type is needed and the vendor's types drift. */
function nestedCode(fact: Fact): string {
  const [type, ...others] = (fact.type ?? []).filter((name) => name !== "null");
  if (type === undefined || others.length > 0) return "anything()";
  if (type === "array") return `array(nullable(${nestedCode(fact.items ?? {})}))`;
  if (type !== "object") return "scalar()";
  return shapeNames.get(JSON.stringify(fact.properties ?? {})) ?? objectCode(fact.properties ?? {}, []);
}

function topCode(fact: Fact): string {
  const types = (fact.type ?? []).filter((name) => name !== "null");
  const codes = types.map((name) => leaves.get(name));
  if (fact.format === "date-time") return "dateTime()";
  if (types.length > 1) return codes.includes(undefined) ? "anything()" : `union(${codes.join(", ")})`;
  return codes[0] ?? nestedCode(fact);
}

function objectCode(properties: Record<string, Fact>, keys: readonly string[], code = nestedCode): string {
  const lines = Object.entries(properties)
    .sort(([a], [b]) => Number(keys.includes(b)) - Number(keys.includes(a)))
    .map(([name, fact]) => {
      const value = keys.includes(name) ? code(fact) : `nullable(${code(fact)})`;
      return `  ${/^[a-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${value},`;
    });
  return `object({\n${lines.join("\n")}\n})`;
}

/** Collects objects that are worth a name, deepest first, with how often each occurs. */
function collect(
  fact: Fact,
  name: string,
  seen: Map<string, { name: string; fact: Fact; times: number }>,
): void {
  for (const [key, value] of Object.entries(fact.properties ?? {})) collect(value, key, seen);
  if (fact.items !== undefined) collect(fact.items, singular(name), seen);
  const key = JSON.stringify(fact.properties ?? {});
  if (key.length < 200) return;
  const entry = seen.get(key) ?? { name, fact, times: 0 };
  seen.set(key, { ...entry, times: entry.times + 1 });
}

function imports(code: string): string {
  const builders = [
    "anything",
    "array",
    "boolean",
    "dateTime",
    "integer",
    "nullable",
    "number",
    "object",
    "string",
    "union",
  ];
  const used = builders.filter((name) => new RegExp(`\\b${name}\\(`).test(code));
  const shapes = ["scalar", ...shapeNames.values()].filter((name) =>
    new RegExp(`\\b${name}\\b(?!:)`).test(code),
  );
  const own = code.includes("export const") && code.includes("function scalar") ? [] : shapes;
  const fromShapes = own.length > 0 ? `import { ${own.sort().join(", ")} } from "./shapes.ts";\n` : "";
  return `import { ${used.join(", ")} } from "@chorale/singer";\n${fromShapes}\n`;
}

const seen = new Map<string, { name: string; fact: Fact; times: number }>();
for (const stream of streams) {
  for (const [name, fact] of Object.entries(facts[stream]?.properties ?? {})) collect(fact, name, seen);
}
const shapes: string[] = [];
for (const [key, { name, fact, times }] of seen) {
  if (times < 2) continue;
  const taken = [...shapeNames.values()];
  const base = camelCase(name);
  const free = taken.includes(base)
    ? `${base}${taken.filter((other) => other.startsWith(base)).length + 1}`
    : base;
  shapes.push(`export const ${free} = ${objectCode(fact.properties ?? {}, [])};\n`);
  shapeNames.set(key, free);
}
const scalar = `/** A text, a number or a truth value: inside JSON columns the API's types drift, and none is needed. */
export function scalar(): Schema<string | number | boolean> {
  return union(string(), number(), boolean());
}\n`;
const shapeCode = `${scalar}\n${shapes.join("\n")}`;
await writeFile(
  new URL("shapes.ts", folder),
  imports(shapeCode).replace("union }", "union, type Schema }") + shapeCode,
);
for (const stream of streams) {
  const fact = facts[stream];
  if (fact === undefined) throw new Error(`${factsPath} does not know ${stream}`);
  const properties = Object.entries(fact.properties).filter(
    ([name]) => !repeated.get(stream)?.includes(name),
  );
  const body = objectCode(Object.fromEntries(properties), fact.key_properties, topCode);
  const code = `export const ${camelCase(stream)}Schema = ${body};\n`;
  await writeFile(new URL(`${stream.replaceAll("_", "-")}.ts`, folder), imports(code) + code);
}
