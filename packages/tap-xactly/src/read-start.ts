import { ConfigError, isObject, parseInstant } from "@chorale/singer";
import type { AnyRecord, StreamContext } from "@chorale/tap-sdk";
import type { XactlyConfig } from "./client.ts";
import type { Table } from "./tables.ts";
import { orderOf, type ReadStart } from "./walks.ts";

type Context = Pick<StreamContext<XactlyConfig, AnyRecord>, "bookmark" | "config" | "position" | "startedAt">;

/**
 * Answers where a run begins to read a table: behind the row that an interrupted run came to, else so long before the
 * bookmark that rows which were committed late are found, but not before `start_date`.
 */
export function startOf(table: Table, { bookmark, config, position }: Context): ReadStart {
  const values = placeIn(position["after"], orderOf(table));
  if (values !== undefined && bookmark !== undefined) return { kind: "after", values };
  if (bookmark === undefined) return { kind: "beginning" };
  const reached = secondsOf(String(bookmark));
  if (reached === undefined) {
    throw new ConfigError(`${table.name}: the state's bookmark is no moment. Remove it to read everything.`);
  }
  const earliest = secondsOf(config.start_date ?? "") ?? Number.NEGATIVE_INFINITY;
  const since = Math.max(reached - config.lookback_seconds, Math.min(earliest, reached));
  return { kind: "since", moment: momentText(since * 1000) };
}

/** What a state says of a row that a later run may go on behind. */
export function positionAfter(table: Table, values: readonly string[]) {
  const names = orderOf(table);
  return { after: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) };
}

/**
 * Tells whether all rows up to this moment were there when the run began. Behind a row that is newer, rows may still
 * appear that were committed late; a run that is resumed must not begin there.
 */
export function isSettled(moment: string, { config, startedAt }: Context): boolean {
  const seconds = secondsOf(moment);
  return seconds !== undefined && seconds < startedAt.getTime() / 1000 - config.lookback_seconds;
}

/** Writes a moment as the gateway's tables do: in UTC, without a zone. */
export function momentText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

function secondsOf(text: string): number | undefined {
  return parseInstant(text)?.seconds;
}

/** Undefined where the state was written for a table of another order. */
function placeIn(after: unknown, names: readonly string[]): readonly string[] | undefined {
  if (!isObject(after) || Object.keys(after).length !== names.length) return undefined;
  const values = names.map((name) => after[name]);
  return values.every((value) => typeof value === "string") ? values : undefined;
}
