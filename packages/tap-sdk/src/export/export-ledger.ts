import { type Bookmark, createSchemaCompiler, isObject, type Schema } from "@chorale/singer";

/** What is known of one export. */
interface Entry {
  /** When the run began that submitted it. */
  readonly since: string;
  /** Absent once its records were read. */
  readonly job?: unknown;
}

/** What a ledger is read with. */
export interface LedgerOptions {
  readonly position: Bookmark;
  /** When this run began. */
  readonly startedAt: Date;
  /** What is older is forgotten. */
  readonly keepSeconds: number;
}

const name = "exports";

/** The jobs of a stream's exports, and which exports were read: what the state keeps while a run is under way. */
export class ExportLedger {
  readonly #entries: Map<string, Entry>;
  readonly #since: string;

  constructor({ position, startedAt, keepSeconds }: LedgerOptions) {
    this.#since = startedAt.toISOString();
    const oldest = startedAt.getTime() - keepSeconds * 1000;
    const kept = isObject(position[name]) ? Object.entries(position[name]) : [];
    this.#entries = new Map(
      kept.flatMap(([key, value]) => {
        const entry = entryIn(value);
        return entry !== undefined && Date.parse(entry.since) >= oldest ? [[key, entry]] : [];
      }),
    );
  }

  /** Forgets exports that nobody wants any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }

  isRead(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.job === undefined;
  }

  /** The job that an earlier run submitted, when it fits the schema. */
  async jobOf<Job>(key: string, schema: Schema<Job>): Promise<Job | undefined> {
    const job = this.#entries.get(key)?.job;
    if (job === undefined) return undefined;
    const validator = (await createSchemaCompiler())(schema.json);
    return isJob(job, { schema, fits: validator(job) }) ? job : undefined;
  }

  submitted(key: string, job: unknown): void {
    this.#entries.set(key, { since: this.#since, job });
  }

  read(key: string): void {
    this.#entries.set(key, { since: this.#since });
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** What the state keeps. */
  position(): Bookmark {
    return this.#entries.size === 0 ? {} : { [name]: Object.fromEntries(this.#entries) };
  }
}

function entryIn(value: unknown): Entry | undefined {
  if (!isObject(value) || typeof value["since"] !== "string") return undefined;
  const { since, job } = value;
  return job === undefined ? { since } : { since, job };
}

function isJob<Job>(job: unknown, { fits }: { schema: Schema<Job>; fits: boolean }): job is Job {
  return job !== undefined && fits;
}
