import { pipeline, type Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import type { Engine, EngineLogin, EngineOptions, EngineProblem, EngineSession } from "@chorale/sandbox";

/** The batches that a target is going to load: each is full but the last one of its stream. */
export interface ExpectedBatches {
  readonly recordsByStream: Readonly<Record<string, number>>;
  /** The records of a full batch. */
  readonly batchRows: number;
}

type Answer = Awaited<ReturnType<EngineSession["execute"]>>;
type Rows = Extract<Answer, { kind: "rows" }>;
type Files = EngineOptions["files"];

const lineFeed = 0x0a;
const stageId = "bench";
/** A stage and the folder of a batch in it: `@"RAW"."SHOP"."FILES"/chorale/orders/1/`. */
const stagedFolder = /@[^'\s/]+\/(\S*?([^\s/]+)\/[^\s/]+\/)['\s)]/;

/** An account without tables. */
export interface PromptEngine {
  /** Opens it, for a stand-in. */
  readonly open: (options: EngineOptions) => Promise<Engine>;
  /** Counts the lines of all files that were put into the stage. */
  stagedRows(): Promise<number>;
}

/**
 * Makes an account without tables, which takes every statement for done at once: what SQL costs is no part of what is
 * measured beside it. COPY answers the rows that are expected of its batch, because counting them would take from the
 * processors what a warehouse elsewhere does not take. Files stay where they are, to be counted after the measurement.
 */
export function createPromptEngine(expected: ExpectedBatches): PromptEngine {
  let staged: Files | undefined;
  return {
    async open({ files }) {
      staged = files;
      const copy = copier(expected, files);
      return { openSession: async (login) => promptSession(login, copy), close: async () => undefined };
    },
    async stagedRows() {
      let rows = 0;
      if (staged === undefined) return rows;
      for (const { path } of await staged.list(stageId, ""))
        rows += await linesOf(staged.open(stageId, path));
      return rows;
    },
  };
}

function promptSession(login: EngineLogin, copy: (sql: string) => Promise<Rows>): EngineSession {
  const { database = null, schema = null, warehouse = null, role = null } = login;
  return {
    place: { database, schema, warehouse, role },
    parameters: new Map(),
    async execute({ sql }) {
      if (sql.startsWith("COPY ")) return await copy(sql);
      return sql.startsWith("SELECT CURRENT_") ? textRow({ warehouse, database, role }) : answerTo(sql);
    },
    close: async () => undefined,
  };
}

function answerTo(sql: string): Answer {
  const [verb] = sql.split(" ", 1);
  if (verb === "PUT") return put(sql);
  if (verb === "DESCRIBE") throw notThere();
  // A receipt has to change a row.
  if (verb === "INSERT" || verb === "MERGE") return textRow({ "number of rows inserted": "1" });
  // A guard counts what is wrong with the values: nothing.
  if (verb === "SELECT") return textRow(Object.fromEntries(columnNames(sql).map((name) => [name, "0"])));
  return textRow({ status: "Statement executed successfully." });
}

function put(sql: string): Answer {
  return {
    kind: "put",
    sources: [/file:\/\/([^']+)/.exec(sql)?.[1] ?? ""],
    stage: { stageId, path: folderIn(sql).path, isEncrypted: false },
    autoCompress: false,
    sourceCompression: "auto_detect",
    overwrite: true,
    parallel: 4,
  };
}

/** Batches of a stream are copied in the order of their records. */
function copier({ recordsByStream, batchRows }: ExpectedBatches, files: Files) {
  const left = new Map(Object.entries(recordsByStream));
  return async (sql: string): Promise<Rows> => {
    const { path, stream } = folderIn(sql);
    let rows = Math.min(left.get(stream) ?? 0, batchRows);
    left.set(stream, (left.get(stream) ?? 0) - rows);
    const lines: string[][] = [];
    for (const { path: file } of await files.list(stageId, path)) {
      lines.push([file, "LOADED", String(rows)]);
      rows = 0;
    }
    return { ...textRow({ file: null, status: null, rows_loaded: null }), rows: lines };
  };
}

function folderIn(sql: string): { readonly path: string; readonly stream: string } {
  const [, path = "", stream = ""] = stagedFolder.exec(sql) ?? [];
  return { path, stream };
}

function columnNames(sql: string): readonly string[] {
  return [...sql.matchAll(/ AS "([^"]+)"/g)].map(([, name = ""]) => name);
}

function textRow(row: Readonly<Record<string, string | null>>): Rows {
  const columns = Object.keys(row).map((name) => ({ name, type: "text", nullable: true }) as const);
  return { kind: "rows", statementTypeId: 0x1000, columns, rows: [Object.values(row)] };
}

function notThere(): Error & EngineProblem {
  const message = "SQL compilation error: it does not exist or not authorized.";
  return Object.assign(new Error(message), { code: "002003", sqlState: "02000", message });
}

async function linesOf(source: Readable): Promise<number> {
  let lines = 0;
  const pieces: AsyncIterable<Buffer> = pipeline(source, createZstdDecompress(), () => undefined);
  for await (const piece of pieces) {
    for (let at = piece.indexOf(lineFeed); at !== -1; at = piece.indexOf(lineFeed, at + 1)) lines += 1;
  }
  return lines;
}
