import type { EngineSession, EngineStatement, PutResult, RowsResult, SessionPlace } from "../../contract.ts";
import { problems } from "../problems.ts";
import type { Answer, Command, Work } from "../statements/command.ts";
import { parseStatement } from "../statements/parse-statement.ts";
import { dropTableSql } from "../storage/table-sql.ts";
import { runtimeError } from "../values/runtime-errors.ts";
import type { ParameterValue } from "./parameters.ts";
import type { SessionState } from "./session-state.ts";

/** A session: runs its statements one after another. */
export class Session implements EngineSession {
  readonly #state: SessionState;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(state: SessionState) {
    this.#state = state;
  }

  get place(): SessionPlace {
    return this.#state.place;
  }

  get parameters(): ReadonlyMap<string, ParameterValue> {
    return this.#state.parameters;
  }

  async execute(statement: EngineStatement): Promise<RowsResult | PutResult> {
    const timeoutSeconds = this.#timeoutSeconds(statement);
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = AbortSignal.any([statement.signal, timeout, this.#closing.signal]);
    try {
      const work = { session: this.#state, statement, signal };
      return await this.#state.whileBusy(() => this.#state.turns.run(() => this.#run(work), signal));
    } catch (error) {
      if (signal.aborted && signal.reason === error) {
        throw timeout.aborted && signal.reason === timeout.reason
          ? problems.timedOut(timeoutSeconds)
          : problems.canceled();
      }
      throw runtimeError(error);
    }
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#closed ??= this.#state.turns.run(() => this.#end());
    return this.#closed;
  }

  #timeoutSeconds(statement: EngineStatement): number {
    const name = "STATEMENT_TIMEOUT_IN_SECONDS";
    const seconds = Number(statement.parameters[name] ?? this.#state.parameters.get(name) ?? 0);
    const longest = 2 ** 31 / 1000 - 1;
    return seconds > 0 ? Math.min(seconds, longest) : Math.floor(longest);
  }

  async #run(work: Work): Promise<Answer> {
    work.signal.throwIfAborted();
    this.#state.tellOfAbort();
    const command = parseStatement(work.statement.sql);
    if (command.needsWarehouse && !this.#state.hasUsableWarehouse) throw problems.noWarehouse();
    await this.#settleTransaction(command);
    return command.run(work);
  }

  async #settleTransaction(command: Command): Promise<void> {
    if (command.kind === "ddl") await this.#state.commit();
    if (command.kind === "dml" && this.#state.parameters.get("AUTOCOMMIT") === false) this.#state.begin();
  }

  async #end(): Promise<void> {
    const { duck, parts, temporary } = this.#state;
    parts.sessions.delete(this.#state);
    try {
      await this.#state.rollBack();
      const tables = [...temporary.tables.values()];
      await parts.writer.change(duck, async () => {
        for (const table of tables) await duck.run(dropTableSql(table));
      });
      const stages = [...temporary.stages.values(), ...tables.map(({ stage }) => stage)];
      for (const { id } of stages) await parts.files.drop(id);
    } finally {
      duck.close();
    }
  }
}
