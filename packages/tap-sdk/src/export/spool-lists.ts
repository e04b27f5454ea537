import { ApiError, isObject, type Logger, parseExact, SchemaError } from "@chorale/singer";
import type { AnyRecord } from "../definitions.ts";
import type { HttpClient, HttpMethod, RequestOptions } from "../http/http-client.ts";
import { JsonListCutter } from "./json-list-cutter.ts";
import { patiently } from "./patiently.ts";
import { SpoolFile } from "./spool-file.ts";

/** What is downloaded, and which of its lists are kept. */
export interface SpoolListsOptions extends RequestOptions {
  /** The name of the stream, for errors. */
  readonly stream: string;
  /** The path below the client's base address, or a whole address of its origin. */
  readonly path: string;
  /** @default "GET" */
  readonly method?: HttpMethod;
  /** The dotted paths of the lists to keep; `""` when the document is the list. All else is passed over. */
  readonly lists: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How often a download that breaks off is begun. @default 4 */
  readonly tries?: number;
  /** A longer record is refused. @default 128 MB */
  readonly maxRecordBytes?: number;
}

/** Lists of records on disk. */
export interface SpooledLists {
  /** Whether the document had anything at the path, a null included. */
  has(list: string): boolean;
  /** How many records a list has; 0 for one that is not there. */
  count(list: string): number;
  /** Reads a list, as often as wanted. Throws `SchemaError` for an item that is no object. */
  records(list: string): AsyncGenerator<AnyRecord, void, void>;
  /** Gives the disk's space back. */
  close(): Promise<void>;
}

const defaultTries = 4;
/** A connection that broke is mostly whole again at once. */
const firstPauseSeconds = 0.25;
const defaultMaxRecordBytes = 128 * 1024 * 1024;

/**
 * Downloads a JSON document of any size and keeps lists of it on disk, where they can be read at any pace, and more than
 * once. No more than a record is held in memory. A download that breaks off, or ends before its last
 * bracket, is begun again. Answers undefined when the answer was classified as `skip`. Throws `ApiError`, or
 * `ConnectorError` when the disk is full. Whoever gets the answer closes it.
 *
 * @example
 * ```ts
 * const lists = await spoolLists(http, { stream: "orders", path: "export.json", lists: ["orders"], log, signal });
 * if (lists !== undefined) {
 *   for await (const order of lists.records("orders")) handle(order);
 *   await lists.close();
 * }
 * ```
 */
export async function spoolLists(
  http: HttpClient,
  options: SpoolListsOptions,
): Promise<SpooledLists | undefined> {
  const { tries = defaultTries, signal, log } = options;
  const pace = { firstSeconds: firstPauseSeconds, timeoutSeconds: Number.POSITIVE_INFINITY, signal };
  for await (const count of patiently(pace)) {
    const spool = await ListSpool.create(options);
    try {
      if (await spool.fill(http)) return spool;
      await spool.close();
      return undefined;
    } catch (error) {
      await spool.close();
      if (count >= tries || !ApiError.isInstance(error) || !error.retryable) throw error;
      log.warn(`${error.message} The download begins again.`);
    }
  }
  return undefined;
}

class ListSpool implements SpooledLists {
  readonly #options: SpoolListsOptions;
  readonly #files: ReadonlyMap<string, SpoolFile>;
  readonly #cutter: JsonListCutter;

  private constructor(options: SpoolListsOptions, files: ReadonlyMap<string, SpoolFile>) {
    this.#options = options;
    this.#files = files;
    const { lists, maxRecordBytes: maxItemBytes = defaultMaxRecordBytes } = options;
    const take = (list: string, item: Buffer): void => files.get(list)?.add(item);
    this.#cutter = new JsonListCutter({ lists, maxItemBytes, take });
  }

  static async create(options: SpoolListsOptions): Promise<ListSpool> {
    const files = new Map<string, SpoolFile>();
    for (const list of options.lists) files.set(list, await SpoolFile.create());
    return new ListSpool(options, files);
  }

  has(list: string): boolean {
    return this.#cutter.found(list);
  }

  count(list: string): number {
    return this.#files.get(list)?.lines ?? 0;
  }

  async *records(list: string): AsyncGenerator<AnyRecord, void, void> {
    const { stream, exactNumbers = false } = this.#options;
    let index = 0;
    for await (const lines of this.#files.get(list)?.read() ?? []) {
      for (const line of lines) {
        yield recordIn(line.toString(), { stream, place: `${list}[${index}]`, exactNumbers });
        index += 1;
      }
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }

  /** Answers whether there was anything to read. */
  async fill(http: HttpClient): Promise<boolean> {
    const { path, method = "GET" } = this.#options;
    const answer = await http.stream(method, path, this.#options);
    if (answer.skipped) return false;
    try {
      for await (const piece of answer.bytes) {
        this.#cutter.push(piece);
        await this.#flush({ all: false });
      }
      this.#cutter.end();
    } catch (error) {
      throw unreadable(error, { method, url: answer.url, status: answer.status });
    }
    await this.#flush({ all: true });
    return true;
  }

  async #flush(how: { all: boolean }): Promise<void> {
    for (const file of this.#files.values()) await file.flush(how);
  }
}

/** A document that ends too early was cut off; a record that is too long will be so again. */
function unreadable(error: unknown, request: { method: string; url: string; status: number }): unknown {
  const retryable = error instanceof SyntaxError;
  if (!retryable && !(error instanceof RangeError)) return error;
  const { method, url, status } = request;
  return new ApiError(
    `${method} ${url} answered ${status} with a body that is of no use: ${error.message}. ${retryable ? "Try again later." : "Ask for less at a time."}`,
    { ...request, retryable, cause: error },
  );
}

function recordIn(
  text: string,
  { stream, place, exactNumbers }: { stream: string; place: string; exactNumbers: boolean },
): AnyRecord {
  try {
    const record: unknown = exactNumbers ? parseExact(text) : JSON.parse(text);
    if (isObject(record)) return record;
  } catch {
    throw new SchemaError(`${stream}: ${place} of the download is no JSON. Ask for the export again.`, {
      stream,
    });
  }
  throw new SchemaError(`${stream}: ${place} of the download is no object. Look at the stream's lists.`, {
    stream,
  });
}
