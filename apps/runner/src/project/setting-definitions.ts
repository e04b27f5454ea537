import type { SettingDefinition, SettingKind } from "./model.ts";
import { didYouMean } from "./near-names.ts";
import { type Expectation, listAt, plainValue, textAt, textsAt } from "./tree-values.ts";
import type { MapNode, TreeNode } from "./yaml-tree.ts";

const kinds: readonly SettingKind[] = [
  "string",
  "integer",
  "boolean",
  "decimal",
  "date_iso8601",
  "email",
  "file",
  "array",
  "object",
  "options",
  "oauth",
];

/** Kinds that Meltano no longer wants; a `password` is a text that nobody may see. */
const oldKinds: readonly string[] = ["password", "hidden"];

/** Reads the list `settings` of a plugin. A definition without a name is an error, and left out. */
export function readSettings(plugin: MapNode, expectation: Expectation): readonly SettingDefinition[] {
  const items = listAt(plugin, "settings", expectation)?.items ?? [];
  return items.flatMap((item, index) => {
    const where = `${expectation.where}.settings[${index}]`;
    return readSetting(item, { ...expectation, where });
  });
}

function readSetting(node: TreeNode, expectation: Expectation): readonly SettingDefinition[] {
  const { where, problems } = expectation;
  const name = node.kind === "map" ? textAt(node, "name", expectation) : undefined;
  if (node.kind !== "map" || name === undefined) {
    problems.error(`${where} has no name.`, { place: node.place, suggestion: 'Write "- name: …".' });
    return [];
  }
  const value = node.entries.get("value")?.value;
  const written = textAt(node, "kind", expectation);
  return [
    {
      name,
      kind: kindOf(written, { ...expectation, node }),
      value: value === undefined ? undefined : plainValue(value),
      env: textAt(node, "env", expectation),
      aliases: [
        ...(textsAt(node, "aliases", expectation) ?? []),
        ...(textsAt(node, "env_aliases", expectation) ?? []),
      ],
      sensitive: written === "password" || written === "oauth" || isTrue(node, "sensitive"),
      options: optionsOf(node, expectation),
      valueProcessor: textAt(node, "value_processor", expectation),
      valuePostProcessor: textAt(node, "value_post_processor", expectation),
      description: textAt(node, "description", expectation),
    },
  ];
}

function kindOf(
  written: string | undefined,
  { node, where, problems }: Expectation & { node: MapNode },
): SettingKind | undefined {
  if (written === undefined) return undefined;
  const kind = kinds.find((known) => known === written);
  if (kind !== undefined) return kind;
  if (oldKinds.includes(written)) return "string";
  problems.warn(`${where}.kind: there is no kind ${written}; the value is taken as it is.`, {
    place: node.entries.get("kind")?.keyPlace,
    suggestion: didYouMean(written, kinds) ?? `There are ${kinds.join(", ")}.`,
  });
  return undefined;
}

function isTrue(map: MapNode, key: string): boolean {
  const node = map.entries.get(key)?.value;
  return node?.kind === "scalar" && node.value === true;
}

/** An option is written as itself, or as a mapping with its `value`. */
function optionsOf(node: MapNode, expectation: Expectation): readonly unknown[] {
  const items = listAt(node, "options", expectation)?.items ?? [];
  return items.map((item) => {
    const value = item.kind === "map" ? item.entries.get("value")?.value : undefined;
    return plainValue(value ?? item);
  });
}

/** Reads `settings_group_validation`: lists of names of settings, of which one has to be complete. */
export function readSettingsGroups(
  plugin: MapNode,
  expectation: Expectation,
): readonly (readonly string[])[] | undefined {
  const key = "settings_group_validation";
  return listAt(plugin, key, expectation)?.items.flatMap((item) => {
    if (item.kind === "list") return [item.items.map((name) => (name.kind === "scalar" ? name.text : ""))];
    expectation.problems.error(`${expectation.where}.${key} has an entry that is no list.`, {
      place: item.place,
      suggestion: "Write [first_setting, second_setting].",
    });
    return [];
  });
}
