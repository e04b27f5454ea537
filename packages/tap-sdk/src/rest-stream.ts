import { fromJsonSchema } from "@chorale/singer";
import type { AnyRecord, Page, RestClient, Stream, StreamContext, StreamOptions } from "./definitions.ts";
import type { RecordsAnswer, SearchParams } from "./http/http-client.ts";
import type { PageRequest, PageStep, PageWalk } from "./pagination.ts";
import { plainRecord, recordOfType } from "./record-type.ts";
import { streamBasics } from "./stream-basics.ts";
import { declaresDecimals } from "./sync/decimals.ts";

/** Makes a stream that reads the pages of one path. */
export function restStream<Config, Item, Parent>(
  client: RestClient<Config>,
  options: StreamOptions<Config, Item, Parent>,
): Stream<Config, Item> {
  const exactNumbers = declaresDecimals(options.schema.json);
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  return Object.freeze({
    ...streamBasics(client, options),
    pages: (context: StreamContext<Config, AnyRecord>) => {
      const parent = recordOfType(parentSchema, context.parent);
      return readPages({ options, exactNumbers, context: { ...context, parent } });
    },
  });
}

interface Reading<Config, Item, Parent> {
  readonly options: StreamOptions<Config, Item, Parent>;
  readonly exactNumbers: boolean;
  readonly context: StreamContext<Config, Parent>;
}

async function* readPages<Config, Item, Parent>(
  reading: Reading<Config, Item, Parent>,
): AsyncGenerator<Page, void, void> {
  const { options, context } = reading;
  const walk = options.pagination?.walk();
  const path = typeof options.path === "string" ? options.path : options.path(context);
  const searchParams = options.searchParams?.(context) ?? {};
  let request: PageRequest | undefined = options.pagination?.first?.(context.position) ?? {};
  while (request !== undefined) {
    const page: RestPage = new RestPage({
      walk,
      request,
      answer: await context.http.records(request.url ?? path, {
        ...requestOptions(reading),
        ...pageParams(request, searchParams),
      }),
      transform: (record) => transformed(record, reading),
    });
    yield page;
    request = page.step.next;
  }
}

interface RestPageOptions {
  readonly answer: RecordsAnswer;
  readonly walk: PageWalk | undefined;
  readonly request: PageRequest;
  readonly transform: (record: AnyRecord) => readonly AnyRecord[];
}

/**
 * A page of an answer. What follows it is asked for when its records have been read, because of a large
 * body the rest is known only then.
 */
class RestPage implements Page {
  readonly skipped: boolean;
  readonly records: readonly AnyRecord[] | AsyncIterable<AnyRecord>;
  readonly #options: RestPageOptions;
  #recordCount = 0;
  #step: PageStep | undefined;

  constructor(options: RestPageOptions) {
    const { records, skipped } = options.answer;
    this.#options = options;
    this.skipped = skipped;
    if (isList(records)) {
      this.#recordCount = records.length;
      this.records = this.#fresh(records).flatMap(options.transform);
    } else this.records = this.#flowing(records);
  }

  get step(): PageStep {
    this.#step ??= this.#findStep();
    return this.#step;
  }

  get position(): Page["position"] {
    return this.step.position;
  }

  #findStep(): PageStep {
    const { answer, walk, request } = this.#options;
    if (this.skipped || walk === undefined) return {};
    const { headers } = answer;
    return walk.after({ body: answer.body(), headers, recordCount: this.#recordCount, request });
  }

  #fresh(records: readonly AnyRecord[]): readonly AnyRecord[] {
    return this.#options.walk?.fresh?.(records) ?? records;
  }

  async *#flowing(records: AsyncIterable<AnyRecord>): AsyncGenerator<AnyRecord, void, void> {
    for await (const record of records) {
      this.#recordCount += 1;
      for (const fresh of this.#fresh([record])) yield* this.#options.transform(fresh);
    }
  }
}

function isList(records: RecordsAnswer["records"]): records is readonly AnyRecord[] {
  return Array.isArray(records);
}

function requestOptions<Config, Item, Parent>({ options, exactNumbers }: Reading<Config, Item, Parent>) {
  return {
    exactNumbers,
    stream: options.name,
    recordsAt: options.recordsAt,
    ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
    ...(options.classify === undefined ? {} : { classify: options.classify }),
  };
}

/** A whole address brings its own query; a path takes the first page's, with the paginator's changes. */
function pageParams(request: PageRequest, first: SearchParams): { searchParams: SearchParams } {
  if (request.url !== undefined) return { searchParams: request.searchParams ?? {} };
  const dropped = new Set(request.dropParams);
  const kept = Object.entries(first).filter(([name]) => !dropped.has(name));
  return { searchParams: { ...Object.fromEntries(kept), ...request.searchParams } };
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
