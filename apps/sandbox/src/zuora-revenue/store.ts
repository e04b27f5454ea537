import { lineOf, type ViewColumn, views } from "./views.ts";

/** A window of `INCR_UPDT_DT`, in milliseconds. */
export interface DateWindow {
  readonly from: number;
  readonly to: number;
}

/** What a store is made with. */
export interface StoreOptions {
  readonly seed: number;
  /** How many rows each view has, where `rowsOf` says nothing else. */
  readonly rows: number;
  readonly rowsOf: Readonly<Record<string, number>>;
  /** Columns that the tenant has beside those of the fact sheet; all of them are texts. */
  readonly extraColumns: Readonly<Record<string, readonly string[]>>;
  /** Whether a row at a bound of the window belongs to it. */
  readonly bounds: "inclusive" | "exclusive";
  /** The oldest row changed then. */
  readonly startsAt: number;
  readonly stepMs: number;
}

/** Views whose rows are made again from their places whenever they are asked for. */
export interface ZuoraRevenueStore {
  columns(view: string): readonly ViewColumn[] | undefined;
  /** Adds a row that changed at a moment. */
  add(view: string, at: number): void;
  /** The places of the rows in a window. */
  select(view: string, window: DateWindow): readonly number[];
  lines(view: string, places: readonly number[]): readonly string[];
}

/** Makes a store. */
export function zuoraRevenueStore(options: StoreOptions): ZuoraRevenueStore {
  const added = new Map<string, number[]>();
  const generated = (view: string): number => options.rowsOf[view] ?? options.rows;
  const momentAt = (view: string, index: number): number =>
    added.get(view)?.[index - generated(view)] ?? options.startsAt + index * options.stepMs;
  const isIn = (at: number, { from, to }: DateWindow): boolean =>
    options.bounds === "inclusive" ? at >= from && at <= to : at > from && at < to;
  const columnsOf = (view: string): readonly ViewColumn[] | undefined => {
    const extra = (options.extraColumns[view] ?? []).map(
      (name) => ({ name, kind: "text", isKey: false }) as const,
    );
    const known = views.get(view);
    return known === undefined ? undefined : [...known, ...extra];
  };
  return {
    columns: columnsOf,
    add(view, at) {
      added.set(view, [...(added.get(view) ?? []), at]);
    },
    select(view, window) {
      const places: number[] = [];
      const count = generated(view) + (added.get(view)?.length ?? 0);
      for (let index = 0; index < count; index += 1) {
        if (isIn(momentAt(view, index), window)) places.push(index);
      }
      return places;
    },
    lines: (view, places) => {
      const columns = columnsOf(view) ?? [];
      return places.map((index) => lineOf(columns, { seed: options.seed, index, at: momentAt(view, index) }));
    },
  };
}
