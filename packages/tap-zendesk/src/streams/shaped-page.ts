import type { Bookmark } from "@chorale/singer";
import type { AnyRecord, Page, ReadPage } from "@chorale/tap-sdk";

/** Joins what else a page's body holds to its records. */
export type Join = (records: readonly AnyRecord[], body: unknown) => readonly AnyRecord[];

/** What becomes of the records of a page. */
export interface Shaping {
  /** Changes a record; undefined leaves it out. */
  readonly shape: (record: AnyRecord) => AnyRecord | undefined;
  /** Says that a record, and with it what follows, is not wanted any more. @default all are wanted */
  readonly isBeyond?: (record: AnyRecord) => boolean;
  /** The records of a page are held together then. */
  readonly join?: Join | undefined;
  /** What the bookmark holds beside the page's own position. @default nothing */
  readonly carried?: Bookmark;
}

/** A page whose records are changed on their way. It ends with the first record that is not wanted any more. */
export class ShapedPage implements Page {
  readonly records: readonly AnyRecord[] | AsyncIterable<AnyRecord>;
  readonly skipped: boolean;
  readonly #page: ReadPage;
  readonly #shaping: Shaping;
  /** Whether a record was met that is not wanted any more. */
  isBeyond = false;

  constructor(page: ReadPage, shaping: Shaping) {
    this.#page = page;
    this.#shaping = shaping;
    this.skipped = page.skipped === true;
    this.records = this.#read(page.records);
  }

  /** A page that was left in the middle is no place to go on from. */
  get position(): Bookmark | undefined {
    const { position } = this.#page;
    if (this.isBeyond || position === undefined) return undefined;
    return { ...position, ...this.#shaping.carried };
  }

  #read(records: Page["records"]): Page["records"] {
    const { join } = this.#shaping;
    if (!isList(records)) return this.#flowing(records);
    return this.#shaped(join === undefined ? records : join(records, this.#page.body()));
  }

  async *#flowing(records: AsyncIterable<AnyRecord>): AsyncGenerator<AnyRecord, void, void> {
    const { join } = this.#shaping;
    if (join !== undefined) {
      // What joins them stands in the body, which is known when they have all been read.
      const held: AnyRecord[] = [];
      for await (const record of records) held.push(record);
      yield* this.#shaped(join(held, this.#page.body()));
      return;
    }
    for await (const record of records) {
      yield* this.#shaped([record]);
      if (this.isBeyond) return;
    }
  }

  #shaped(records: readonly AnyRecord[]): readonly AnyRecord[] {
    const { shape, isBeyond } = this.#shaping;
    const shaped: AnyRecord[] = [];
    for (const record of records) {
      this.isBeyond ||= isBeyond?.(record) === true;
      if (this.isBeyond) break;
      const changed = shape(record);
      if (changed !== undefined) shaped.push(changed);
    }
    return shaped;
  }
}

function isList(records: Page["records"]): records is readonly AnyRecord[] {
  return Array.isArray(records);
}
