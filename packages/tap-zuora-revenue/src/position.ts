import { type Bookmark, isObject } from "@chorale/singer";
import type { ZuoraRevenueConfig } from "./client.ts";
import type { Progress } from "./query-reader.ts";

/** What is being read, as the state keeps it. Moments are spelled as Zuora wants them. */
export interface Reading {
  readonly mode: ZuoraRevenueConfig["mode"];
  /** When the reading began: what is complete then is complete up to here. */
  readonly since: string;
  /** Where the window under way begins. */
  readonly from: string;
  /** The window's query; undefined between two windows. */
  readonly query?: ReadingQuery;
}

/** A query under way. */
export interface ReadingQuery extends Progress {
  readonly token: string;
  /** Where the window ends, and where the last one does. */
  readonly until: string;
  readonly to: string;
  readonly pageSize: number;
  readonly outputType: string;
}

/** What a run begins with. */
export interface Start {
  /** When the last complete reading began. */
  readonly completeSince: string | undefined;
  readonly reading: Reading | undefined;
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** Spells a moment as Zuora wants it. */
export function momentText(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

/** Answers the milliseconds of a moment that {@link momentText} spelled. */
export function millisecondsOf(text: string): number {
  return Date.parse(`${text}Z`);
}

/** Reads what an earlier run left; what makes no sense is not there. */
export function startOf(position: Bookmark): Start {
  const complete = position["complete_since"];
  return {
    completeSince: isMoment(complete) ? complete : undefined,
    reading: readingIn(position["reading"]),
  };
}

/** Answers the position of a reading under way. */
export function positionOf({ mode, since, from, query }: Reading): Bookmark {
  if (query === undefined) return { reading: { mode, since, from } };
  const { token, page, rows, until, to, pageSize, outputType } = query;
  const kept = { token, page, rows, until, to, page_size: pageSize, output_type: outputType };
  return { reading: { mode, since, from, query: kept } };
}

/**
 * Answers the position after a complete reading: the day that it began on. Runs look back over days in any case, and
 * a state that says the same all day is not written again and again.
 */
export function completePosition({ mode, since }: Reading): Bookmark {
  return mode === "incremental" ? { complete_since: `${since.slice(0, 10)}T00:00:00` } : {};
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && moment.test(value) && !Number.isNaN(millisecondsOf(value));
}

function readingIn(value: unknown): Reading | undefined {
  if (!isObject(value)) return undefined;
  const { mode, since, from } = value;
  if ((mode !== "full" && mode !== "incremental") || !isMoment(since) || !isMoment(from)) return undefined;
  const query = queryIn(value["query"]);
  return { mode, since, from, ...(query === undefined ? {} : { query }) };
}

function queryIn(value: unknown): ReadingQuery | undefined {
  if (!isObject(value)) return undefined;
  const { token, page, rows, until, to, page_size: pageSize, output_type: outputType } = value;
  const isWhole = typeof token === "string" && isMoment(until) && isMoment(to);
  if (!isWhole || typeof outputType !== "string") return undefined;
  if (!isCount(page) || !isCount(rows) || !isCount(pageSize)) return undefined;
  return { token, page, rows, until, to, pageSize, outputType };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
