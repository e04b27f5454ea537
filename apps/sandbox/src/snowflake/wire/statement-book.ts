import type { JsonObject } from "../../json.ts";
import { hashOf } from "../../seeded-random.ts";
import type { EngineProblem } from "../contract.ts";
import type { WireSession } from "./session-book.ts";

/** A statement as tests see it. */
export interface LoggedStatement {
  /** Counts from 1 in the order in which statements came in. */
  readonly order: number;
  readonly sql: string;
  readonly session: number;
  readonly queryId: string;
  readonly requestId: string;
  /** How many requests asked for it. */
  requests: number;
  /** The greatest retry count that a request named. */
  retryCount: number;
  /** Whether the engine was given it. */
  isExecuted: boolean;
  /** `ok`, or the code that it failed with; undefined while it runs. */
  outcome: string | undefined;
}

/** How a statement ended: the data of its answer, or its problem. */
export type Outcome = { readonly data: JsonObject } | { readonly problem: EngineProblem };

/** A statement that runs or has run. */
export interface Statement {
  readonly logged: LoggedStatement;
  readonly session: WireSession;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly cancel: () => void;
}

/** What a statement's run is told. */
export interface Run {
  readonly queryId: string;
  readonly logged: LoggedStatement;
  /** Aborted when the statement is cancelled. */
  readonly signal: AbortSignal;
}

const keptOutcomes = 5000;

/** The statements of all sessions, found by their request's id and by their own. */
export class StatementBook {
  readonly logged: LoggedStatement[] = [];
  readonly #seed: number;
  readonly #byRequest = new Map<string, Statement>();
  readonly #byQuery = new Map<string, Statement>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  ofRequest(requestId: string): Statement | undefined {
    return this.#byRequest.get(requestId);
  }

  ofQuery(queryId: string): Statement | undefined {
    return this.#byQuery.get(queryId);
  }

  /** Starts a statement. Its run must not reject. */
  start(options: {
    session: WireSession;
    sql: string;
    requestId: string;
    run(context: Run): Promise<Outcome>;
  }): Statement {
    const { session, sql, requestId } = options;
    const order = this.logged.length + 1;
    const logged: LoggedStatement = {
      order,
      sql,
      session: session.id,
      queryId: this.#queryId(order),
      requestId,
      requests: 0,
      retryCount: 0,
      isExecuted: false,
      outcome: undefined,
    };
    this.logged.push(logged);
    const cancelling = new AbortController();
    const run = { queryId: logged.queryId, logged, signal: cancelling.signal };
    const outcome = options.run(run).then((ended) => {
      logged.outcome = "problem" in ended ? ended.problem.code : "ok";
      return ended;
    });
    const statement = { logged, session, outcome, cancel: () => cancelling.abort() };
    this.#keep(statement);
    return statement;
  }

  /** Cancels what runs in a session. */
  cancelAll(session: WireSession): void {
    for (const statement of this.#byQuery.values()) {
      if (statement.session === session && statement.logged.outcome === undefined) statement.cancel();
    }
  }

  /** Loses every trace of a request, but for the log. */
  forget({ logged }: Statement): void {
    this.#byRequest.delete(logged.requestId);
    this.#byQuery.delete(logged.queryId);
  }

  #keep(statement: Statement): void {
    this.#byRequest.set(statement.logged.requestId, statement);
    this.#byQuery.set(statement.logged.queryId, statement);
    if (this.#byQuery.size <= keptOutcomes) return;
    const [oldest] = this.#byQuery.values();
    if (oldest?.logged.outcome !== undefined) this.forget(oldest);
  }

  #queryId(order: number): string {
    const account = hashOf(this.#seed, "account").toString(16).padStart(8, "0");
    const count = order.toString(16).padStart(12, "0");
    return `01bf${account.slice(0, 4)}-0000-${account.slice(4)}-0000-${count}`;
  }
}
