import type { AnyRecord } from "@chorale/tap-sdk";
import { isModern } from "../settings.ts";
import { type Call, type CallContext, callMethod } from "../wire/call.ts";
import { CutOffError } from "../wire/failures.ts";
import type { DimensionColumns } from "./data-columns.ts";
import { dataElements, type TimeSpan } from "./data-request.ts";
import { checkHeader, csvOutput, type Header, headerOf, recordsOfRow } from "./data-rows.ts";
import { halvesOf } from "./periods.ts";

/** A version's data that is to be read. */
export interface VersionErrand {
  readonly version: string;
  readonly dimensions: readonly DimensionColumns[];
  /** Columns that are the same in all records. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** @default the span of the configuration */
  readonly span?: TimeSpan | undefined;
}

/** A large answer that breaks off twice is asked for in parts. */
const attempts = 2;

/**
 * Yields the records of a version. Where an answer breaks off again and again, its periods are asked for in two
 * halves, and so on; throws `CutOffError` where a single period is too much.
 */
export async function* versionRecords(
  context: CallContext,
  errand: VersionErrand,
): AsyncGenerator<AnyRecord, void, void> {
  const { version, span = context.config.time_span } = errand;
  const seen: { header?: Header } = {};
  try {
    yield* requested(context, { errand: { ...errand, span }, seen });
  } catch (error) {
    const codes = seen.header?.periods.map(({ code }) => code) ?? [];
    const mayCut = CutOffError.isInstance(error) && context.config.rules.time_rollups === "false";
    const halves = mayCut ? halvesOf(codes, span) : undefined;
    if (halves === undefined) throw error;
    const names = halves.map(({ start, end }) => `${start} to ${end}`).join(" and ");
    context.log.warn(`data: ${JSON.stringify(version)} is too large an answer; it is asked for as ${names}`);
    for (const half of halves) yield* versionRecords(context, { ...errand, span: half });
  }
}

async function* requested(
  context: CallContext,
  { errand, seen }: { errand: VersionErrand; seen: { header?: Header } },
): AsyncGenerator<AnyRecord, void, void> {
  const { version, span, dimensions, constants } = errand;
  const { config, log } = context;
  const subject = `data: exportData of ${JSON.stringify(version)}`;
  const read: Call["read"] = (put) =>
    csvOutput({
      header(cells) {
        seen.header = headerOf(cells, dimensions);
      },
      row: put,
    });
  const elements = dataElements(config, { version, span });
  const call = { method: "exportData", subject, elements, isStreamed: isModern(config), attempts, read };
  let isChecked = false;
  for await (const cells of callMethod(context, call)) {
    const { header } = seen;
    if (header === undefined || !isTexts(cells)) continue;
    if (!isChecked) {
      checkHeader(header, subject);
      if (header.unknown.length > 0) {
        log.warn(`${subject}: columns that were not asked for are left out: ${header.unknown.join(", ")}`);
      }
      isChecked = true;
    }
    yield* recordsOfRow(cells, { header, constants });
  }
}

function isTexts(cells: unknown): cells is readonly string[] {
  return Array.isArray(cells) && cells.every((cell) => typeof cell === "string");
}
