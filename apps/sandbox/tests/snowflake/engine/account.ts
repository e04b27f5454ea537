import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  Bind,
  Engine,
  EngineLogin,
  EngineProblem,
  EngineSession,
  EngineWorld,
  PutResult,
  RowsResult,
  StageFile,
  StageFiles,
} from "../../../src/snowflake/contract.ts";
import { type EngineChoices, openEngine } from "../../../src/snowflake/engine/engine.ts";
import { EngineError } from "../../../src/snowflake/engine/values/problem.ts";

/** Stages' files in a folder, as plain as can be. */
export class FolderStages implements StageFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(stageId: string, path = ""): string {
    return join(this.#folder, stageId, ...path.split("/").map(encodeURIComponent));
  }

  async put(stageId: string, path: string, bytes: Uint8Array | string): Promise<void> {
    await mkdir(dirname(this.#path(stageId, path)), { recursive: true });
    await writeFile(this.#path(stageId, path), bytes);
  }

  async list(stageId: string, prefix: string): Promise<readonly StageFile[]> {
    const folder = this.#path(stageId);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files: StageFile[] = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const full = join(entry.parentPath, entry.name);
      const path = full
        .slice(folder.length + 1)
        .split("/")
        .map(decodeURIComponent)
        .join("/");
      if (!path.startsWith(prefix)) continue;
      const bytes = await readFile(full);
      const { mtime } = await stat(full);
      files.push({
        path,
        bytes: bytes.length,
        md5: createHash("md5").update(bytes).digest("hex"),
        modifiedAt: mtime,
      });
    }
    return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  }

  open(stageId: string, path: string) {
    return createReadStream(this.#path(stageId, path));
  }

  async remove(stageId: string, path: string): Promise<void> {
    await rm(this.#path(stageId, path));
  }

  async drop(stageId: string): Promise<void> {
    await rm(this.#path(stageId), { recursive: true, force: true });
  }
}

export const world: EngineWorld = {
  databases: [
    { name: "RAW", schemas: ["PUBLIC", "SALES"] },
    { name: "Mixed", schemas: ["PUBLIC", "lower"] },
  ],
  warehouses: ["LOADING", "Small wh"],
  roles: {
    LOADER: { lacks: [] },
    READER: {
      lacks: [
        "CREATE TABLE ON SCHEMA RAW.PUBLIC",
        "INSERT ON TABLE RAW.PUBLIC.T",
        "USAGE ON WAREHOUSE LOADING",
      ],
    },
  },
};

export const login: EngineLogin = {
  user: "ADA",
  role: "LOADER",
  warehouse: "LOADING",
  database: "RAW",
  schema: "PUBLIC",
};

/** What a test asks of a session. */
export interface Asker {
  readonly session: EngineSession;
  run(sql: string, options?: Partial<Asked>): Promise<RowsResult>;
  /** The rows only. */
  rows(sql: string, options?: Partial<Asked>): Promise<readonly (readonly (string | null)[])[]>;
  put(sql: string): Promise<PutResult>;
  /** What a statement is refused with. */
  problem(sql: string, options?: Partial<Asked>): Promise<EngineProblem>;
  /** The code and the SQL state of a refusal. */
  code(sql: string, options?: Partial<Asked>): Promise<string>;
}

interface Asked {
  readonly binds: readonly Bind[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly queryId: string;
}

/** An account in a folder of its own. */
export interface TestAccount {
  readonly engine: Engine;
  readonly stages: FolderStages;
  /** Sets files into a stage that a session names: `@stage/path`. */
  stage(asker: Asker, stage: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  open(more?: Partial<EngineLogin>): Promise<Asker>;
  close(): Promise<void>;
}

export async function openAccount(
  choices: EngineChoices & { world?: EngineWorld; abandonedTransactionMs?: number } = {},
): Promise<TestAccount> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-account-"));
  const stages = new FolderStages(join(folder, "stages"));
  const engine = await openEngine({ world, files: stages, folder, ...choices });
  return {
    engine,
    stages,
    async stage(asker, stage, files) {
      const { stage: place } = await asker.put(`PUT 'file:///nothing' '${stage}'`);
      for (const [name, bytes] of Object.entries(files))
        await stages.put(place.stageId, `${place.path}${name}`, bytes);
    },
    async open(more = {}) {
      return askerOf(await engine.openSession({ ...login, ...more }));
    },
    async close() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let queries = 0;

function askerOf(session: EngineSession): Asker {
  const execute = (sql: string, asked: Partial<Asked> = {}) => {
    queries += 1;
    const signal = new AbortController().signal;
    return session.execute({ sql, binds: [], parameters: {}, queryId: `query-${queries}`, signal, ...asked });
  };
  const run: Asker["run"] = async (sql, asked) => {
    const result = await execute(sql, asked);
    if (result.kind !== "rows") throw new Error(`${sql} answered a ${result.kind}`);
    return result;
  };
  const problem: Asker["problem"] = async (sql, asked) => {
    const failure: unknown = await execute(sql, asked).then(
      () => new Error(`not refused: ${sql}`),
      (error: unknown) => error,
    );
    if (failure instanceof EngineError) return failure.problem;
    throw failure;
  };
  return {
    session,
    run,
    rows: async (sql, asked) => (await run(sql, asked)).rows,
    async put(sql) {
      const result = await execute(sql);
      if (result.kind !== "put") throw new Error(`${sql} answered ${result.kind}`);
      return result;
    },
    problem,
    code: async (sql, asked) => {
      const { code, sqlState } = await problem(sql, asked);
      return `${code} (${sqlState})`;
    },
  };
}

/** Runs a test on an account of its own. */
export async function withAccount(
  test: (account: TestAccount, asker: Asker) => Promise<void>,
  choices: EngineChoices & { world?: EngineWorld } = {},
): Promise<void> {
  const account = await openAccount(choices);
  try {
    await test(account, await account.open());
  } finally {
    await account.close();
  }
}
