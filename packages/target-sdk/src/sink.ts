import { randomUUID } from "node:crypto";
import type { StreamCounts } from "./counts.ts";
import type { Lane } from "./lane.ts";
import type { RecordVersions } from "./record-versions.ts";
import type { SpoolWriter } from "./spool-writer.ts";
import type { LoadMethod, SpooledBatch, TableShape } from "./warehouse.ts";

/** When a batch is closed. */
export interface BatchLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** A batch that takes records. */
export interface OpenBatch {
  readonly id: string;
  /** Later than any STATE before its first record, and earlier than any behind. */
  readonly sequence: number;
  readonly receivedAt: Date;
  readonly shape: TableShape;
  readonly root: SpooledBatch["root"];
  readonly writer: SpoolWriter;
  /** Whether its lines are rewritten because an earlier batch of the stream was refused. */
  readonly isRewriting: boolean;
  rows: number;
  bytes: number;
  /** Whether every line so far was rewritten. */
  rewritten: boolean;
  /** Its rows before the last STATE, and which STATE that was, counted over the run. */
  mark: { readonly states: number; readonly rows: number };
}

/** A batch that takes no more records; its files may still be on their way to disk. */
export interface ClosedBatch {
  readonly stream: string;
  readonly rows: number;
  readonly mark: OpenBatch["mark"];
  readonly spooled: Promise<SpooledBatch>;
}

/** What a sink needs of the run around it. */
export interface SinkContext {
  readonly limits: BatchLimits;
  readonly hardDelete: boolean;
  readonly syncStartedAt: Date;
  readonly clock: () => Date;
  /** The states received so far. */
  readonly states: () => number;
  readonly createWriter: (name: string) => SpoolWriter;
  /** Called when a batch has got its first record. */
  readonly onOpen: (sink: Sink, batch: OpenBatch) => void;
}

/** The way of a stream's lines: through its lane into its sink. */
export interface Route {
  readonly sink: Sink;
  readonly shape: TableShape;
  readonly root: SpooledBatch["root"];
  readonly lane: Lane;
  /** Whether some bytes make a line unsafe, so that they have to be looked for. */
  readonly isChoosy: boolean;
}

/** A stream's ways, made anew for each SCHEMA that changes something. */
export interface SinkRoutes {
  readonly record: Route;
  /** The way of the bare records of BATCH files. */
  readonly line: Route;
}

/** Lines of one stream, in order, whole and without the last one's line break. */
export interface SinkLines {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Later than any STATE before them, and earlier than any behind. */
  readonly sequence: number;
  readonly rewritten: boolean;
}

/** Whether lines may go into an open batch: all lines of a batch are read the same way. */
export function isOfForm(
  { rewritten }: SinkLines,
  { route, open }: { readonly route: Route; readonly open: OpenBatch },
): boolean {
  return open.root === route.root && (!route.lane.hasTwoForms || open.rewritten === rewritten);
}

/** Gathers the records of one stream into batches. */
export class Sink {
  readonly stream: string;
  readonly counts: StreamCounts;
  readonly versions: RecordVersions;
  loadMethod: LoadMethod = "append-only";
  /** Absent until the table is ready for the last SCHEMA. */
  routes: SinkRoutes | undefined;
  /** The shape that the last SCHEMA asked for. */
  shape: Promise<TableShape> | undefined;
  /** Resolves when the routes are. */
  ready: Promise<void> | undefined;
  /** The last SCHEMA message as it was received, to know a repeated one by. */
  schemaLine: Buffer | undefined;
  /** The table that it asked for, as text. */
  specText = "";
  /** The version that becomes the table's at the end of the input. */
  pendingVersion: number | undefined;
  readonly #context: SinkContext;
  #isRefused = false;
  #open: OpenBatch | undefined;
  #batchedAt = 0;

  constructor(
    stream: string,
    { counts, versions, ...context }: SinkContext & { counts: StreamCounts; versions: RecordVersions },
  ) {
    this.stream = stream;
    this.counts = counts;
    this.versions = versions;
    this.#context = context;
  }

  get hardDelete(): boolean {
    return this.#context.hardDelete;
  }

  /**
   * Whether the next line is to be rewritten because a batch of the stream was refused: from the next batch on. The open
   * one stays as it is, so that few batches have lines of both kinds.
   */
  get isRewriting(): boolean {
    return this.#open?.isRewriting ?? this.#isRefused;
  }

  /** Notes that the warehouse refused a batch of the stream. Answers whether it is the first. */
  noteRefusal(): boolean {
    const isFirst = !this.#isRefused;
    this.#isRefused = true;
    return isFirst;
  }

  /** The batch that takes records now. */
  get open(): OpenBatch | undefined {
    return this.#open;
  }

  /** Whether the open batch and these lines beside it have reached a limit. */
  isFull(rows: number, bytes: number): boolean {
    const { limits } = this.#context;
    const open = this.#open;
    if (open === undefined) return rows >= limits.rows || bytes >= limits.bytes;
    return open.rows + rows >= limits.rows || open.bytes + bytes >= limits.bytes;
  }

  /** Takes lines that came by one of its routes. */
  append(lines: SinkLines, route: Route): void {
    const isNew = this.#open === undefined;
    const open = this.#open ?? this.#openBatch(lines, route);
    const states = this.#context.states();
    if (open.mark.states !== states) open.mark = { states, rows: open.rows };
    open.writer.append(lines.bytes, lines.rows);
    open.rows += lines.rows;
    open.bytes += lines.bytes.length + 1;
    open.rewritten &&= lines.rewritten;
    if (isNew) this.#context.onOpen(this, open);
  }

  /** Closes the open batch and answers it; undefined when no record came since the last one. */
  close(): ClosedBatch | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    this.#open = undefined;
    // Its milliseconds order the rows of a table, so that no two batches may share them.
    this.#batchedAt = Math.max(this.#context.clock().getTime(), this.#batchedAt + 1);
    const spooled = this.#spool(open, new Date(this.#batchedAt));
    // Whoever loads the batch learns of an error; a run that stops loads none.
    spooled.catch(() => undefined);
    return { stream: this.stream, rows: open.rows, mark: open.mark, spooled };
  }

  #openBatch({ sequence }: SinkLines, { shape, root }: Route): OpenBatch {
    const id = randomUUID();
    this.#open = {
      id,
      sequence,
      receivedAt: this.#context.clock(),
      shape,
      root,
      writer: this.#context.createWriter(id),
      isRewriting: this.#isRefused,
      rows: 0,
      bytes: 0,
      rewritten: true,
      mark: { states: this.#context.states(), rows: 0 },
    };
    return this.#open;
  }

  async #spool(open: OpenBatch, batchedAt: Date): Promise<SpooledBatch> {
    const { id, shape, rows, root, rewritten, receivedAt } = open;
    const { loadMethod } = this;
    const { hardDelete, syncStartedAt } = this.#context;
    const files = await open.writer.close();
    const times = { syncStartedAt, receivedAt, batchedAt };
    return { id, shape, loadMethod, hardDelete, files, rows, root, rewritten, times };
  }
}
