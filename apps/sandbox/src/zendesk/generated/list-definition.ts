import type { Json, JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import type { GeneratedRows } from "../collection.ts";
import { epochSeconds, isoTime, type Row } from "../row.ts";
import type { RowOrder } from "../row-order.ts";
import type { Timeline } from "../timeline.ts";
import type { ChildLayout } from "./child-layout.ts";
import type { IdForm } from "./id-forms.ts";
import { dayInSeconds, type World } from "./world.ts";

/** The generated rows of every kind, by the name that a store knows them by. */
export interface GeneratedLists {
  readonly world: World;
  rows(name: string): GeneratedRows;
  /** How the children of a list's parents are laid out. */
  layout(parent: ParentDefinition): ChildLayout;
  /** The id of any row of a kind; null when there is none. */
  anyId(name: string, random: SeededRandom): number | null;
}

/** What a row of a list is drawn from. */
export interface RowContext {
  readonly world: World;
  readonly lists: GeneratedLists;
  readonly random: SeededRandom;
  readonly id: number;
  readonly rank: number;
  /** The second that the row stands at in time. */
  readonly stamp: number;
  /** The id of the row that this one belongs to; null of a row that a test adds. */
  readonly parentId: number | null;
  /** The row that this one belongs to, made when it is asked for. */
  readonly parent: Row | undefined;
  /** Which of its parent's rows it is. */
  readonly index: number;
}

/** Whose children the rows are. */
export interface ParentDefinition {
  readonly list: string;
  /** The key of the child that names its parent. */
  readonly key: string;
  /** How many children parents have, by rank, over and over. */
  readonly sizes: readonly number[];
}

/** How a list is cut into pages; see the README. */
export type Paging = "cursor" | "offset" | "whole" | "whole-only" | "guide";

/** A list: where it is found, how it is sorted, and what its rows hold. */
export interface ListDefinition {
  /** The path below `/api/v2`; `{id}` stands for a parent's id. */
  readonly path: string;
  /** The path in a row's own address, which `/{id}.json` follows; null when rows have none. @default the path */
  readonly address?: string | null;
  /** The key of the rows in an answer. @default the path */
  readonly recordsKey?: string;
  readonly order: RowOrder;
  /** @default "cursor" */
  readonly paging?: Paging;
  /** Keys of the stored row that the list does not show. */
  readonly hidden?: readonly string[];
  /** How ids are spelled, if not as numbers. */
  readonly idForm?: IdForm;
  /** The key that names a row in paths. @default "id" */
  readonly pathKey?: string;
  readonly parent?: ParentDefinition;
  /** How many rows there are; children are counted by their parents. */
  readonly count?: (world: World) => number;
  readonly timeline?: (world: World) => Timeline;
  /** The time that rows stand at. @default "updated_at" */
  readonly stampKey?: string;
  /** How long after the newest generated row of the account the list's last one stands. @default 0 */
  readonly aheadSeconds?: number;
  /** Over how long a time the rows are spread. @default 400 days */
  readonly spanSeconds?: number;
  readonly firstId?: number;
  readonly idStep?: number;
  /** What marks a deleted row; without it deleted rows vanish. */
  readonly deletedFields?: JsonObject;
  readonly fields: (context: RowContext) => JsonObject;
}

/** A row's id as the vendor spells it. */
export function shownId(definition: ListDefinition, row: Row): Json {
  const { idForm, pathKey } = definition;
  if (pathKey !== undefined) return row[pathKey] ?? null;
  return idForm === undefined ? row.id : idForm.show(row.id);
}

/** The second that a list's row stands at. */
export function stampOfList(definition: ListDefinition): (row: Row) => number {
  const key = definition.stampKey ?? "updated_at";
  return (row) => epochSeconds(row[key]);
}

function addressOf(definition: ListDefinition, row: Row, world: World): JsonObject {
  const { address = definition.path, parent } = definition;
  if (address === null) return {};
  const parentId = parent === undefined ? "" : String(row[parent.key] ?? "");
  const path = address.replace("{id}", parentId);
  const whole = path.startsWith("/") ? path : `/api/v2/${path}`;
  return { url: `${world.account}${whole}/${String(shownId(definition, row))}.json` };
}

function withParent(
  context: Omit<RowContext, "parent" | "parentId" | "index">,
  { parent }: ListDefinition,
): RowContext {
  const layout = parent === undefined ? undefined : context.lists.layout(parent);
  if (parent === undefined || layout === undefined || context.rank >= layout.total) {
    return { ...context, parentId: null, parent: undefined, index: 0 };
  }
  const { parentRank, index } = layout.placeOf(context.rank);
  const { timeline, rowAt } = context.lists.rows(parent.list);
  return {
    ...context,
    index,
    parentId: timeline.firstId + parentRank * timeline.idStep,
    get parent() {
      return rowAt(timeline.positionOfRank(parentRank));
    },
  };
}

/** A row of a list; what is given takes the place of what is drawn. */
export function listRow(options: {
  lists: GeneratedLists;
  name: string;
  definition: ListDefinition;
  place: { id: number; rank: number; stamp: number };
  fields?: JsonObject;
}): Row {
  const { lists, name, definition, place, fields = {} } = options;
  const { id, stamp } = place;
  const { world } = lists;
  const random = seededRandom(world.seed, name, id);
  const context = { world, lists, random, ...place };
  const drawn = definition.fields(withParent(context, definition));
  const row = {
    id,
    created_at: isoTime(stamp - random.below(90 * dayInSeconds)),
    updated_at: isoTime(stamp),
    ...drawn,
    ...fields,
  };
  return { ...addressOf(definition, row, world), ...row };
}
