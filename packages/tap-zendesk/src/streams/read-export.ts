import { ApiError } from "@chorale/singer";
import {
  type AnyRecord,
  type Classify,
  type Page,
  type Pagination,
  readPages,
  type StreamContext,
} from "@chorale/tap-sdk";
import { exportStart, isBeyondEnd } from "../moments.ts";
import { shrinkingPages } from "../pages.ts";
import type { Settings } from "../settings.ts";
import { type Join, ShapedPage } from "./shaped-page.ts";

/** What a stream's functions are told. */
export type Context = StreamContext<Settings, unknown>;

/** The pages of a stream. */
export type Pages = AsyncGenerator<Page, void, void>;

/** An incremental export, and what is read where an account refuses it. */
export interface ExportSource {
  readonly stream: string;
  readonly path: string;
  readonly recordsAt: string;
  readonly bucket: string;
  readonly pagination: Pagination;
  /** The property that the export is ordered by. */
  readonly orderedBy: string;
  /** How long before the bookmark to begin. @default 0 */
  readonly lookbackSeconds?: (config: Settings) => number;
  /** The side-loads that the run wants; undefined for none. */
  readonly include?: (context: Context) => string | undefined;
  /** Changes a record; undefined leaves it out. @default the record as it came */
  readonly shape?: (record: AnyRecord, context: Context) => AnyRecord | undefined;
  /** Asked for with a side-load only. */
  readonly join?: Join;
  /** Reads the stream without the export. */
  readonly standard?: (context: Context) => Pages;
}

/** Reads a stream as `export_mode` says. */
export async function* readExport(source: ExportSource, context: Context): Pages {
  const { export_mode: mode } = context.config;
  const { standard } = source;
  if (mode === "standard" && standard !== undefined) return yield* standard(context);
  const progress = { begun: false };
  try {
    yield* readIncremental(source, { context, progress });
  } catch (error) {
    if (mode !== "auto" || standard === undefined || progress.begun || !isShut(error)) throw error;
    context.log.warn(
      `${source.stream}: the account does not give the export (${error.status}): reading the list instead. Set "export_mode" to "standard" to begin with it, or to "incremental" to fail`,
      { stream: source.stream, reason: error.message },
    );
    yield* standard(context);
  }
}

/** What an account answers that does not give an export to the user, or to anyone any more. */
function isShut(error: unknown): error is ApiError {
  return ApiError.isInstance(error) && [403, 404, 410].includes(error.status ?? 0);
}

async function* readIncremental(
  source: ExportSource,
  { context, progress }: { context: Context; progress: { begun: boolean } },
): Pages {
  const { shape, join, orderedBy } = source;
  const include = source.include?.(context);
  const lookbackSeconds = source.lookbackSeconds?.(context.config) ?? 0;
  const pages = readPages(context.http, {
    stream: source.stream,
    path: source.path,
    recordsAt: source.recordsAt,
    bucket: source.bucket,
    position: context.position,
    pagination: shrinkingPages(source.pagination, context.config.per_page),
    classify: shrinkAtOnce,
    searchParams: {
      start_time: exportStart({ ...context, lookbackSeconds }),
      ...(include === undefined ? {} : { include }),
    },
  });
  for await (const page of pages) {
    progress.begun = true;
    const shaped = new ShapedPage(page, {
      shape: (record) => (shape === undefined ? record : shape(record, context)),
      isBeyond: (record) => isBeyondEnd(record[orderedBy], context.config),
      join: include === undefined ? undefined : join,
    });
    yield shaped;
    if (shaped.isBeyond) return;
  }
}

/** A page that timed out once would time out again: it is asked for in smaller ones. */
const shrinkAtOnce: Classify = ({ status }) => (status === 504 ? "fail" : undefined);
