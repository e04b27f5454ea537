import {
  Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { runError } from "../exit-codes.ts";
import type { PluginType } from "./model.ts";
import { yamlDialect } from "./yaml-dialect.ts";

/** A plugin's entry as it is written to a file. */
export type NewEntry = Readonly<Record<string, unknown>>;

/**
 * Answers a project file's text with an entry at the end of `plugins.<type>`. What was there stays byte for byte
 * where its lists are written with dashes; a file in braces is written anew, with its comments.
 */
export function insertPlugin(text: string, { type, entry }: { type: PluginType; entry: NewEntry }): string {
  const spliced = splice(text, { type, entry });
  return spliced !== undefined && isAdded(text, { spliced, type }) ? spliced : written(text, { type, entry });
}

interface Insertion {
  /** Where the lines go. */
  readonly offset: number;
  readonly lines: string;
}

function splice(text: string, { type, entry }: { type: PluginType; entry: NewEntry }): string | undefined {
  const insertion = insertionOf(text, { type, entry });
  if (insertion === undefined) return undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const { offset } = insertion;
  const before = text.slice(0, offset);
  const lines = insertion.lines.replaceAll("\n", newline);
  return `${before}${before === "" || before.endsWith("\n") ? "" : newline}${lines}${text.slice(offset)}`;
}

function insertionOf(
  text: string,
  { type, entry }: { type: PluginType; entry: NewEntry },
): Insertion | undefined {
  const lineCounter = new LineCounter();
  const { contents } = parseDocument(text, { ...yamlDialect, lineCounter });
  if (!isMap(contents) || contents.flow === true) return undefined;
  const columnOf = (offset: number) => lineCounter.linePos(offset).col - 1;
  const plugins = contents.get("plugins", true);
  if (plugins === undefined) {
    return { offset: text.length, lines: linesOf({ plugins: { [type]: [entry] } }, 0) };
  }
  if (!isMap(plugins) || plugins.flow === true) return undefined;
  const list = plugins.get(type, true);
  const end = endOf(text, list ?? plugins);
  const column = columnOf((list === undefined ? firstKey(plugins) : startOf(list)) ?? 0);
  if (end === undefined) return undefined;
  if (list === undefined) return { offset: end, lines: linesOf({ [type]: [entry] }, column) };
  return isSeq(list) && list.flow !== true ? { offset: end, lines: linesOf([entry], column) } : undefined;
}

/** The beginning of the line behind a node. Comments between it and what follows stay with what follows. */
function endOf(text: string, node: unknown): number | undefined {
  const last = lastLeaf(node);
  if (last === undefined) return undefined;
  if (text[last - 1] === "\n") return last;
  const newline = text.indexOf("\n", last);
  return newline === -1 ? text.length : newline + 1;
}

function lastLeaf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[1] : undefined;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}

function firstKey(map: YAMLMap): number | undefined {
  const key = map.items[0]?.key;
  return isScalar(key) ? key.range?.[0] : undefined;
}

function linesOf(value: unknown, column: number): string {
  const document = new Document(value, yamlDialect);
  compactSettings(document.contents);
  const indent = " ".repeat(column);
  return document
    .toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: true })
    .replaceAll(/^(?=.)/gm, indent);
}

/** A setting is one line: `- { name: email, kind: string }`. */
function compactSettings(node: unknown): void {
  if (isSeq(node)) for (const item of node.items) compactSettings(item);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const isList = isScalar(key) && key.value === "settings" && isSeq(value);
    if (isList) compactItems(value);
    else if (isScalar(key) && key.value === "capabilities" && isSeq(value)) value.flow = true;
    else compactSettings(value);
  }
}

function compactItems(list: YAMLSeq): void {
  for (const item of list.items) if (isMap(item)) item.flow = true;
}

/** A splice counts only when a parser finds one entry more, and nothing else that is wrong. */
function isAdded(text: string, { spliced, type }: { spliced: string; type: PluginType }): boolean {
  const after = parseDocument(spliced, yamlDialect);
  return after.errors.length === 0 && countOf(spliced, type) === countOf(text, type) + 1;
}

function countOf(text: string, type: PluginType): number {
  const list = parseDocument(text, yamlDialect).getIn(["plugins", type], true);
  return isSeq(list) ? list.items.length : 0;
}

function written(text: string, { type, entry }: { type: PluginType; entry: NewEntry }): string {
  const document = parseDocument(text, yamlDialect);
  if (document.errors.length > 0)
    throw runError("usage", "the project file cannot be read. Run chorale validate.");
  const plugins = document.get("plugins", true);
  const list = document.getIn(["plugins", type], true);
  if (isSeq(list)) list.items.push(document.createNode(entry));
  else if (isMap(plugins)) document.setIn(["plugins", type], document.createNode([entry]));
  else document.set("plugins", withComment(document.createNode({ [type]: [entry] }), plugins));
  return document.toString({ lineWidth: 0 });
}

/** A comment behind a key without a value goes above the value that it gets. */
function withComment<Node extends { commentBefore?: string | null }>(node: Node, former: unknown): Node {
  if (isScalar(former) && former.comment) node.commentBefore = former.comment;
  return node;
}
