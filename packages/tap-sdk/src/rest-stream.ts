import { fromJsonSchema } from "@chorale/singer";
import type { AnyRecord, Stream, StreamContext } from "./definitions.ts";
import { type PagesOptions, readPages } from "./read-pages.ts";
import { plainRecord, recordOfType } from "./record-type.ts";
import type { RestClient } from "./rest-client.ts";
import { streamBasics } from "./stream-basics.ts";
import type { StreamOptions } from "./stream-options.ts";
import { declaresDecimals } from "./sync/decimals.ts";

/** Makes a stream that reads the pages of one path. */
export function restStream<Config, Item, Parent>(
  client: RestClient<Config>,
  options: StreamOptions<Config, Item, Parent>,
): Stream<Config, Item> {
  // Found out by the first run: a tap has thousands of properties, and one that says what it is does not wait for them.
  let isExact: boolean | undefined;
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  return Object.freeze({
    ...streamBasics(client, options),
    pages: (context: StreamContext<Config, AnyRecord>) => {
      const parent = recordOfType(parentSchema, context.parent);
      isExact ??= declaresDecimals(options.schema.json);
      const reading = { options, exactNumbers: isExact, context: { ...context, parent } };
      return readPages(context.http, pagesOf(reading));
    },
  });
}

interface Reading<Config, Item, Parent> {
  readonly options: StreamOptions<Config, Item, Parent>;
  readonly exactNumbers: boolean;
  readonly context: StreamContext<Config, Parent>;
}

function pagesOf<Config, Item, Parent>(reading: Reading<Config, Item, Parent>): PagesOptions {
  const { options, exactNumbers, context } = reading;
  return {
    exactNumbers,
    stream: options.name,
    recordsAt: options.recordsAt,
    position: context.position,
    path: typeof options.path === "string" ? options.path : options.path(context),
    searchParams: options.searchParams?.(context) ?? {},
    transform: (record) => transformed(record, reading),
    ...(options.pagination === undefined ? {} : { pagination: options.pagination }),
    ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
    ...(options.classify === undefined ? {} : { classify: options.classify }),
  };
}

function transformed<Config, Item, Parent>(
  record: AnyRecord,
  { options, context }: Reading<Config, Item, Parent>,
): readonly AnyRecord[] {
  const { transform, schema, name } = options;
  if (transform === undefined) return [record];
  const typed = recordOfType(fromJsonSchema<Item & AnyRecord>(schema.json), record);
  const changed = transform(typed, context);
  return changed === undefined ? [] : [changed].flat().map((each) => plainRecord(name, each));
}
