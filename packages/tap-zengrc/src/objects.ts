import { type Columns, columns, extraColumns } from "./columns.ts";

/** A kind of object: one stream, whose name is its path. */
export interface ZengrcObject {
  readonly name: string;
  readonly columns: Columns;
  /** Whether an account may lack it, and what it holds is known in part only. */
  readonly isOptional: boolean;
}

const optional: ReadonlySet<string> = new Set(["people", "systems"]);

/** The objects that the tap knows, in the order in which they are read. */
export const objects: readonly ZengrcObject[] = Object.entries(columns).map(([name, own]) => ({
  name,
  columns: own,
  isOptional: optional.has(name),
}));

/** An object that is known by its name alone. */
export function extraObject(name: string): ZengrcObject {
  return { name, columns: extraColumns, isOptional: true };
}
