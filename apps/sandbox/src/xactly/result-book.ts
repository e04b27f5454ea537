import { type Answer, jsonAnswer } from "../answer.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Cell } from "./cells.ts";
import { badRequest, goneAnswer, notFound } from "./problems.ts";
import type { SqlResult } from "./sql-run.ts";

/** How moments are spelled. `cut`: their parts of a second are left out. */
export type MomentForm = "iso" | "millis" | "cut" | "spaced" | "epoch";

/** How results are shown; the vendor documents none of it. */
export interface ResultForms {
  readonly moments: MomentForm;
  /** Whether numbers are texts. */
  readonly numbersAsText: boolean;
  /** Whether an answer names its columns, and how. */
  readonly columnNames: "none" | "texts" | "objects";
}

/** How results are kept and cut. */
export interface ResultLimits {
  /** How many rows a page may have. */
  readonly maxPageRows: number;
  /** What happens to a request for more: 400, or a shorter page. */
  readonly largePages: "refuse" | "shorten";
  /** How long a result is kept. */
  readonly lifetimeMs: number;
  /** After how many pages a result is forgotten. */
  readonly pagesKept: number;
  readonly goneStatus: 404 | 410;
}

interface KeptResult {
  readonly result: SqlResult;
  readonly until: number;
  pages: number;
}

/** A page that was asked for. */
export interface PageRequest {
  readonly id: string;
  readonly query: URLSearchParams;
}

/** The results that statements found. */
export class ResultBook {
  readonly #forms: ResultForms;
  readonly #limits: ResultLimits;
  readonly #clock: () => number;
  readonly #results = new Map<string, KeptResult>();
  #count = 0;

  constructor(options: { forms: ResultForms; limits: ResultLimits; clock: () => number }) {
    this.#forms = options.forms;
    this.#limits = options.limits;
    this.#clock = options.clock;
  }

  /** Keeps a result; answers its id. Only the newest few are remembered at all. */
  keep(result: SqlResult): string {
    this.#count += 1;
    const id = this.#count.toString(16).padStart(8, "9b00f967");
    this.#results.set(id, { result, until: this.#clock() + this.#limits.lifetimeMs, pages: 0 });
    const [oldest] = this.#results.keys();
    if (this.#results.size > 8 && oldest !== undefined) this.#results.delete(oldest);
    return id;
  }

  page({ id, query }: PageRequest): Answer {
    const unknown = [...query.keys()].find((name) => name !== "start" && name !== "size");
    if (unknown !== undefined) return badRequest(`Unknown parameter ${unknown}`);
    const start = countOf(query.get("start"));
    const size = countOf(query.get("size"));
    if (start === undefined || size === undefined || size === 0)
      return badRequest("start and size are counts");
    const { maxPageRows, largePages, pagesKept, goneStatus } = this.#limits;
    if (size > maxPageRows && largePages === "refuse") return badRequest(`size is above ${maxPageRows}`);
    const kept = this.#results.get(id);
    if (kept === undefined) return notFound;
    if (kept.pages >= pagesKept || this.#clock() >= kept.until) return goneAnswer(goneStatus);
    kept.pages += 1;
    return jsonAnswer({ data: this.#shown(kept.result, { start, size: Math.min(size, maxPageRows) }) });
  }

  #shown(
    { columns, rows, snapshot }: SqlResult,
    { start, size }: { start: number; size: number },
  ): JsonObject {
    const { columnNames } = this.#forms;
    const shown = rows
      .slice(start, start + size)
      .map((row) =>
        columns.map((column) => this.#spelled(snapshot.cell(row, column), { column, result: snapshot })),
      );
    const names = columnNames === "texts" ? columns : columns.map((name) => ({ name }));
    return {
      rows: shown,
      totalRows: rows.length,
      ...(columnNames === "none" ? {} : { columns: names }),
    };
  }

  #spelled(cell: Cell, { column, result }: { column: string; result: SqlResult["snapshot"] }): Json {
    if (typeof cell !== "number") return cell;
    if (result.kind.columns.get(column) === "moment") return momentOf(cell, this.#forms.moments);
    return this.#forms.numbersAsText ? String(cell) : cell;
  }
}

/** Spells a moment of whole milliseconds. */
export function momentOf(milliseconds: number, form: MomentForm): string | number {
  if (form === "epoch") return milliseconds;
  const text = new Date(milliseconds).toISOString().slice(0, -1);
  if (form === "millis") return text;
  return form === "spaced" ? text.replace("T", " ").replace(/00$/u, "") : text.slice(0, 19);
}

function countOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}
