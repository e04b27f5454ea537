import type { Schema } from "@chorale/singer";

/** Query parameters; an undefined one is left out, a list is repeated. */
export type SearchParams = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/**
 * What an answer means. `skip`: it is logged and counted, and stands for an empty last page, as the
 * 404 of a deleted parent does. `rate-limited` waits and does not spend the retry budget; `retry` does.
 * `unauthorized` refreshes the credentials once and fails after that.
 */
export type Verdict = "success" | "retry" | "rate-limited" | "unauthorized" | "skip" | "fail";

/** What {@link Classify} may look at. */
export interface AnswerSummary {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text, cut to its first 4 KB; empty for an answer of status 2xx. */
  readonly text: string;
}

/** Says what an answer means; undefined leaves it to the default table by status. */
export type Classify = (answer: AnswerSummary) => Verdict | undefined;

/** The methods that a request may have. */
export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a request may carry. At most one of `json`, `form` and `text`. */
export interface RequestOptions {
  readonly searchParams?: SearchParams;
  /** Query parameters to remove from the given address, such as `start_time` when a cursor replaces it. */
  readonly dropParams?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** A body to send as JSON. */
  readonly json?: unknown;
  /** A body to send as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** A body to send as it is, such as XML. */
  readonly text?: { readonly content: string; readonly contentType: string };
  /** The rate bucket that the request spends from. @default the client's first bucket */
  readonly bucket?: string;
  /** Overrides the client's table for this request. */
  readonly classify?: Classify;
  /** Keeps numbers that a double cannot hold as they were written. @default false */
  readonly exactNumbers?: boolean;
  /**
   * Sends the request again only after the server has surely refused it: a rate limit, a 503 that says when to come again,
   * another 4xx that may be tried again, refused credentials, and a server that nobody reached. For requests
   * that cost something, such as one that queues a job. What else breaks is thrown at once, and
   * {@link mayHaveActed} tells it from a refusal.
   * @default false: it is sent again after whatever may be different the next time
   */
  readonly once?: boolean;
  /**
   * Sends the request though the run was stopped, and gives it so many seconds in all: for a farewell, such as the
   * cancellation of a job that nobody waits for any more. Runs end after it. More than 10 seconds are 10. It
   * needs credentials that are good already, because new ones are not fetched after the end.
   * @default it ends when the run is stopped
   */
  readonly outlivesRunSeconds?: number;
}

/** What is known of an answer that was taken: of verdict `success` or `skip`. */
export interface AnswerHead {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that answered, without secrets. */
  readonly url: string;
  readonly skipped: boolean;
}

/** An answer with its parsed body. */
export interface HttpAnswer extends AnswerHead {
  /** The parsed JSON body; undefined when the body is empty or the answer was skipped. */
  readonly body: unknown;
}

/** An answer whose body is read as it arrives. */
export interface ByteAnswer extends AnswerHead {
  /**
   * The body, decompressed. It can be read once; leaving the loop early closes the connection. A body
   * that breaks off throws an `ApiError` that may work later: what was read of it is for the caller to drop.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A page of records. */
export interface RecordsAnswer extends AnswerHead {
  /**
   * The records: a list where the body fits into memory, else read as they arrive, once. A large body that
   * breaks off after its first record throws an `ApiError` that may work in a later run, because what
   * was handed out cannot be taken back; before that the request is tried again.
   */
  readonly records:
    | readonly Readonly<Record<string, unknown>>[]
    | AsyncIterable<Readonly<Record<string, unknown>>>;
  /**
   * The parsed body, as pagination wants to see it. Of a body that did not fit into memory it is
   * everything but the records, and undefined until they were all read.
   */
  body(): unknown;
}

/** What a request for a page of records may carry. */
export interface RecordsOptions extends RequestOptions {
  /** The name of the stream, for errors. */
  readonly stream: string;
  /** The dotted path of the list of records in the body; `""` when the body is the list. */
  readonly recordsAt: string;
  /** @default "GET" */
  readonly method?: HttpMethod;
}

/**
 * The one way to an API: every request has time-outs, retries, rate limits, credentials and an abort
 * signal. Paths are relative to the client's base address; a whole address must have its origin.
 * Throws `ApiError`, `AuthenticationError`, or the signal's reason.
 */
export interface HttpClient {
  /** Sends a GET and answers its parsed body. Throws `SchemaError` when it does not fit `response`. */
  get<T>(path: string, options: RequestOptions & { readonly response: Schema<T> }): Promise<T>;
  /** Sends a POST and answers its parsed body. Throws `SchemaError` when it does not fit `response`. */
  post<T>(path: string, options: RequestOptions & { readonly response: Schema<T> }): Promise<T>;
  /** Sends a request and answers all that is known of the answer. A body of over 32 MB is refused. */
  request(method: HttpMethod, path: string, options?: RequestOptions): Promise<HttpAnswer>;
  /**
   * Asks for a page of records, whatever its size: a body of up to 32 MB is parsed at once, a larger one
   * as it arrives. An answer 204, a skipped one, and a `null` in place of the list stand for no records, an
   * object for a list of one. Throws `SchemaError` when there is something else at the path, or nothing.
   */
  records(path: string, options: RecordsOptions): Promise<RecordsAnswer>;
  /** Sends a request whose answer is no JSON, or too large for {@link request}: CSV, XML, a file. */
  stream(method: HttpMethod, path: string, options?: RequestOptions): Promise<ByteAnswer>;
}
