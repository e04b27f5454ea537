import { hashOf } from "../seeded-random.ts";
import type { TableKind } from "./table-kinds.ts";

/** What a cell holds. A moment is a number of milliseconds since 1970. */
export type Cell = string | number | null;

/** What cells are computed from. */
export interface World {
  readonly seed: number;
  /** The newest MODIFIED_DATE, in milliseconds. */
  readonly endsAt: number;
  /** How many rows of a table share a MODIFIED_DATE. */
  readonly ties: number;
  /** Whether MODIFIED_DATE has parts of a second. */
  readonly hasMillis: boolean;
}

/** Which cell of a generated table. */
export interface CellPlace {
  readonly table: TableKind;
  readonly column: string;
  /** The number of the row, from 0. */
  readonly row: number;
  /** How many rows the table was generated with. */
  readonly count: number;
}

/** Keys of a history: each object has this many versions. */
const versions = 3;
const stepMs = 37_000;
const dayMs = 86_400_000;
const keySpace = 2 ** 24;
const firstKey = 119_903_956_370_000;
const texts = ["Ops Admin", 'O\'Neil "Q"', "größe – 東京", "", "line one\nline two", "AE-East-01"] as const;

/**
 * Computes a cell. MODIFIED_DATE grows with the number of the row and is shared by several rows; keys are in no
 * order, so that a later row often has a smaller one.
 */
export function generatedCell(place: CellPlace, world: World): Cell {
  const { table, column, row } = place;
  if (column === "MODIFIED_DATE") return modifiedAt(place, world);
  if (table.keys.includes(column)) return keyOf(place);
  const kind = table.columns.get(column);
  const hash = hashOf(world.seed, table.name, column, row);
  if (hash % 11 === 0) return null;
  if (kind === "moment") return world.endsAt - (hash % 1000) * dayMs;
  if (kind === "number") return numberOf(column, hash);
  return textOf(column, hash);
}

function modifiedAt({ row, count }: CellPlace, { ties, endsAt, hasMillis }: World): number {
  const group = Math.floor(row / ties);
  const last = Math.floor(Math.max(0, count - 1) / ties);
  const moment = endsAt - (last - group) * stepMs;
  return hasMillis ? moment - 1000 + ((group * 211) % 1000) : moment;
}

function keyOf({ table, column, row }: CellPlace): Cell {
  const isHistory = table.keys.includes("VERSION");
  if (isHistory && column === "VERSION") return (row % versions) + 1;
  const object = isHistory ? Math.floor(row / versions) : row;
  // An odd factor visits each number of the space once.
  const scrambled = (object * 7_368_787 + 977) % keySpace;
  if (table.columns.get(column) === "number") return firstKey + scrambled;
  return `${scrambled.toString(16).padStart(8, "0")}-1111-4222-8333-9f2d5d1c0a77`;
}

function numberOf(column: string, hash: number): number {
  if (/_ID(?:_FK)?$/u.test(column)) return 219_903_956_370_000 + (hash % 500);
  return /AMOUNT|VALUE|SALARY|RATE|PERCENT|TARGET/u.test(column) ? (hash % 1_000_000) / 8 : hash % 40;
}

function textOf(column: string, hash: number): string {
  if (/^(?:IS|EVER)_|^ENABLED$/u.test(column)) return String(hash % 2);
  if (column === "PERIOD_ID") return String(219_903_956_370_000 + (hash % 500));
  return column.endsWith("_CODE")
    ? String(hash % 10_000).padStart(4, "0")
    : (texts[hash % texts.length] ?? "");
}
