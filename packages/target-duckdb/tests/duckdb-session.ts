import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConfig, type JsonSchema, type LogFields, type Logger } from "@chorale/singer";
import {
  type CommitResult,
  type CommitStep,
  columnsOf,
  type LoadMethod,
  type RefusedBatch,
  type SpooledBatch,
  type StagedBatch,
  type StateReceipt,
  type TableShape,
  type WarehouseSession,
} from "@chorale/target-sdk";
import { onTestFinished } from "vitest";
import { config as configSchema } from "../src/config.ts";
import { type Database, openDatabase } from "../src/database.ts";
import { openSession } from "../src/session.ts";

/** A session on a database of its own, and what a test does with it. */
export interface TestSession {
  readonly session: WarehouseSession;
  readonly folder: string;
  readonly path: string;
  readonly warnings: readonly string[];
  prepare(spec: TestSpec): Promise<TableShape>;
  stage(shape: TableShape, batch: TestBatch): Promise<StagedBatch | RefusedBatch>;
  /** Stages a batch, which must not be refused, and commits it alone, or with what is given. */
  load(shape: TableShape, batch: TestBatch, around?: TestUnit): Promise<void>;
  commit(steps: readonly CommitStep[], state?: StateReceipt): Promise<CommitResult>;
  /** Runs SQL on another connection of the same database. */
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

/** What is committed with a batch. */
export interface TestUnit {
  readonly before?: readonly CommitStep[];
  readonly after?: readonly CommitStep[];
  readonly state?: StateReceipt;
}

/** A table to be prepared. */
export interface TestSpec {
  readonly stream?: string;
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly keys?: readonly string[];
  readonly metadata?: boolean;
}

/** A batch, as lines or as records. */
export interface TestBatch {
  /** Values of records; each is written as a RECORD line. */
  readonly records?: readonly Readonly<Record<string, unknown>>[];
  /** JSON texts of records. */
  readonly texts?: readonly string[];
  /** Whole files: bytes that are spooled as they are, and how many rows they count. */
  readonly files?: readonly { readonly bytes: string | Uint8Array; readonly rows: number }[];
  readonly loadMethod?: LoadMethod;
  readonly hardDelete?: boolean;
  readonly rewritten?: boolean;
  readonly root?: "record" | "line";
  readonly version?: number;
  readonly extractedAt?: string;
}

/** Makes an empty folder that is removed after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "target-duckdb-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a session's files are. */
export interface TestSessionOptions {
  readonly folder?: string;
  readonly spoolFolder?: string;
  readonly signal?: AbortSignal;
}

/** Opens a session on a new database, or on the one in `folder`. */
export async function testSession(
  settings: Readonly<Record<string, unknown>> = {},
  { folder: given, spoolFolder, signal = new AbortController().signal }: TestSessionOptions = {},
): Promise<TestSession> {
  const folder = given ?? (await testFolder());
  const warnings: string[] = [];
  const log = recordingLogger(warnings);
  const path = join(folder, "test.duckdb");
  const config = await checkConfig(configSchema, { path, ...settings }, { name: "target-duckdb", log });
  const database = await openDatabase({ config, log, signal, tempDir: join(folder, "temp") });
  const session = await openSession({ database, config, log, signal });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await session.close();
    isOpen = false;
  };
  onTestFinished(close);
  let files = 0;
  const test: TestSession = {
    session,
    folder,
    path,
    warnings,
    prepare: ({ stream = "users", properties, keys = [], metadata = false }) =>
      session.prepare({
        stream,
        keyProperties: keys,
        columns: columnsOf({ type: "object", properties }),
        addRecordMetadata: metadata,
      }),
    async stage(shape, batch) {
      files += 1;
      return await session.stage(await spool(shape, batch, join(spoolFolder ?? folder, `spool-${files}`)));
    },
    async load(shape, batch, { before = [], after = [], state } = {}) {
      const staged = await test.stage(shape, batch);
      if ("refused" in staged) throw new Error(`refused: ${staged.refused}`);
      await test.commit([...before, { kind: "load", staged }, ...after], state);
    },
    async commit(steps, state) {
      const id = state === undefined ? "commit" : `commit of ${state.value}`;
      const answer = await session.commit({ id, steps, ...(state === undefined ? {} : { state }) });
      if ("refused" in answer) throw new Error("refused in its commit");
      return answer;
    },
    query: (sql) => query(database, sql),
    close,
  };
  return test;
}

async function query(database: Database, sql: string): Promise<readonly (readonly unknown[])[]> {
  const connection = await database.connect();
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

async function spool(shape: TableShape, batch: TestBatch, path: string): Promise<SpooledBatch> {
  const { root = "record", extractedAt, version } = batch;
  const texts = batch.texts ?? (batch.records ?? []).map((record) => JSON.stringify(record));
  const extras =
    (extractedAt === undefined ? "" : `,"time_extracted":"${extractedAt}"`) +
    (version === undefined ? "" : `,"version":${version}`);
  const lines = texts.map((text) =>
    root === "line" ? text : `{"type":"RECORD","stream":"${shape.spec.stream}","record":${text}${extras}}`,
  );
  const files = batch.files ?? [{ bytes: lines.map((line) => `${line}\n`).join(""), rows: lines.length }];
  const spooled = await Promise.all(
    files.map(async ({ bytes, rows }, index) => {
      const file = `${path}-${index}.jsonl`;
      await writeFile(file, bytes);
      return { path: file, compression: "none" as const, rows, bytes: Buffer.byteLength(bytes) };
    }),
  );
  return {
    id: path,
    shape,
    loadMethod: batch.loadMethod ?? (shape.spec.keyProperties.length > 0 ? "upsert" : "append-only"),
    hardDelete: batch.hardDelete ?? false,
    files: spooled,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    root,
    ...(root === "line" && version !== undefined ? { version } : {}),
    rewritten: batch.rewritten ?? false,
    times: {
      syncStartedAt: new Date("2024-05-01T10:00:00.000Z"),
      receivedAt: new Date("2024-05-01T10:00:01.500Z"),
      batchedAt: new Date("2024-05-01T10:00:02.000Z"),
    },
  };
}

function recordingLogger(warnings: string[]): Logger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message: string, _fields?: LogFields) => {
      warnings.push(message);
    },
    error: () => undefined,
  };
}
