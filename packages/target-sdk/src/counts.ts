/** What became of a stream's records in one run. */
export interface StreamSummary {
  /** Records that were received. */
  readonly records: number;
  /** Rows that were committed, before rows of one key became one. */
  readonly loaded: number;
  /** Records that were left out by `on_invalid_record: skip`. */
  readonly skipped: number;
  /** Records that were written to the quarantine file. */
  readonly quarantined: number;
  /** Values that were set to null by `on_invalid_value` or `on_oversize`, by column. */
  readonly nulled: Readonly<Record<string, number>>;
  /** Texts that were cut by `on_oversize: truncate`, by column; absent when none was. */
  readonly truncated?: Readonly<Record<string, number>>;
  /**
   * Values whose key has no column, by key, those within flattened objects with their parents; only lines that are
   * parsed are counted.
   */
  readonly dropped: Readonly<Record<string, number>>;
}

/** More names than this are not remembered one by one: a key may be data. */
const maxNames = 1000;

/** Counts what becomes of a stream's records. */
export class StreamCounts {
  records = 0;
  loaded = 0;
  skipped = 0;
  quarantined = 0;
  readonly #nulled = new Map<string, number>();
  readonly #truncated = new Map<string, number>();
  readonly #dropped = new Map<string, number>();

  countNulled(columns: readonly string[]): void {
    for (const column of columns) increment(this.#nulled, column);
  }

  countTruncated(columns: readonly string[]): void {
    for (const column of columns) increment(this.#truncated, column);
  }

  countDropped(key: string): void {
    increment(this.#dropped, key);
  }

  summary(): StreamSummary {
    const { records, loaded, skipped, quarantined } = this;
    return {
      records,
      loaded,
      skipped,
      quarantined,
      nulled: Object.fromEntries(this.#nulled),
      ...(this.#truncated.size > 0 ? { truncated: Object.fromEntries(this.#truncated) } : {}),
      dropped: Object.fromEntries(this.#dropped),
    };
  }
}

function increment(counts: Map<string, number>, name: string): void {
  const count = counts.get(name);
  if (count !== undefined || counts.size < maxNames) counts.set(name, (count ?? 0) + 1);
}
