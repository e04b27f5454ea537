import { isObject, object } from "@chorale/singer";
import {
  type Activation,
  type CommitResult,
  type CommitUnit,
  defineTarget,
  type LaneRules,
  type RefusedBatch,
  type RefusedCommit,
  type SpooledBatch,
  type SpoolRules,
  type StagedBatch,
  type TableShape,
  type TableSpec,
  type TargetSettings,
  targetSettings,
  type Warehouse,
  type WarehouseContext,
  type WarehouseSession,
} from "@chorale/target-sdk";
import { readSpoolFile } from "../src/spool-reader.ts";
import { loadsOf, streamsOf } from "./unit-steps.ts";

/** A row as it is stored. */
export interface Row {
  readonly record: Readonly<Record<string, unknown>>;
  readonly version: number | undefined;
}

/** What a test may put in a session's way. */
export interface MemoryHooks {
  readonly prepare?: (spec: TableSpec, count: number) => Promise<void> | void;
  /** Batches are staged in parallel, so `count` is in no order of theirs: their rows tell which one it is. */
  readonly stage?: (rows: readonly Row[], count: number) => Promise<void> | void;
  /** Answers why a batch is refused. */
  readonly refuse?: (batch: SpooledBatch, rows: readonly Row[]) => string | undefined;
  /** Answers why a commit refuses a batch of its unit. */
  readonly refuseInCommit?: (batch: SpooledBatch, rows: readonly Row[]) => string | undefined;
  readonly beforeCommit?: (unit: CommitUnit, count: number) => Promise<void> | void;
  /** Called when a commit is durable, before it is acknowledged. */
  readonly afterCommit?: (unit: CommitUnit, count: number) => Promise<void> | void;
}

export interface MemoryOptions {
  readonly hooks?: MemoryHooks;
  readonly lane?: LaneRules;
  readonly spool?: Partial<SpoolRules>;
  /** Whether staging copies the rows, so that spool files may go. */
  readonly copied?: boolean;
  readonly parallelCommits?: number;
}

/** A warehouse that keeps its rows in memory: all of a commit, or none of it. */
export class MemoryWarehouse implements Warehouse<TargetSettings> {
  readonly tables = new Map<string, Row[]>();
  readonly states = new Map<string, string>();
  readonly commits: CommitUnit[] = [];
  readonly prepared: TableSpec[] = [];
  readonly staged: SpooledBatch[] = [];
  readonly discarded: string[] = [];
  readonly contexts: WarehouseContext[] = [];
  /** The units that were refused. */
  readonly refused: CommitUnit[] = [];
  /** What is prepared or committed now, by stream. */
  readonly busy = new Set<string>();
  /** What the SDK did that its contract with a session forbids. */
  readonly breaches: string[] = [];
  sessions = 0;
  closed = 0;
  running = { prepare: 0, stage: 0, commit: 0 };
  greatest = { prepare: 0, stage: 0, commit: 0 };
  readonly options: MemoryOptions;

  constructor(options: MemoryOptions = {}) {
    this.options = options;
  }

  async connect(_config: TargetSettings, context: WarehouseContext): Promise<WarehouseSession> {
    this.sessions += 1;
    this.contexts.push(context);
    return new MemorySession(this);
  }

  /** The stored records of a stream. */
  records(stream: string): readonly Readonly<Record<string, unknown>>[] {
    return (this.tables.get(stream) ?? []).map(({ record }) => record);
  }

  async counted<T>(what: "prepare" | "stage" | "commit", task: () => Promise<T>): Promise<T> {
    if (this.closed === this.sessions) this.breaches.push(`${what} after close`);
    this.running[what] += 1;
    this.greatest[what] = Math.max(this.greatest[what], this.running[what]);
    try {
      return await task();
    } finally {
      this.running[what] -= 1;
    }
  }
}

class MemorySession implements WarehouseSession {
  readonly spool: SpoolRules;
  readonly parallelCommits?: number;
  readonly #warehouse: MemoryWarehouse;
  readonly #rows = new Map<string, readonly Row[]>();
  #prepares = 0;
  #stages = 0;
  #commits = 0;

  constructor(warehouse: MemoryWarehouse) {
    this.#warehouse = warehouse;
    const { spool, parallelCommits } = warehouse.options;
    this.spool = { compression: "zstd", maxFileBytes: 64 * 1024 * 1024, ...spool };
    if (parallelCommits !== undefined) this.parallelCommits = parallelCommits;
  }

  prepare(spec: TableSpec): Promise<TableShape> {
    const { hooks, lane } = this.#warehouse.options;
    return this.#alone([spec.stream], "prepare", async () => {
      this.#prepares += 1;
      await hooks?.prepare?.(spec, this.#prepares);
      this.#warehouse.prepared.push(spec);
      if (!this.#warehouse.tables.has(spec.stream)) this.#warehouse.tables.set(spec.stream, []);
      const columns = spec.columns.map(({ property, type }) => ({ property, name: property, type }));
      return { spec, table: spec.stream, columns, lane: lane ?? { unsafeBytes: [] } };
    });
  }

