import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Engine, EngineLogin, EngineOptions, EngineSession } from "../contract.ts";
import { Account } from "./catalogue/account.ts";
import type { EngineChoices } from "./engine.ts";
import { Session } from "./sessions/session.ts";
import { type EngineParts, SessionState } from "./sessions/session-state.ts";
import { type LockHolder, TableLocks } from "./sessions/table-locks.ts";
import { Duck } from "./storage/duck.ts";
import { Writer } from "./storage/writer.ts";
import { registerFunctions } from "./values/functions-registry.ts";

/** More than this is written to the folder. */
const memoryLimit = "2GB";

/** Sessions without a number of a client's count from here, so that no two have the same. */
const firstOwnSession = 1_000_000_000;
const fiveMinutesMs = 300_000;

/** An account over one database of DuckDB. */
export class DuckEngine implements Engine {
  readonly #instance: DuckDBInstance;
  readonly #parts: EngineParts;
  readonly #sessions = new Set<Session>();
  #lastSession = 0;

  private constructor(instance: DuckDBInstance, parts: EngineParts) {
    this.#instance = instance;
    this.#parts = parts;
  }

  static async open({
    world,
    files,
    folder,
    historyRollsBack = true,
    abandonedTransactionMs = fiveMinutesMs,
  }: EngineOptions & EngineChoices): Promise<DuckEngine> {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: memoryLimit,
      // The functions of translations run on JavaScript's one thread: more of DuckDB's only wait for it.
      threads: "1",
      temp_directory: join(folder, `spill-${randomUUID()}`),
    });
    const connection = await instance.connect();
    registerFunctions(connection);
    connection.disconnectSync();
    let last = 0n;
    const sessions = new Set<SessionState>();
    return new DuckEngine(instance, {
      account: new Account(world),
      files,
      writer: new Writer(),
      locks: new TableLocks({
        abandonedMs: abandonedTransactionMs,
        holderOf: (transaction) => holderOf(sessions, transaction),
      }),
      historyRollsBack,
      sessions,
      newTransactionId: () => {
        const now = BigInt(Date.now()) * 1_000_000n;
        last = now > last ? now : last + 1n;
        return String(last);
      },
    });
  }

  async openSession(login: EngineLogin): Promise<EngineSession> {
    const duck = new Duck(await this.#instance.connect());
    this.#lastSession += 1;
    const id = String(login.session ?? firstOwnSession + this.#lastSession);
    const state = new SessionState({ id, login, parts: this.#parts, duck });
    this.#parts.sessions.add(state);
    const session = new Session(state);
    this.#sessions.add(session);
    return session;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.close();
    this.#sessions.clear();
    this.#instance.closeSync();
  }
}

/** The session of an open transaction, as those see it that wait for its locks. */
function holderOf(sessions: ReadonlySet<SessionState>, id: string): LockHolder | undefined {
  const owner = [...sessions].find(({ transaction }) => transaction?.id === id);
  if (owner === undefined) return undefined;
  return {
    idleMs: () => owner.idleMs(),
    // In its own turn: a statement that begins meanwhile keeps the transaction.
    abortIdle: (ms) =>
      owner.turns.run(async () => {
        if (owner.transaction?.id === id && owner.idleMs() >= ms) await owner.abort();
      }),
  };
}
