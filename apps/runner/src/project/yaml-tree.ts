import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { Place } from "./place.ts";
import { type Problems, placeText } from "./problems.ts";

/** A value of a project file with its place: what anchors and `<<` stand for is filled in. */
export type TreeNode = ScalarNode | ListNode | MapNode;

/** A text, a number, a boolean or nothing. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As it was written, without quotes. */
  readonly text: string;
  readonly place: Place;
  readonly size: number;
}

/** A list. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly TreeNode[];
  readonly place: Place;
  readonly size: number;
}

/** A mapping; its keys are texts as they were written. */
export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly place: Place;
  /** How many values there are, with all that anchors bring along. */
  readonly size: number;
}

/** A key and its value. */
export interface MapEntry {
  readonly keyPlace: Place;
  readonly value: TreeNode;
}

/** What a file's nodes are read with. */
export interface TreeSource {
  readonly placeAt: (offset: number) => Place;
  readonly problems: Problems;
}

/** So many values are more than any project has: anchors that multiply each other are an attack on memory. */
const maxSize = 500_000;

/** Makes a tree of a document's nodes. What cannot be read is a problem, and then reads as nothing. */
export function treeOf(content: unknown, source: TreeSource): TreeNode {
  return convert(content, { ...source, anchors: new Map() });
}

interface Conversion extends TreeSource {
  readonly anchors: Map<string, TreeNode>;
}

function convert(node: unknown, conversion: Conversion): TreeNode {
  if (isAlias(node)) return aliased(node, conversion);
  const tree = bounded(converted(node, conversion), conversion);
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
    conversion.anchors.set(node.anchor, tree);
  return tree;
}

function converted(node: unknown, conversion: Conversion): TreeNode {
  const place = conversion.placeAt(offsetOf(node));
  if (isMap(node)) return mapOf(node, { ...conversion, place });
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item, conversion));
    return { kind: "list", items, place, size: sizeOf(items) };
  }
  if (isScalar(node)) return scalarOf(node, { ...conversion, place });
  if (node !== null && node !== undefined)
    conversion.problems.error("a value of this kind cannot be read.", { place });
  return nothing(place);
}

function bounded(tree: TreeNode, { problems }: Conversion): TreeNode {
  if (tree.size <= maxSize) return tree;
  problems.error(`the anchors stand for more than ${maxSize} values.`, {
    place: tree.place,
    suggestion: "Use fewer aliases within each other.",
  });
  return nothing(tree.place);
}

function aliased(alias: Alias, { anchors, problems, placeAt }: Conversion): TreeNode {
  const tree = anchors.get(alias.source);
  if (tree !== undefined) return tree;
  const place = placeAt(offsetOf(alias));
  problems.error("an alias has no complete anchor above it.", {
    place,
    suggestion: 'Write & and its name at what it stands for, or put a text that begins with "*" in quotes.',
  });
  return nothing(place);
}

function scalarOf(node: Scalar, { place, problems }: Conversion & { place: Place }): ScalarNode {
  const { value } = node;
  if (value === null || value === undefined) return nothing(place);
  const text = node.source ?? String(value);
  const unsafe = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  if (unsafe && /^[-+]?[\d_]+$/.test(text)) {
    problems.error("a number has too many digits to be kept as it is.", {
      place,
      suggestion: "Put it in quotes.",
    });
  }
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return { kind: "scalar", value, text, place, size: 1 };
  }
  return { kind: "scalar", value: text, text, place, size: 1 };
}

function mapOf(node: YAMLMap, conversion: Conversion & { place: Place }): MapNode {
  const own = new Map<string, MapEntry>();
  const merged: MapNode[] = [];
  for (const pair of node.items) {
    const value = convert(pair.value, valueConversion(pair, conversion));
    if (isMergeKey(pair.key)) merged.push(...mergedMaps(value, conversion));
    else addEntry(own, { pair, value, conversion });
  }
  const entries = new Map(own);
  for (const [key, entry] of merged.flatMap((map) => [...map.entries]))
    if (!entries.has(key)) entries.set(key, entry);
  return {
    kind: "map",
    entries,
    place: conversion.place,
    size: sizeOf([...entries.values()].map(({ value }) => value)),
  };
}

/** A key with nothing behind it has a value without a place of its own: the key's is taken. */
function valueConversion({ key, value }: Pair, conversion: Conversion): Conversion {
  if (value !== null) return conversion;
  return { ...conversion, placeAt: () => conversion.placeAt(offsetOf(key)) };
}

interface Addition {
  readonly pair: Pair;
  readonly value: TreeNode;
  readonly conversion: Conversion;
}

function addEntry(entries: Map<string, MapEntry>, { pair, value, conversion }: Addition): void {
  const keyPlace = conversion.placeAt(offsetOf(pair.key));
  const key = keyText(pair.key);
  if (key === undefined) {
    conversion.problems.error("a key is no text.", { place: keyPlace, suggestion: "Write a name." });
    return;
  }
  const earlier = entries.get(key);
  if (earlier !== undefined) {
    conversion.problems.error(`${key} stands there twice, first in ${placeText(earlier.keyPlace)}.`, {
      place: keyPlace,
      suggestion: "Leave one of them out.",
    });
  }
  entries.set(key, { keyPlace, value });
}

/** `on` and `1` are keys as they are written, whatever YAML takes them for. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === "string") return key.value;
  return key.source;
}

function isMergeKey(key: unknown): boolean {
  if (!isScalar(key)) return false;
  return typeof key.value === "symbol" || (key.value === "<<" && key.type === "PLAIN");
}

function mergedMaps(value: TreeNode, { problems }: Conversion): readonly MapNode[] {
  if (value.kind === "map") return [value];
  if (value.kind === "list" && value.items.every((item) => item.kind === "map")) {
    return value.items.filter((item) => item.kind === "map");
  }
  problems.error("<< stands for no mapping.", {
    place: value.place,
    suggestion: "Name an anchor of a mapping.",
  });
  return [];
}

function nothing(place: Place): ScalarNode {
  return { kind: "scalar", value: null, text: "", place, size: 1 };
}

function sizeOf(children: readonly TreeNode[]): number {
  return children.reduce((sum, { size }) => sum + size, 1);
}

function offsetOf(node: unknown): number {
  const isNode = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
  return isNode ? (node.range?.[0] ?? 0) : 0;
}
