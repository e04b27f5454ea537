import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "../../answer.ts";
import { isObject } from "../../json.ts";
import type { Bind, EngineProblem } from "../contract.ts";
import { cancelled, failure, problemOf, success, WireProblem } from "./problem.ts";
import { type Fields, objectField, textField } from "./request-body.ts";
import type { WireSession } from "./session-book.ts";
import type { Outcome, Run, Statement } from "./statement-book.ts";
import { rowsData } from "./statement-results.ts";
import type { Endpoint, WireContext, WireRequest } from "./wire-context.ts";

interface StatementRun extends Run {
  readonly session: WireSession;
  readonly sql: string;
}

function isBindValue(value: unknown): value is Bind["value"] {
  const isText = (item: unknown): boolean => item === null || typeof item === "string";
  return Array.isArray(value) ? value.every(isText) : isText(value);
}

/** The binds in their order. Throws for a bind that is none. */
function bindsOf(fields: Fields): readonly Bind[] {
  const entries = Object.entries(objectField(fields, "bindings")).sort(
    ([one], [other]) => Number(one) - Number(other),
  );
  return entries.map(([name, bind]) => {
    if (isObject(bind) && typeof bind["type"] === "string" && isBindValue(bind["value"])) {
      return { type: bind["type"], value: bind["value"] };
    }
    throw new WireProblem({ code: "100037", sqlState: "22023", message: `Bind ${name} is no bind.` });
  });
}

function refuseUnsupported(fields: Fields): void {
  for (const name of ["describeOnly", "bindStage"]) {
    if (fields[name] === undefined || fields[name] === false) continue;
    throw new WireProblem({ code: "000002", sqlState: "0A000", message: `Unsupported feature '${name}'.` });
  }
}

async function execute(context: WireContext, request: WireRequest, run: StatementRun): Promise<Outcome> {
  const { session, sql, queryId, signal } = run;
  refuseUnsupported(request.fields);
  const binds = bindsOf(request.fields);
  const delay = context.statementDelayMs(sql);
  if (delay > 0) await wait(delay, undefined, { signal });
  run.logged.isExecuted = true;
  const parameters = objectField(request.fields, "parameters");
  const result = await session.engine.execute({ sql, binds, queryId, parameters, signal });
  if (result.kind === "rows") return { data: rowsData(result, { session, queryId }) };
  return { data: context.uploads.answerPut({ put: result, queryId, origin: request.origin }) };
}

/** Waits until the statement is cancelled, or for the session's statement timeout. */
async function hang({ session, signal }: StatementRun): Promise<EngineProblem> {
  const seconds = Number(session.engine.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") ?? 0);
  const longest = 2 ** 31 - 1;
  await wait(seconds > 0 ? Math.min(seconds * 1000, longest) : longest, undefined, { signal });
  const message = `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`;
  return { code: "000630", sqlState: "57014", message };
}

/** Runs a statement, or what a fault puts in its place. Never rejects. */
async function outcomeOf(context: WireContext, request: WireRequest, run: StatementRun): Promise<Outcome> {
  const { fault } = request;
  try {
    if (fault?.kind === "problem") return { problem: fault.problem };
    if (fault?.kind === "hang") return { problem: await hang(run) };
    return await execute(context, request, run);
  } catch (error) {
    const isCancelled = error instanceof Error && error.name === "AbortError";
    return { problem: isCancelled ? cancelled : problemOf(error) };
  }
}

function startStatement(context: WireContext, request: WireRequest, requestId: string): Statement {
  const session = context.sessions.authorize(request.authorization);
  const sql = textField(request.fields, "sqlText") ?? "";
  const run = (started: Run) => outcomeOf(context, request, { ...started, session, sql });
  return context.statements.start({ session, sql, requestId, run });
}

/** Waits for an outcome, but not for longer than a while: then there is none. */
async function outcomeWithin(
  statement: Statement,
  ms: number,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const waiting = new AbortController();
  const timer = wait(ms, undefined, { signal: AbortSignal.any([waiting.signal, signal]) });
  try {
    return await Promise.race([statement.outcome, timer]);
  } finally {
    waiting.abort();
    timer.catch(() => undefined);
  }
}

function answerStillRunning({ logged: { queryId } }: Statement, code: string): Answer {
  const data = { queryId, getResultUrl: `/queries/${queryId}/result`, queryAbortsAfterSecs: 300 };
  return success(data, { code, message: "Query execution in progress." });
}

async function answerOutcome(
  context: WireContext,
  statement: Statement,
  request: WireRequest,
): Promise<Answer> {
  const outcome = await outcomeWithin(statement, context.longAfterMs, request.signal);
  if (outcome === undefined) return answerStillRunning(statement, "333333");
  if ("data" in outcome) return success(outcome.data);
  if (statement.session.gone !== undefined) return failure(statement.session.gone);
  const { queryId } = statement.logged;
  return failure(outcome.problem, { queryId });
}

function requestIdOf({ query }: WireRequest): string {
  const requestId = query.get("requestId");
  if (requestId !== null && requestId !== "") return requestId;
  throw new WireProblem({ code: "390001", sqlState: "22023", message: "The request has no requestId." });
}

/** Runs a statement; a request of the same id is answered with the outcome of the first, also while that still runs. */
export const query: Endpoint = async (context, request) => {
  const requestId = requestIdOf(request);
  context.sessions.authorize(request.authorization);
  const statement = context.statements.ofRequest(requestId) ?? startStatement(context, request, requestId);
  const { logged } = statement;
  logged.requests += 1;
  logged.retryCount = Math.max(logged.retryCount, Number(request.query.get("retryCount") ?? 0));
  if (request.fields["asyncExec"] === true) return answerStillRunning(statement, "333334");
  return answerOutcome(context, statement, request);
};

/** Answers a statement's outcome by its query id. */
export const result: Endpoint = async (context, request) => {
  context.sessions.authorize(request.authorization);
  const statement = context.statements.ofQuery(request.queryId ?? "");
  if (statement !== undefined) return answerOutcome(context, statement, request);
  const message = `Statement ${request.queryId} not found`;
  return failure({ code: "000709", sqlState: "02000", message });
};

/** Answers whether a statement runs. */
export const monitoring: Endpoint = async (context, request) => {
  context.sessions.authorize(request.authorization);
  const statement = context.statements.ofQuery(request.queryId ?? "");
  if (statement === undefined) return success({ queries: [] });
  const { queryId, sql, session, outcome } = statement.logged;
  const ended = outcome === undefined ? undefined : await statement.outcome;
  const status = { undefined: "RUNNING", ok: "SUCCESS" }[String(outcome)] ?? "FAILED_WITH_ERROR";
  const problem = ended !== undefined && "problem" in ended ? ended.problem : undefined;
  const errors = { errorCode: problem?.code ?? null, errorMessage: problem?.message ?? null };
  return success({
    queries: [{ id: queryId, sqlText: sql, sessionId: session, status, state: status, ...errors }],
  });
};

/** Cancels a statement, by its query id or by its request's. */
export const abort: Endpoint = (context, request) => {
  context.sessions.authorize(request.authorization);
  const { statements } = context;
  const statement =
    request.queryId === undefined
      ? statements.ofRequest(textField(request.fields, "requestId") ?? "")
      : statements.ofQuery(request.queryId);
  if (statement === undefined || statement.logged.outcome !== undefined) {
    const message = "Identified SQL statement is not currently executing.";
    return failure({ code: "000605", sqlState: "57014", message });
  }
  statement.cancel();
  return success(null);
};
