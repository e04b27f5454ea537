import { buffer } from "node:stream/consumers";
import type {
  Engine,
  EngineLogin,
  EngineOptions,
  EngineProblem,
  EngineSession,
  EngineStatement,
  PutResult,
  RowsResult,
  StageFiles,
} from "../../../src/snowflake/contract.ts";

/** What a tiny engine saw, and what it is left with. */
export interface TinyEngine {
  readonly open: (options: EngineOptions) => Promise<Engine>;
  readonly logins: EngineLogin[];
  /** The rows that were inserted and committed, or inserted outside a transaction. */
  readonly rows: string[];
  /** The statements that were executed, in the order of their ends. */
  readonly executed: string[];
  /** Statements that wait, until this is called. */
  release(): void;
  closedSessions: number;
}

function refuse(problem: EngineProblem): never {
  throw Object.assign(new Error(problem.message), { problem });
}

export function rowsOf(
  columns: RowsResult["columns"],
  rows: RowsResult["rows"],
  statementTypeId = 0x1000,
): RowsResult {
  return { kind: "rows", statementTypeId, columns, rows };
}

function oneText(name: string, value: string, statementTypeId?: number): RowsResult {
  return rowsOf([{ name, type: "text", nullable: true, length: 16_777_216 }], [[value]], statementTypeId);
}

function put(sql: string): PutResult {
  const source = /file:\/\/([^\s']+)/u.exec(sql)?.[1] ?? "";
  const [, stageName = "", path = ""] = /@(\w+)\/?([^\s']*)/u.exec(sql) ?? [];
  const isOn = (option: string, usual: boolean) =>
    new RegExp(`${option}\\s*=\\s*${usual ? "FALSE" : "TRUE"}`, "iu").test(sql) ? !usual : usual;
  return {
    kind: "put",
    sources: [source],
    stage: {
      stageId: stageName,
      path: path === "" || path.endsWith("/") ? path : `${path}/`,
      isEncrypted: stageName.startsWith("encrypted"),
    },
    autoCompress: isOn("AUTO_COMPRESS", true),
    sourceCompression: "AUTO_DETECT",
    overwrite: isOn("OVERWRITE", false),
    parallel: 4,
  };
}

interface World {
  readonly files: StageFiles;
  readonly released: Promise<unknown>;
  readonly committed: string[];
  readonly executed: string[];
}

class TinySession implements EngineSession {
  readonly place: EngineSession["place"];
  readonly parameters = new Map<string, string | number | boolean>([["TIMEZONE", "UTC"]]);
  readonly #world: World;
  readonly #onClose: () => void;
  #transaction: string[] | undefined;

  constructor(login: EngineLogin, world: World, onClose: () => void) {
    const { database = null, schema = null, warehouse = null, role = null } = login;
    this.place = { database, schema, warehouse, role };
    this.#world = world;
    this.#onClose = onClose;
  }

  async execute(statement: EngineStatement): Promise<RowsResult | PutResult> {
    const result = await this.#answer(statement);
    this.#world.executed.push(statement.sql);
    return result;
  }

  async close(): Promise<void> {
    this.#transaction = undefined;
    this.#onClose();
  }

  #answer({ sql, binds, signal }: EngineStatement): Promise<RowsResult | PutResult> | RowsResult | PutResult {
    const [word = ""] = sql.split(/[\s(]/u);
    switch (word.toUpperCase()) {
      case "PUT":
        return put(sql);
      case "BEGIN":
        this.#transaction = [];
        return oneText("status", "Statement executed successfully.", 0x5000);
      case "COMMIT":
        this.#world.committed.push(...(this.#transaction ?? []));
        this.#transaction = undefined;
        return oneText("status", "Statement executed successfully.", 0x5000);
      case "INSERT":
        (this.#transaction ?? this.#world.committed).push(sql.slice(7));
        return rowsOf(
          [{ name: "number of rows inserted", type: "fixed", nullable: false, precision: 19, scale: 0 }],
          [["1"]],
          0x3100,
        );
      case "READ":
        return this.#read(sql.slice(5));
      case "WAIT":
        return this.#wait(signal);
      case "BINDS":
        return oneText("binds", JSON.stringify(binds));
      case "ALTER":
        this.#set(sql);
        return oneText("status", "Statement executed successfully.", 0x4000);
      case "FAIL":
        return refuse({
          code: "002003",
          sqlState: "42S02",
          message: "Object 'X' does not exist or not authorized.",
        });
      case "BREAK":
        throw new TypeError("broken");
      default:
        return oneText("answer", sql);
    }
  }

  #set(sql: string): void {
    const [, name = "", text, number] = /SET (\w+)\s*=\s*(?:'(.*)'|(\S+))/u.exec(sql) ?? [];
    this.parameters.set(name, text ?? Number(number));
  }

  /** Answers what is in a stage's file, as hexadecimal text. */
  async #read(location: string): Promise<RowsResult> {
    const [stageId = "", ...path] = location.split("/");
    const [file] = await this.#world.files.list(stageId, path.join("/"));
    if (file === undefined)
      refuse({ code: "100016", sqlState: "22000", message: "Remote file was not found." });
    const bytes = await buffer(this.#world.files.open(stageId, file.path));
    return oneText("bytes", bytes.toString("hex"));
  }

  #wait(signal: AbortSignal): Promise<RowsResult> {
    const { promise, reject } = Promise.withResolvers<RowsResult>();
    signal.addEventListener("abort", () => reject(signal.reason));
    return Promise.race([promise, this.#world.released.then(() => oneText("answer", "released"))]);
  }
}

/** An engine of a few statements, none of them SQL's own business. */
export function tinyEngine(): TinyEngine {
  const { promise: released, resolve } = Promise.withResolvers<void>();
  const tiny: TinyEngine = {
    logins: [],
    rows: [],
    executed: [],
    closedSessions: 0,
    release: resolve,
    open: async ({ files }) => ({
      openSession: async (login) => {
        tiny.logins.push(login);
        const world = { files, released, committed: tiny.rows, executed: tiny.executed };
        return new TinySession(login, world, () => {
          tiny.closedSessions += 1;
        });
      },
      close: async () => undefined,
    }),
  };
  return tiny;
}
