import type { EngineStatement, PutResult, RowsResult } from "../../contract.ts";
import type { Cursor } from "../parsing/cursor.ts";
import type { SessionState } from "../sessions/session-state.ts";

/** What a statement answers. */
export type Answer = RowsResult | PutResult;

/** A statement that runs. */
export interface Work {
  readonly session: SessionState;
  readonly statement: EngineStatement;
  /** Aborted when the client cancels, or when the statement's time is over. */
  readonly signal: AbortSignal;
}

/** A statement that was understood. */
export interface Command {
  /** DDL commits the open transaction first; DML belongs to it; a read needs none; the rest is about the session. */
  readonly kind: "ddl" | "dml" | "read" | "session";
  readonly needsWarehouse: boolean;
  readonly run: (work: Work) => Promise<Answer>;
}

/** Numbers of kinds of statements, as clients are told. */
export const statementTypes = {
  select: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  copy: 0x3600,
  session: 0x4000,
  transaction: 0x5000,
  ddl: 0x6000,
} as const;

export function ddl(run: (work: Work) => Promise<Answer>): Command {
  return { kind: "ddl", needsWarehouse: false, run };
}

export function dml(run: (work: Work) => Promise<Answer>): Command {
  return { kind: "dml", needsWarehouse: true, run };
}

/** What reads the catalogue only: it needs no warehouse. */
export function metadata(run: (work: Work) => Promise<Answer>): Command {
  return { kind: "session", needsWarehouse: false, run };
}

/** A kind of statement: the words it begins with, and what reads the rest. */
export interface StatementForm {
  readonly words: readonly string[];
  readonly parse: (cursor: Cursor) => Command;
}
