import { ConfigError, nullable, object, type Presence, type Schema, string } from "@chorale/singer";
import { type AnyRecord, type AnyStream, Checkpoint, type StreamContext } from "@chorale/tap-sdk";
import { type ZuoraRevenueConfig, zuoraRevenue } from "./client.ts";
import { knownKind, schemaOfKind } from "./columns.ts";
import { describeView } from "./describe-view.ts";
import { PageRecords } from "./page-records.ts";
import { countRows } from "./page-requests.ts";
import { PageSpool } from "./page-spool.ts";
import {
  completePosition,
  millisecondsOf,
  momentText,
  positionOf,
  type Reading,
  type ReadingQuery,
  startOf,
} from "./position.ts";
import { type Progress, QueryReader } from "./query-reader.ts";
import { readAhead } from "./read-ahead.ts";
import { type Criteria, cancelTask, taskStatus } from "./tasks.ts";
import type { View } from "./views.ts";
import { nextWindow, type Window } from "./windows.ts";

type Context = StreamContext<ZuoraRevenueConfig, AnyRecord>;
type Records = AsyncGenerator<AnyRecord | Checkpoint, void, void>;

/** Zuora's own day 0. */
const firstMoment = "2016-07-26T00:00:00";
const dayMs = 86_400_000;
const mostRows = { gzip: 20_000, csv: 10_000 } as const;
const beginning: Progress = { token: undefined, page: 1, rows: 0 };

/** The settings that a stream is made by. */
export type ViewSettings = Pick<ZuoraRevenueConfig, "mode" | "types" | "verify_counts" | "start_date">;

/** Makes the stream of a view. */
export function viewStream(view: View, settings: ViewSettings): AnyStream<ZuoraRevenueConfig> {
  return zuoraRevenue.customStream<AnyRecord>({
    name: view.name.toLowerCase(),
    schema: object(schemasOf(view, settings)),
    keyProperties: view.keys,
    keepsPosition: true,
    replacesTable: readsAll(settings),
    selectedByDefault: view.selectedByDefault,
    discover: (context) => describeView(view, context),
    records: (context) => recordsOf(view, context),
  });
}

/** Only who has seen all rows knows which ones are not there any more. */
function readsAll({ mode, start_date: start, verify_counts: verify }: ViewSettings): boolean {
  return mode === "full" && start === undefined && verify !== "warn";
}

function schemasOf(view: View, { types }: ViewSettings): Readonly<Record<string, Schema<unknown, Presence>>> {
  const isText = types === "text";
  const names = new Set([...view.keys, ...view.columns.keys()]);
  const known = [...names].map((name): readonly [string, Schema<unknown, Presence>] => [
    name,
    schemaOfKind(knownKind(name, { view, isText })),
  ]);
  return Object.fromEntries(known.length > 0 ? known : [["INCR_UPDT_DT", nullable(string())]]);
}

/** Answers how many rows a page is asked for with. Throws `ConfigError` for more than Zuora gives. */
export function pageSizeOf({
  page_size: size,
  output_type: type,
}: Pick<ZuoraRevenueConfig, "page_size" | "output_type">): number {
  const most = mostRows[type];
  if (size === undefined || size <= most) return size ?? most;
  throw new ConfigError(`config: "page_size" is ${size}, and Zuora gives at most ${most} rows of ${type}.`);
}

async function* recordsOf(view: View, context: Context): Records {
  const { config, startedAt, recordLimit } = context;
  const { completeSince, reading: kept } = startOf(context.position);
  const going = kept?.mode === config.mode ? kept : undefined;
  const since = going?.since ?? momentText(startedAt.getTime());
  let from = going?.from ?? firstFrom(config, completeSince);
  let query = await resumable(kept, { view, context });
  // Whose clock and zone the moments are in is not documented: nothing of today is cut off.
  const to = query?.to ?? momentText(startedAt.getTime() + dayMs);
  const reading: Reading = { mode: config.mode, since, from };
  for (;;) {
    const window = query ?? { until: to };
    const cut = await windowOf({ from, until: window.until, isCut: query === undefined }, { view, context });
    yield* readWindow({ ...reading, from }, { view, context, window: cut, to, query });
    if (cut.until >= to || recordLimit !== undefined) break;
    query = undefined;
    // Whether bounds belong to a window is not documented: a second is read twice.
    from = momentText(millisecondsOf(cut.until) - 1000);
    yield new Checkpoint(positionOf({ ...reading, from }));
  }
  // The end of a stream that replaces its table forgets the position, after the old rows became obsolete.
  if (readsAll(config)) return;
  yield new Checkpoint(recordLimit === undefined ? completePosition(reading) : context.position);
}