  stage(batch: SpooledBatch): Promise<StagedBatch | RefusedBatch> {
    const { hooks, copied } = this.#warehouse.options;
    return this.#warehouse.counted("stage", async () => {
      this.#stages += 1;
      const count = this.#stages;
      const rows = await rowsOf(batch);
      await hooks?.stage?.(rows ?? [], count);
      const refused = rows === undefined ? "it is not JSON" : hooks?.refuse?.(batch, rows);
      if (rows === undefined || (refused !== undefined && !batch.rewritten))
        return { refused: refused ?? "" };
      if (rows.length !== batch.rows) throw new Error(`${rows.length} rows instead of ${batch.rows}`);
      this.#rows.set(batch.id, rows);
      this.#warehouse.staged.push(batch);
      return { batch, token: batch.id, ...(copied === true ? { copied } : {}) };
    });
  }

  commit(unit: CommitUnit): Promise<CommitResult | RefusedCommit> {
    const { hooks } = this.#warehouse.options;
    const holds = [...streamsOf(unit), ...(unit.state === undefined ? [] : ["the state"])];
    return this.#alone(holds, "commit", async () => {
      this.#commits += 1;
      const count = this.#commits;
      await hooks?.beforeCommit?.(unit, count);
      const refused = this.#refused(unit);
      if (refused.length > 0) {
        this.#warehouse.refused.push(unit);
        return { refused };
      }
      const rows = this.#apply(unit);
      await hooks?.afterCommit?.(unit, count);
      if (this.#warehouse.contexts.at(-1)?.signal.aborted === true) {
        this.#warehouse.breaches.push("aborted in a commit");
      }
      return { rows };
    });
  }

  async discard({ token }: StagedBatch): Promise<void> {
    this.#rows.delete(token);
    this.#warehouse.discarded.push(token);
  }

  async readState(id: string): Promise<string | undefined> {
    return this.#warehouse.states.get(id);
  }

  async close(): Promise<void> {
    for (const [what, count] of Object.entries(this.#warehouse.running)) {
      if (count > 0) this.#warehouse.breaches.push(`closed in a ${what}`);
    }
    this.#warehouse.closed += 1;
  }

  /** Notes a breach when something else works on one of the streams. */
  #alone<T>(streams: readonly string[], what: "prepare" | "commit", task: () => Promise<T>): Promise<T> {
    const { busy, breaches } = this.#warehouse;
    const held = new Set(streams);
    return this.#warehouse.counted(what, async () => {
      for (const stream of held) {
        if (busy.has(stream)) breaches.push(`${what} of ${stream}, which is busy`);
        busy.add(stream);
      }
      try {
        return await task();
      } finally {
        for (const stream of held) busy.delete(stream);
      }
    });
  }

  #refused(unit: CommitUnit): RefusedCommit["refused"] {
    const { refuseInCommit } = this.#warehouse.options.hooks ?? {};
    return loadsOf(unit).flatMap((staged) => {
      const reason = refuseInCommit?.(staged.batch, this.#rows.get(staged.token) ?? []);
      return reason === undefined ? [] : [{ staged, reason }];
    });
  }

  #apply(unit: CommitUnit): Map<string, number> {
    const { states, commits, breaches } = this.#warehouse;
    const counts = new Map<string, number>();
    if (commits.some(({ id }) => id === unit.id)) breaches.push(`${unit.id} twice`);
    for (const step of unit.steps) {
      if (step.kind === "load") this.#load(step.staged, counts);
      else if (step.kind === "replace") this.#warehouse.tables.set(step.shape.spec.stream, []);
      else activate(this.#warehouse.tables, step);
    }
    if (unit.state !== undefined) states.set(unit.state.id, unit.state.value);
    commits.push(unit);
    return counts;
  }

  #load({ batch, token }: StagedBatch, counts: Map<string, number>): void {
    const { tables } = this.#warehouse;
    const rows = this.#rows.get(token);
    if (rows === undefined) throw new Error(`${token} was not staged`);
    this.#rows.delete(token);
    const { stream } = batch.shape.spec;
    const before = tables.get(stream) ?? [];
    tables.set(stream, batch.loadMethod === "upsert" ? merged(before, rows, batch) : [...before, ...rows]);
    counts.set(stream, (counts.get(stream) ?? 0) + rows.length);
  }
}

async function rowsOf(batch: SpooledBatch): Promise<readonly Row[] | undefined> {
  const rows: Row[] = [];
  for (const file of batch.files) {
    let count = 0;
    for await (const lines of readSpoolFile(file)) {
      for (const { line } of lines) {
        const row = rowOf(line.toString(), batch.root);
        if (row === undefined) return undefined;
        rows.push(row);
        count += 1;
      }
    }
    if (count !== file.rows) throw new Error(`${file.path} has ${count} rows instead of ${file.rows}`);
  }
  return rows;
}

function rowOf(line: string, root: SpooledBatch["root"]): Row | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return undefined;
    if (root === "line") return { record: value, version: undefined };
    const { record, version } = value;
    if (!isObject(record)) return undefined;
    return { record, version: typeof version === "number" ? version : undefined };
  } catch {
    return undefined;
  }
}

function merged(before: readonly Row[], rows: readonly Row[], { shape }: SpooledBatch): Row[] {
  // A rewritten integer is a text of the same digits.
  const keyOf = ({ record }: Row) =>
    JSON.stringify(shape.spec.keyProperties.map((key) => String(record[key] ?? null)));
  const byKey = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of rows) byKey.set(keyOf(row), row);
  return [...byKey.values()];
}

function activate(tables: Map<string, Row[]>, { shape, version }: Activation): void {
  const { stream } = shape.spec;
  const rows = tables.get(stream) ?? [];
  tables.set(
    stream,
    rows.filter((row) => row.version !== undefined && row.version >= version),
  );
}

/** A target that loads into a memory warehouse. */
export function memoryTarget(warehouse: MemoryWarehouse) {
  return defineTarget<TargetSettings>({
    name: "target-memory",
    package: new URL("../package.json", import.meta.url),
    description: "Keeps rows in memory",
    config: object(targetSettings),
    warehouse,
  });
}
