import type { GeneratedRows } from "../collection.ts";
import { timeline } from "../timeline.ts";
import { type ChildLayout, childLayout } from "./child-layout.ts";
import {
  type GeneratedLists,
  type ListDefinition,
  listRow,
  type ParentDefinition,
  stampOfList,
} from "./list-definition.ts";
import { accountLists } from "./lists/account.ts";
import { customObjectLists } from "./lists/custom-objects.ts";
import { fieldLists } from "./lists/fields.ts";
import { communityLists, guideLists } from "./lists/guide.ts";
import { peopleLists } from "./lists/people.ts";
import { ruleLists } from "./lists/rules.ts";
import { talkLists } from "./lists/talk.ts";
import { ticketLists } from "./lists/ticket-lists.ts";
import { organizationRows } from "./organization-rows.ts";
import { ticketRows } from "./ticket-rows.ts";
import { userRows } from "./user-rows.ts";
import { anyIdOf, listIds, spanSeconds, type World } from "./world.ts";

/** Every list of a generated account, by the name that a store knows it by. */
export const listDefinitions = {
  ...peopleLists,
  ...ruleLists,
  ...fieldLists,
  ...ticketLists,
  ...accountLists,
  ...customObjectLists,
  ...talkLists,
  ...guideLists,
  ...communityLists,
} as const satisfies Record<string, ListDefinition>;

/** The name of a list. */
export type ListName = keyof typeof listDefinitions;

/** Tells whether a list goes by this name. */
export function isListName(name: string): name is ListName {
  return Object.hasOwn(listDefinitions, name);
}

/** The names of all lists. */
export const listNames: readonly ListName[] = Object.keys(listDefinitions).filter(isListName);

function countOf(lists: GeneratedLists, name: string, definition: ListDefinition): number {
  const { parent, count } = definition;
  if (parent !== undefined) return lists.layout(parent).total;
  return lists.world.counts[name] ?? count?.(lists.world) ?? 0;
}

function listRows(lists: GeneratedLists, name: string, definition: ListDefinition): GeneratedRows {
  const { world } = lists;
  const rows =
    definition.timeline?.(world) ??
    timeline({
      seed: world.seed,
      name,
      count: countOf(lists, name, definition),
      firstId: definition.firstId ?? listIds.firstId,
      idStep: definition.idStep ?? listIds.idStep,
      endsAt: world.endsAt + (definition.aheadSeconds ?? 0),
      spanSeconds: definition.spanSeconds ?? spanSeconds,
    });
  return {
    timeline: rows,
    stampOf: stampOfList(definition),
    stampKey: definition.stampKey ?? "updated_at",
    rowAt: (position) => {
      const id = rows.idAt(position);
      const place = { id, rank: rows.rankFrom(id), stamp: rows.stampAt(position) };
      return listRow({ lists, name, definition, place });
    },
  };
}

/** Lays out all rows of an account; those of a kind when they are first asked for. */
export function generatedLists(world: World): GeneratedLists {
  const known = new Map<string, GeneratedRows>([
    ["tickets", ticketRows(world)],
    ["users", userRows(world)],
    ["organizations", organizationRows(world)],
  ]);
  const layouts = new Map<ParentDefinition, ChildLayout>();
  const lists: GeneratedLists = {
    world,
    layout(parent) {
      const found = layouts.get(parent) ?? childLayout(parent.sizes, lists.rows(parent.list).timeline.count);
      layouts.set(parent, found);
      return found;
    },
    rows(name) {
      const found = known.get(name);
      if (found !== undefined) return found;
      if (!isListName(name))
        throw new Error(`There is no list ${name}. Name one of ${listNames.join(", ")}.`);
      const made = listRows(lists, name, listDefinitions[name]);
      known.set(name, made);
      return made;
    },
    anyId: (name, random) => anyIdOf(lists.rows(name).timeline, random),
  };
  return lists;
}
