import { ApiError, type Logger } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import type { AnswerPage } from "../answers.ts";

/** A half-open range of moments in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What is asked of the API: a closed range, and a cursor within it. */
export interface PageQuery {
  readonly startDate: number;
  readonly endDate: number;
  readonly cursor?: string;
}

/** An event with what it is ordered and known by. */
export interface KeyedEvent {
  readonly moment: number;
  readonly key: string;
  readonly record: AnyRecord;
}

/** What reads windows. */
export interface WindowReaderOptions {
  readonly stream: string;
  readonly ask: (query: PageQuery) => Promise<AnswerPage>;
  readonly keyed: (event: AnyRecord) => KeyedEvent;
  readonly log: Logger;
}

/** A page of the API is twice as large. */
const enoughToTell = 50;

/** What was read of a window: all its events in ascending order, or that they are too many. */
export type WindowContent = { readonly events: readonly KeyedEvent[] } | TooMany;

/** A window that was given up, and how dense its newest part is. */
export interface TooMany {
  readonly events: undefined;
  /** How much time was read, and how many events lie in it. */
  readonly readMs: number;
  readonly count: number;
}

/**
 * Reads all events of a window. Pages come newest first, and what a page cut off may share its last moment: so
 * the next page ends with that moment, not before it, and known events are left out. Gives up, to be asked for a shorter
 * window, when there are more than `most` events and not all of them are read, or when the first page is so dense that
 * there will be more than twice as many.
 */
export async function readWindow(
  window: Window,
  options: WindowReaderOptions & { readonly most: number },
): Promise<WindowContent> {
  const reading = new WindowReading(window, options);
  const isWhole = await reading.read(options.most);
  return isWhole ? { events: reading.sorted() } : reading.density();
}

class WindowReading {
  readonly #window: Window;
  readonly #options: WindowReaderOptions;
  readonly #events = new Map<string, KeyedEvent>();
  /** The moment from which on everything was read. */
  #oldest: number;

  constructor(window: Window, options: WindowReaderOptions) {
    this.#window = window;
    this.#options = options;
    this.#oldest = window.to;
  }

  /** Answers whether all was read. */
  async read(most: number): Promise<boolean> {
    const { from, to } = this.#window;
    let end = to - 1;
    while (end >= from) {
      const page = await this.#ask({ startDate: from, endDate: end });
      if (page.isLast) return true;
      const isFirst = end === to - 1;
      if (this.#events.size > most || (isFirst && this.#expected() > 2 * most)) return false;
      end = page.oldest < end ? page.oldest : await this.#passCrowd(end, page.cursor);
    }
    return true;
  }

  density(): TooMany {
    return { events: undefined, readMs: this.#window.to - this.#oldest, count: this.#events.size };
  }

  /** How many events the window has, if all of it is like what was read; 0 while too few are read to tell. */
  #expected(): number {
    const { from, to } = this.#window;
    if (this.#events.size < enoughToTell) return 0;
    return (this.#events.size * (to - from)) / Math.max(1, to - this.#oldest);
  }

  /** Events in ascending order; those of one moment by key, so that their order does not depend on pages. */
  sorted(): readonly KeyedEvent[] {
    const place = ({ moment }: KeyedEvent): number => (Number.isNaN(moment) ? this.#window.from : moment);
    return [...this.#events.values()].sort(
      (left, right) => place(left) - place(right) || (left.key < right.key ? -1 : 1),
    );
  }

  /**
   * Answers where to go on when a whole page shares its last moment, so that the same page would come again. Only
   * the cursor may lead on; where it does not, the rest of that moment cannot be read.
   */
  async #passCrowd(end: number, firstCursor: string | undefined): Promise<number> {
    let cursor = firstCursor;
    let sawMore = false;
    while (cursor !== undefined) {
      const page = await this.#ask({ startDate: this.#window.from, endDate: end, cursor });
      const isPast = page.oldest < end;
      sawMore ||= page.fresh > 0 && page.newest >= end;
      if (page.isLast || isPast || page.fresh === 0) {
        if (!sawMore) this.#warnOfCrowd(end);
        if (page.isLast) return this.#window.from - 1;
        return isPast ? page.oldest : end - 1;
      }
      cursor = page.cursor;
    }
    this.#warnOfCrowd(end);
    return end - 1;
  }

  #warnOfCrowd(moment: number): void {
    const { stream, log } = this.#options;
    const at = new Date(moment).toISOString();
    log.warn(`${stream}: a whole page of events shares ${at}; the API may have more that it does not give`, {
      stream,
      at,
    });
  }

  async #ask(query: PageQuery) {
    const { records, hasMore, cursor } = await this.#options.ask(query);
    const before = this.#events.size;
    let oldest = Number.POSITIVE_INFINITY;
    let newest = Number.NEGATIVE_INFINITY;
    for (const record of records) {
      const event = this.#options.keyed(record);
      if (!Number.isNaN(event.moment)) {
        oldest = Math.min(oldest, event.moment);
        newest = Math.max(newest, event.moment);
      }
      if (this.#holds(event.moment)) this.#events.set(event.key, event);
    }
    if (oldest > query.endDate && oldest !== Number.POSITIVE_INFINITY) throw this.#unbounded(query);
    const fresh = this.#events.size - before;
    this.#oldest = Math.min(this.#oldest, oldest);
    const isLast = records.length === 0 || hasMore === false || (hasMore === undefined && fresh === 0);
    return { isLast, fresh, oldest, newest, cursor };
  }

  /** An event whose moment cannot be read belongs wherever it turns up. */
  #holds(moment: number): boolean {
    return Number.isNaN(moment) || (moment >= this.#window.from && moment < this.#window.to);
  }

  #unbounded({ endDate }: PageQuery): ApiError {
    const { stream } = this.#options;
    return new ApiError(
      `${stream}: the API was asked for events up to ${new Date(endDate).toISOString()} and gave only later ones. Ask the vendor; nothing can be read this way.`,
      { method: "GET", url: "", retryable: false },
    );
  }
}