function firstFrom(
  { mode, start_date: start, lookback_days: days }: ZuoraRevenueConfig,
  last?: string,
): string {
  const configured = start === undefined ? millisecondsOf(firstMoment) : Date.parse(start);
  if (mode === "full" || last === undefined) return momentText(configured);
  return momentText(Math.max(configured, millisecondsOf(last) - days * dayMs));
}

/** Answers the query of an earlier run when Zuora still has it, and gives back the place of one that nobody reads on. */
async function resumable(
  kept: Reading | undefined,
  { view, context }: { view: View; context: Context },
): Promise<ReadingQuery | undefined> {
  const { http, config, log, recordLimit } = context;
  const query = kept?.query;
  if (query === undefined || recordLimit !== undefined) return undefined;
  const { queue } = await taskStatus(http, query.token);
  const isSame =
    kept?.mode === config.mode &&
    query.pageSize === pageSizeOf(config) &&
    query.outputType === config.output_type;
  if (isSame && (queue === "active" || queue === "completed")) return query;
  if (queue !== "none") await cancelTask(http, query.token);
  log.info(`${view.name}: the task of an earlier run cannot be gone on with; its window is read again`);
  return undefined;
}

/** The window to read now, and how many rows it has. */
function windowOf(
  { from, until, isCut }: { from: string; until: string; isCut: boolean },
  { view, context }: { view: View; context: Context },
): Promise<Window> {
  const { http, config, recordLimit } = context;
  const clientId = config.client_id;
  const countsNothing = config.verify_counts === "off" || recordLimit !== undefined;
  const count = async (end: string): Promise<number | undefined> =>
    countsNothing
      ? undefined
      : await countRows(http, { criteria: { view: view.name, fromDate: from, toDate: end }, clientId });
  return nextWindow({ from, to: until, count }, isCut ? config : { max_rows_per_query: Number.MAX_VALUE });
}

interface WindowOptions {
  readonly view: View;
  readonly context: Context;
  readonly window: Window;
  readonly to: string;
  readonly query: ReadingQuery | undefined;
}

async function* readWindow(reading: Reading, options: WindowOptions): Records {
  const { view, context, window, to, query } = options;
  const { config, recordLimit } = context;
  const spool = await PageSpool.create();
  const pageSize = Math.min(pageSizeOf(config), recordLimit ?? Number.POSITIVE_INFINITY);
  const criteria: Criteria = { view: view.name, fromDate: reading.from, toDate: window.until };
  const reader = new QueryReader({
    context,
    criteria,
    spool,
    pageSize,
    expected: window.expected,
    onlyFirstPage: recordLimit !== undefined,
    start: query ?? beginning,
  });
  try {
    const pages = new PageRecords(view, context);
    // Pages wait on disk for a slow target: at Zuora they would be dropped after five minutes.
    const signalled = (signal: AbortSignal) => reader.pages(AbortSignal.any([signal, context.signal]));
    for await (const page of readAhead(signalled)) {
      const { token } = page.after;
      const keeps = token !== undefined && recordLimit === undefined;
      const at = (place: Pick<Progress, "page" | "rows">): Checkpoint => {
        const query = { ...place, token: token ?? "", until: window.until, to, pageSize };
        return new Checkpoint(
          positionOf({ ...reading, query: { ...query, outputType: config.output_type } }),
        );
      };
      // A run that is killed in the first page leaves the token, too: its task holds a place at Zuora.
      if (keeps && page.number === 1) yield at(beginning);
      yield* pages.read(page, spool);
      if (keeps) yield at(page.after);
    }
  } finally {
    await reader.close();
    await spool.close();
  }
}
