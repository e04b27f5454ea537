import { ApiError, type Bookmark } from "@chorale/singer";
import type { AnyRecord, Page } from "./definitions.ts";
import type { HttpClient, RecordsAnswer, RecordsOptions, SearchParams } from "./http/http-client.ts";
import type { PageRequest, PageStep, PageWalk, Pagination } from "./pagination.ts";

/** Which pages to read. */
export interface PagesOptions
  extends Omit<RecordsOptions, "method" | "dropParams" | "json" | "form" | "text" | "headers"> {
  /** The path below the client's base address. */
  readonly path: string;
  /** @default one page */
  readonly pagination?: Pagination;
  /** What an earlier run left in the stream's bookmark. @default nothing */
  readonly position?: Bookmark;
  /** What becomes of a record: none, one or several. @default the record as it came */
  readonly transform?: (record: AnyRecord) => readonly AnyRecord[];
}

/** A page with the body that it came in. */
export interface ReadPage extends Page {
  /**
   * The parsed body. Of one that did not fit into memory it is all but the records, and undefined until they were
   * read.
   */
  body(): unknown;
}

/**
 * Reads page after page of a path, as the streams of `client.stream` do; for paged streams that need more of a
 * page than its records, or several paths. The next page is asked for when the one before was read.
 *
 * @example
 * ```ts
 * const orders = shop.pagedStream({
 *   ...basics,
 *   pages: ({ http, position }) =>
 *     readPages(http, { stream: "orders", path: "orders", recordsAt: "orders", pagination, position }),
 * });
 * ```
 */
export async function* readPages(
  http: HttpClient,
  options: PagesOptions,
): AsyncGenerator<ReadPage, void, void> {
  const { path, pagination, position = {}, searchParams = {}, transform = alone, ...rest } = options;
  const walk = pagination?.walk();
  const ask = (asked: PageRequest): Promise<RecordsAnswer> =>
    http.records(asked.url ?? path, { ...rest, ...pageParams(asked, searchParams) });
  let next: PageRequest | undefined = pagination?.first?.(position) ?? {};
  while (next !== undefined) {
    const { answer, request } = await askPatiently(next, { walk, ask });
    const page: AnsweredPage = new AnsweredPage({ walk, request, answer, transform });
    yield page;
    next = page.step.next;
  }
}

/** Asks for a page, and for what the walk wants in its place as long as it is refused. */
async function askPatiently(
  first: PageRequest,
  { walk, ask }: { walk: PageWalk | undefined; ask: (request: PageRequest) => Promise<RecordsAnswer> },
): Promise<{ answer: RecordsAnswer; request: PageRequest }> {
  let request = first;
  for (;;) {
    try {
      return { request, answer: await ask(request) };
    } catch (error) {
      const other = ApiError.isInstance(error) ? walk?.refused?.(error, request) : undefined;
      if (other === undefined) throw error;
      request = other;
    }
  }
}

interface AnsweredPageOptions {
  readonly answer: RecordsAnswer;
  readonly walk: PageWalk | undefined;
  readonly request: PageRequest;
  readonly transform: (record: AnyRecord) => readonly AnyRecord[];
}

/**
 * A page of an answer. What follows it is asked for when its records have been read, because of a large
 * body the rest is known only then.
 */
class AnsweredPage implements ReadPage {
  readonly skipped: boolean;
  readonly records: readonly AnyRecord[] | AsyncIterable<AnyRecord>;
  readonly #options: AnsweredPageOptions;
  #recordCount = 0;
  #step: PageStep | undefined;

  constructor(options: AnsweredPageOptions) {
    const { records, skipped } = options.answer;
    this.#options = options;
    this.skipped = skipped;
    if (isList(records)) {
      this.#recordCount = records.length;
      this.records = this.#fresh(records).flatMap(options.transform);
    } else this.records = this.#flowing(records);
  }

  body(): unknown {
    return this.#options.answer.body();
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

function alone(record: AnyRecord): readonly AnyRecord[] {
  return [record];
}

function isList(records: RecordsAnswer["records"]): records is readonly AnyRecord[] {
  return Array.isArray(records);
}

/** A whole address brings its own query; a path takes the first page's, with the paginator's changes. */
function pageParams(request: PageRequest, first: SearchParams): { searchParams: SearchParams } {
  if (request.url !== undefined) return { searchParams: request.searchParams ?? {} };
  const dropped = new Set(request.dropParams);
  const kept = Object.entries(first).filter(([name]) => !dropped.has(name));
  return { searchParams: { ...Object.fromEntries(kept), ...request.searchParams } };
}
