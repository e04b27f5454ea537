import type { StreamCounts } from "../run/run-result.ts";
import { type LiveModel, type LiveRun, recentRate, type WaitingUnit } from "./live-model.ts";
import {
  bytesText,
  countedText,
  countText,
  durationText,
  lagSeconds,
  rateText,
  shareText,
} from "./quantities.ts";
import { safeName, safeText } from "./safe-text.ts";
import { cut, pad, widthOf } from "./text-width.ts";

/** A line of what is drawn; never wider than the screen. */
export interface FrameLine {
  readonly text: string;
  readonly style: "title" | "head" | "row";
}

/** What a frame is drawn for. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Draws the runs that are under way: for each a line with its sums and who waits for whom, and a line for
 * each stream; the busiest streams and the sum of the others where there is no room for all. At most one line
 * less than the screen has, none wider than the screen. Empty when nothing is under way.
 */
export function frameOf(model: LiveModel, screen: Screen): readonly FrameLine[] {
  const room = Math.max(1, screen.rows - 1);
  const units = [...model.runs.values(), ...model.waiting.values()];
  const shown = units.length <= room ? units : units.slice(0, room - 1);
  const each = Math.floor(room / Math.max(1, shown.length));
  const lines = shown.flatMap((unit) =>
    "until" in unit ? [waitingLine(unit, screen)] : linesOfRun(unit, { ...screen, rows: each }),
  );
  const left = units.length - shown.length;
  const rest: FrameLine[] = left === 0 ? [] : [{ text: `… and ${left} more`, style: "title" }];
  return [...lines, ...rest].map(({ text, style }) => ({ text: cut(text, screen.columns), style }));
}

function waitingLine({ stateId, until, after }: WaitingUnit, { now }: Screen): FrameLine {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return {
    text: `${safeText(stateId)}  next attempt in ${seconds} s, after: ${safeText(after)}`,
    style: "title",
  };
}

function linesOfRun(run: LiveRun, screen: Screen): readonly FrameLine[] {
  const title: FrameLine = { text: titleOf(run, screen), style: "title" };
  const streams = [...(run.counts?.streams ?? [])];
  // A title, a head and a stream.
  if (streams.length === 0 || screen.rows < 3) return [title];
  const rows = rowsOf(run, { streams, room: screen.rows - 2, now: screen.now });
  const [head = "", ...body] = aligned([
    ["stream", "records", "records/s", "size", "bookmark", "behind"],
    ...rows,
  ]);
  return [title, { text: head, style: "head" }, ...body.map((text): FrameLine => ({ text, style: "row" }))];
}

/** However little room there is, so much of a state id is shown. */
const minIdWidth = 20;

/** The numbers come before the end of a long state id. */
function titleOf(run: LiveRun, screen: Screen): string {
  const numbers = numbersOf(run, screen);
  const room = Math.max(minIdWidth, screen.columns - widthOf(numbers) - 2);
  return `${cut(safeText(run.stateId), room)}  ${numbers}`;
}

function numbersOf(run: LiveRun, { now }: Screen): string {
  const { attempt, startedAt, counts, doing } = run;
  const elapsed = Math.max(0, now - startedAt);
  const parts = [durationText(elapsed / 1000), ...(attempt > 1 ? [`attempt ${attempt}`] : [])];
  if (counts === undefined || counts.bytes === 0) return [...parts, doing].join("  ");
  const tap = shareText(counts.tapWaitMs, elapsed);
  const target = shareText(counts.targetWaitMs, elapsed);
  const rate = `${rateText(recentRate(run))}/s`;
  parts.push(countedText(counts.records, "record"), bytesText(counts.bytes), rate);
  return [...parts, `waits for tap ${tap}, target ${target}`].join("  ");
}

type NamedCounts = readonly [name: string, counts: StreamCounts];

interface Room {
  readonly streams: readonly NamedCounts[];
  /** How many lines there are. */
  readonly room: number;
  readonly now: number;
}

function rowsOf(run: LiveRun, { streams, room, now }: Room): readonly (readonly string[])[] {
  const row = ([name, counts]: NamedCounts) => {
    const bookmark = Object.hasOwn(run.bookmarks, name) ? (run.bookmarks[name] ?? "") : "";
    const lag = lagSeconds(bookmark, now);
    return [
      ...cellsOf(safeName(name), { ...counts, rate: recentRate(run, name) }),
      safeName(bookmark === "" ? " " : bookmark).trim(),
      lag === undefined ? "" : durationText(lag),
    ];
  };
  if (streams.length <= room) return streams.map(row);
  const busiest = new Set(byActivity(run, streams).slice(0, room - 1));
  const others = streams.filter((stream) => !busiest.has(stream));
  const sum = (of: (stream: NamedCounts) => number) => others.reduce((total, each) => total + of(each), 0);
  const rest = cellsOf(`… ${others.length} others`, {
    records: sum(([, { records }]) => records),
    bytes: sum(([, { bytes }]) => bytes),
    rate: sum(([name]) => recentRate(run, name)),
  });
  return [...streams.filter((stream) => busiest.has(stream)).map(row), [...rest, "", ""]];
}

function byActivity(run: LiveRun, streams: readonly NamedCounts[]): readonly NamedCounts[] {
  const measured = streams.map((stream) => ({
    stream,
    rate: recentRate(run, stream[0]),
    at: stream[1].lastAt,
  }));
  return measured
    .sort((left, right) => right.rate - left.rate || right.at - left.at)
    .map(({ stream }) => stream);
}

function cellsOf(name: string, counts: { records: number; bytes: number; rate: number }): readonly string[] {
  return [name, countText(counts.records), rateText(counts.rate), bytesText(counts.bytes)];
}

/** Only so many columns are given to one name or bookmark. */
const maxCellWidth = 40;

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => cut(cell, maxCellWidth)));
  const widths = (cells[0] ?? []).map((_title, index) =>
    Math.max(...cells.map((row) => widthOf(row[index] ?? ""))),
  );
  return cells.map((row) => {
    const padded = row.map((cell, index) => {
      return pad(cell, { width: widths[index] ?? 0, right: index > 0 && index < 4 });
    });
    return `  ${padded.join("  ")}`.trimEnd();
  });
}
