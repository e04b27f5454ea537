import type { Answer } from "../answer.ts";
import type { ZuoraRevenueStore } from "./store.ts";
import type { TaskBook } from "./task-book.ts";

/** An answer whose body may be bytes. */
export interface ByteAnswer extends Answer {
  readonly bytes?: Buffer;
}

/** What the vendor's documents leave open. */
export interface Quirks {
  /** How a page beyond the last one is answered when the last one was full. */
  readonly pastTheEnd: "404" | "not-cached";
  /** How the header with the token is spelled; `none` leaves it out. */
  readonly tokenHeader: "continuation-token" | "continuation_token" | "none";
  /** Which pages begin with the names of the columns. */
  readonly headerOn: "every page" | "first page";
  /** The status of a refusal for too many queries. */
  readonly rateLimitStatus: number;
  /** What count says beside the truth. */
  readonly countDrift: number;
  /** Whether count works at all. */
  readonly counts: boolean;
  /** Whether pages begin with a byte order mark. */
  readonly byteOrderMark: boolean;
  /** Whether lines end with CR LF. */
  readonly crLf: boolean;
}

/** What endpoints answer from. */
export interface EndpointContext {
  readonly store: ZuoraRevenueStore;
  readonly tasks: TaskBook;
  readonly quirks: Quirks;
  readonly clientId: number;
}
