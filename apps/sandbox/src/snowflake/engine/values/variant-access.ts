import { textEnd } from "./variant-text.ts";

/** A step into a VARIANT: an object's key, or an array's index from 0. */
export type VariantStep = string | number;

/** Answers what a path leads to in a kept value; null where it leads nowhere. Keys are exact. */
export function variantAt(text: string, steps: readonly VariantStep[]): string | null {
  let at = 0;
  for (const step of steps) {
    at = typeof step === "string" ? attributeStart(text, at, step) : itemStart(text, at, step);
    if (at < 0) return null;
  }
  const value = text.slice(at, valueEnd(text, at));
  return value === "undefined" ? null : value;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Answers where the value of a key begins in the object at `start`, or -1. */
function attributeStart(text: string, start: number, key: string): number {
  if (text.charCodeAt(start) !== openBrace) return -1;
  const wanted = `${JSON.stringify(key)}:`;
  for (let at = start + 1; text.charCodeAt(at) === quote; ) {
    if (text.startsWith(wanted, at)) return at + wanted.length;
    at = afterComma(text, valueEnd(text, valueEnd(text, at) + 1));
  }
  return -1;
}

/** Answers where an item begins in the array at `start`, or -1. */
function itemStart(text: string, start: number, index: number): number {
  if (text.charCodeAt(start) !== openBracket || text.charCodeAt(start + 1) === closeBracket) return -1;
  let at = start + 1;
  for (let position = 0; position < index; position += 1) {
    at = afterComma(text, valueEnd(text, at));
    if (at === text.length) return -1;
  }
  return at;
}

/** Answers what follows a comma, or the text's end where none stands. */
function afterComma(text: string, at: number): number {
  return text.charCodeAt(at) === comma ? at + 1 : text.length;
}

/** Answers where the value that begins at `start` of a kept text ends. */
function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return textEnd(text, start) ?? text.length;
  if (first !== openBrace && first !== openBracket) return scalarEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = textEnd(text, at) ?? text.length;
      continue;
    }
    depth += depthChange(code);
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function depthChange(code: number): number {
  if (code === openBrace || code === openBracket) return 1;
  return code === closeBrace || code === closeBracket ? -1 : 0;
}

function scalarEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma || code === closeBrace || code === closeBracket) return at;
  }
  return text.length;
}

/** Answers a kept object's entries: keys as they are, values as kept texts. */
export function variantEntries(text: string): readonly (readonly [string, string])[] {
  const entries: (readonly [string, string])[] = [];
  if (!text.startsWith("{")) return entries;
  for (let at = 1; at < text.length - 1; ) {
    const keyEnd = valueEnd(text, at);
    const end = valueEnd(text, keyEnd + 1);
    entries.push([String(JSON.parse(text.slice(at, keyEnd))), text.slice(keyEnd + 1, end)]);
    at = end + 1;
  }
  return entries;
}

/** Answers a kept array's items as kept texts. */
export function variantItems(text: string): readonly string[] {
  const items: string[] = [];
  if (!text.startsWith("[")) return items;
  for (let at = 1; at < text.length - 1; ) {
    const end = valueEnd(text, at);
    items.push(text.slice(at, end));
    at = end + 1;
  }
  return items;
}

/** Writes a kept object: its keys in their order. */
export function variantObject(entries: Iterable<readonly [string, string]>): string {
  const written = [...new Map(entries)].map(([key, value]) => [JSON.stringify(key), value] as const);
  written.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${written.map(([key, value]) => `${key}:${value}`).join(",")}}`;
}

/** Answers a kept value's type as TYPEOF names it. */
export function variantType(text: string): string {
  const first = text.charAt(0);
  const named = { '"': "VARCHAR", "{": "OBJECT", "[": "ARRAY", t: "BOOLEAN", f: "BOOLEAN", n: "NULL_VALUE" }[
    first
  ];
  if (named !== undefined) return named;
  if (text.includes("e")) return "DOUBLE";
  return text.includes(".") ? "DECIMAL" : "INTEGER";
}
