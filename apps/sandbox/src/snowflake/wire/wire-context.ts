import type { Answer } from "../../answer.ts";
import type { Engine, EngineProblem } from "../contract.ts";
import type { StageUploads } from "../store/stage-uploads.ts";
import type { Account } from "./credentials.ts";
import type { Fields } from "./request-body.ts";
import type { LoggedSession, SessionBook, WireSession } from "./session-book.ts";
import type { SnowflakeFault } from "./snowflake-faults.ts";
import type { StatementBook } from "./statement-book.ts";

/** What the service consists of. */
export interface WireContext {
  readonly account: Account;
  readonly engine: Engine;
  readonly sessions: SessionBook;
  readonly statements: StatementBook;
  readonly uploads: StageUploads;
  /** After how long an answer says that the statement still runs. */
  readonly longAfterMs: number;
  /** How long a statement computes before the engine is given it. */
  readonly statementDelayMs: (sql: string) => number;
}

/** A request to the service, its body read. */
export interface WireRequest {
  /** The query id in the path. */
  readonly queryId: string | undefined;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly origin: string;
  readonly fields: Fields;
  readonly fault: SnowflakeFault | undefined;
  /** Aborted when the stand-in closes. */
  readonly signal: AbortSignal;
}

/** Answers one endpoint. What it throws becomes a problem. */
export type Endpoint = (context: WireContext, request: WireRequest) => Answer | Promise<Answer>;

/** Cancels what runs in a session and closes it. */
export async function endSession(
  { sessions, statements }: WireContext,
  session: WireSession,
  end: { by: LoggedSession["closedBy"]; problem?: EngineProblem },
): Promise<void> {
  statements.cancelAll(session);
  await sessions.close(session, end);
}
