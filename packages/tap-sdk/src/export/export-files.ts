import { fromJsonSchema, SchemaError } from "@chorale/singer";
import type { AnyRecord } from "../definitions.ts";
import type { Classify } from "../http/http-client.ts";
import { plainRecord, recordOfType } from "../record-type.ts";
import { declaresDecimals } from "../sync/decimals.ts";
import type { DownloadContext, ExportOrder, ExportStreamOptions } from "./export-definitions.ts";
import { type SpooledLists, spoolLists } from "./spool-lists.ts";

/** A file that is not there any more is no reason to fail: its export is submitted anew. */
const missing: Classify = ({ status }) => (status === 404 || status === 410 ? "skip" : undefined);

/** Puts files on disk, all before the first record is handed out. Undefined when one is not there. */
export async function filesOf<Config, Item, Parent, Job, Order extends ExportOrder>(
  options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  context: DownloadContext<Config, Parent, Order, Job>,
): Promise<AsyncIterable<AnyRecord> | undefined> {
  const { name: stream, schema, recordsAt = "" } = options;
  const { http, log, signal, files, release } = context;
  const exactNumbers = declaresDecimals(schema.json);
  const shared = { stream, lists: [recordsAt], log, signal, exactNumbers, classify: missing };
  const found: SpooledLists[] = [];
  for (const path of files) {
    const lists = await spoolLists(http, { ...shared, path });
    if (lists === undefined) return undefined;
    release(() => lists.close());
    if (!lists.has(recordsAt)) {
      throw new SchemaError(
        `${stream}: the file ${path} has no records at ${JSON.stringify(recordsAt)}. Look at recordsAt of the stream.`,
        { stream, key: recordsAt },
      );
    }
    found.push(lists);
  }
  return transformed(options, { context, found, recordsAt });
}

async function* transformed<Config, Item, Parent, Job, Order extends ExportOrder>(
  { name, schema, transform }: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  facts: {
    readonly context: DownloadContext<Config, Parent, Order, Job>;
    readonly found: readonly SpooledLists[];
    readonly recordsAt: string;
  },
): AsyncGenerator<AnyRecord, void, void> {
  const { context, found, recordsAt } = facts;
  const type = fromJsonSchema<Item & AnyRecord>(schema.json);
  for (const lists of found) {
    for await (const record of lists.records(recordsAt)) {
      const changed = transform === undefined ? record : transform(recordOfType(type, record), context);
      if (changed !== undefined) yield plainRecord(name, changed);
    }
  }
}
