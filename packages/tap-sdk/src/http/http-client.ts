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

/** What a request may carry. */
export interface RequestOptions {
  readonly searchParams?: SearchParams;
  /** Query parameters to remove from the given address, such as `start_time` when a cursor replaces it. */
  readonly dropParams?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** A body to send as JSON. */
  readonly json?: unknown;
  /** A body to send as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** The rate bucket that the request spends from. @default the client's first bucket */
  readonly bucket?: string;
  /** Overrides the client's table for this request. */
  readonly classify?: Classify;
  /** Keeps numbers that a double cannot hold as they were written. @default false */
  readonly exactNumbers?: boolean;
}

/** An answer that was taken: of verdict `success` or `skip`. */
export interface HttpAnswer {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body; undefined when the body is empty or the answer was skipped. */
  readonly body: unknown;
  /** The address that answered, without secrets. */
  readonly url: string;
  readonly skipped: boolean;
}

/**
 * The one way to an API: every request has time-outs, retries, rate limits, credentials and an abort
 * signal. Paths are relative to the client's base address; a whole address must have its origin.
 * Throws `ApiError`, `AuthenticationError`, or the signal's reason.
 */
export interface HttpClient {
  /** Sends a GET and answers its parsed body, checked against `response`. */
  get<T>(path: string, options: RequestOptions & { readonly response: Schema<T> }): Promise<T>;
  /** Sends a POST and answers its parsed body, checked against `response`. */
  post<T>(path: string, options: RequestOptions & { readonly response: Schema<T> }): Promise<T>;
  /** Sends a request and answers all that is known of the answer. */
  request(method: "GET" | "POST" | "DELETE", path: string, options?: RequestOptions): Promise<HttpAnswer>;
}
