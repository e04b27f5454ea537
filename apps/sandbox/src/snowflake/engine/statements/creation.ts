import { displayName, displayPart } from "../catalogue/model.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { ddlAnswer } from "./answers.ts";
import type { Answer } from "./command.ts";
import type { CreateMode } from "./create-table.ts";

/** What a CREATE of something else than a table creates. */
export interface Creation {
  readonly parts: NameParts;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
}

/** Reads IF NOT EXISTS and a name. */
export function parseCreation(cursor: Cursor, mode: CreateMode, parts: number): Creation {
  const ifNotExists = cursor.takes("IF", "NOT", "EXISTS");
  if (ifNotExists && mode.orReplace) throw cursor.unexpected();
  return { parts: cursor.dottedName(parts), orReplace: mode.orReplace, ifNotExists };
}

/** Answers what CREATE answers for an object that is there already, or undefined if it is to be made. */
export function existing(creation: Creation, name: readonly string[]): Answer | undefined {
  if (creation.ifNotExists) {
    return ddlAnswer(`${displayPart(name.at(-1) ?? "")} already exists, statement succeeded.`);
  }
  if (!creation.orReplace) throw problems.exists(displayName(name));
  return undefined;
}
