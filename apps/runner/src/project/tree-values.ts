import type { PlacedConfig, PlacedEnv } from "./model.ts";
import { namesToChooseFrom } from "./near-names.ts";
import type { Place, Placed } from "./place.ts";
import type { Problems } from "./problems.ts";
import type { ListNode, MapEntry, MapNode, TreeNode } from "./yaml-tree.ts";

/** Answers the value without its places. */
export function plainValue(node: TreeNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  return plainMap(node);
}

/** Answers a mapping without its places. */
export function plainMap({ entries }: MapNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...entries].map(([key, { value }]) => [key, plainValue(value)]));
}

/** What a value is expected at. */
export interface Expectation {
  /** The path, for messages: `plugins.extractors.tap-x.config`. */
  readonly where: string;
  readonly problems: Problems;
}

/** Answers a key's mapping; undefined where there is none, and it is an error when something else is there. */
export function mapAt(map: MapNode, key: string, { where, problems }: Expectation): MapNode | undefined {
  const node = map.entries.get(key)?.value;
  if (node === undefined || isNothing(node)) return undefined;
  if (node.kind === "map") return node;
  problems.error(`${where}.${key} is no mapping.`, { place: node.place, suggestion: "Write keys below it." });
  return undefined;
}

/** Answers a key's list; undefined where there is none, and it is an error when something else is there. */
export function listAt(map: MapNode, key: string, { where, problems }: Expectation): ListNode | undefined {
  const node = map.entries.get(key)?.value;
  if (node === undefined || isNothing(node)) return undefined;
  if (node.kind === "list") return node;
  problems.error(`${where}.${key} is no list.`, {
    place: node.place,
    suggestion: 'Begin entries with "- ".',
  });
  return undefined;
}

/** Answers a key's text, a number as it was written; undefined where there is none. */
export function textAt(map: MapNode, key: string, expectation: Expectation): string | undefined {
  return placedTextAt(map, key, expectation)?.value;
}

/** Answers a key's text with the key's place. */
export function placedTextAt(
  map: MapNode,
  key: string,
  { where, problems }: Expectation,
): Placed<string> | undefined {
  const entry = map.entries.get(key);
  if (entry === undefined || isNothing(entry.value)) return undefined;
  if (entry.value.kind === "scalar") return { value: entry.value.text, place: entry.keyPlace };
  problems.error(`${where}.${key} is no text.`, { place: entry.value.place });
  return undefined;
}

/** Answers a key's texts: those of a list, or the one that stands there alone. */
export function textsAt(map: MapNode, key: string, expectation: Expectation): readonly string[] | undefined {
  const node = map.entries.get(key)?.value;
  if (node?.kind === "scalar" && node.value !== null) return [node.text];
  return listAt(map, key, expectation)?.items.flatMap((item) => {
    if (item.kind === "scalar" && item.value !== null) return [item.text];
    expectation.problems.error(`${expectation.where}.${key} has an entry that is no text.`, {
      place: item.place,
    });
    return [];
  });
}

/** Answers a key's environment variables. A value that is no text is taken as it was written. */
export function envAt(map: MapNode, key: string, expectation: Expectation): PlacedEnv {
  const { problems, where } = expectation;
  const env = new Map<string, Placed<string>>();
  for (const [name, { keyPlace, value }] of mapAt(map, key, expectation)?.entries ?? []) {
    if (value.kind === "scalar") env.set(name, { value: value.text, place: keyPlace });
    else problems.error(`${where}.${key}.${name} is no text.`, { place: value.place });
  }
  return env;
}

/**
 * What `annotations.chorale` of a mapping says: only this runner reads it. With `known` a key that is none of these
 * is warned of; with none of them known, every key.
 */
export function annotationsOf(
  map: MapNode,
  expectation: Expectation & { known?: readonly string[] },
): Readonly<Record<string, unknown>> {
  const annotations = mapAt(map, "annotations", expectation);
  if (annotations === undefined) return {};
  const where = `${expectation.where}.annotations`;
  const ours = mapAt(annotations, "chorale", { ...expectation, where });
  if (ours === undefined) return {};
  const { known, problems } = expectation;
  for (const [key, { keyPlace }] of known === undefined ? [] : ours.entries) {
    if (known?.includes(key) === true) continue;
    problems.warn(`${where}.chorale: nothing reads the key ${key}.`, {
      place: keyPlace,
      suggestion: known?.length
        ? namesToChooseFrom(key, known)
        : "Write it at the project, a job or a schedule.",
    });
  }
  return plainMap(ours);
}

/**
 * Answers a mapping's values by their paths, with dots between the levels. Lists are values, and so is an
 * empty mapping. With `namesHaveDots` a dot in the key of a mapping belongs to the key, and is written `\\.`:
 * the keys of `metadata` are names of streams.
 */
export function flatConfig(
  entries: Iterable<readonly [string, MapEntry]>,
  options: { readonly namesHaveDots?: boolean } = {},
): PlacedConfig {
  const config = new Map<string, Placed>();
  const add = (path: string, { keyPlace, value }: MapEntry) => {
    if (value.kind !== "map" || value.entries.size === 0) config.set(path, placedValue(value, keyPlace));
    else
      for (const [key, entry] of value.entries) {
        const isName = options.namesHaveDots === true && entry.value.kind === "map";
        add(`${path}.${isName ? key.replaceAll(/(?<!\\)\./g, "\\.") : key}`, entry);
      }
  };
  for (const [path, entry] of entries) add(path, entry);
  return config;
}

function placedValue(node: TreeNode, place: Place): Placed {
  const value = plainValue(node);
  return node.kind === "list"
    ? { value, place, items: node.items.map((item) => item.place) }
    : { value, place };
}

/** Whether a key stands there with nothing behind it. */
export function isNothing(node: TreeNode): boolean {
  return node.kind === "scalar" && node.value === null;
}
