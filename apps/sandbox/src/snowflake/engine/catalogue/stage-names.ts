import type { Cursor } from "../parsing/cursor.ts";
import type { SessionState } from "../sessions/session-state.ts";
import { syntaxError } from "../values/problem.ts";
import { fullName, type ObjectName, type Stage } from "./model.ts";

/** A stage and a path in it, as they were written: `@db.schema.stage/path`, `@~/path`, `@%table/path`. */
export interface WrittenStage {
  readonly kind: "named" | "user" | "table";
  readonly parts: readonly string[];
  /** Without the slash before it. */
  readonly path: string;
}

/** A stage that was found. */
export interface FoundStage {
  readonly stage: Stage;
  readonly path: string;
  /** How its files are named in LIST: the stage's own name in small letters, or nothing for `@~` and `@%table`. */
  readonly listPrefix: string;
  readonly name: ObjectName | null;
}

const part = '(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)';
const written = new RegExp(String.raw`^@(?:(~)|((?:${part}\.){0,2})(%?)(${part}))(?:/(.*))?$`, "su");

/** Reads a stage's text. Answers undefined for what is none. */
export function readStage(text: string): WrittenStage | undefined {
  const found = written.exec(text);
  if (found === null) return undefined;
  const [, user, qualifier = "", percent, name = "", path = ""] = found;
  if (user !== undefined) return { kind: "user", parts: [], path };
  const parts = [...(qualifier.match(new RegExp(part, "gu")) ?? []), name].map(folded);
  return { kind: percent === "%" ? "table" : "named", parts, path };
}

function folded(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toUpperCase();
}

/** Takes a stage, bare or in single quotes. */
export function takeStage(cursor: Cursor): WrittenStage {
  const token = cursor.peek();
  const stage = token?.kind === "stage" || token?.kind === "string" ? readStage(token.value) : undefined;
  if (stage === undefined) throw syntaxError(token);
  cursor.next();
  return stage;
}

/** Finds a stage. Throws 002003 for one that is not there. */
export function findStage(session: SessionState, { kind, parts, path }: WrittenStage): FoundStage {
  if (kind === "user") {
    return { stage: session.account.userStage(session.user), path, listPrefix: "", name: null };
  }
  if (kind === "table") {
    const { table } = session.names.table(parts, "Table");
    return { stage: table.stage, path, listPrefix: "", name: null };
  }
  const name = session.names.complete(parts);
  const stage = session.names.stage(parts);
  return { stage, path, listPrefix: `${name.name.toLowerCase()}/`, name };
}

/** Refuses a stage without the privilege; the user's and the tables' stages need none. */
export function checkStage(session: SessionState, { name }: FoundStage, privilege: "READ" | "WRITE"): void {
  if (name !== null) session.check(privilege, "STAGE", fullName(name));
}
