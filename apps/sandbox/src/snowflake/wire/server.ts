import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, jsonAnswer, textAnswer } from "../../answer.ts";
import { deliver } from "../../delivery.ts";
import { type HttpExchange, listenOn, type StandInServer } from "../../listener.ts";
import { defectAnswer } from "../../stand-in-server.ts";
import { type Route, routeOf, type SnowflakeEndpoint } from "./endpoints.ts";
import { heartbeat, login, logout, oauth, telemetry, token } from "./logins.ts";
import { failure, problemOf, sessionProblems } from "./problem.ts";
import { abort, monitoring, query, result } from "./queries.ts";
import { type Fields, readFields, textField } from "./request-body.ts";
import type { SnowflakeFault, SnowflakeFaultControl } from "./snowflake-faults.ts";
import { type Endpoint, endSession, type WireContext } from "./wire-context.ts";

/** What the server is made of. */
export interface SnowflakeServerOptions {
  readonly context: WireContext;
  readonly faults: SnowflakeFaultControl;
  readonly clock: () => number;
  readonly port: number;
}

/** A request that is being answered. */
interface Exchange extends HttpExchange {
  readonly context: WireContext;
  readonly route: Route;
  readonly fields: Fields;
  readonly fault: SnowflakeFault | undefined;
}

const handlers: Readonly<Record<Exclude<SnowflakeEndpoint, "blob">, Endpoint>> = {
  login,
  token,
  heartbeat,
  logout,
  telemetry,
  query,
  result,
  monitoring,
  abort,
  oauth,
};

function refusal(status: number, message: string): Answer {
  return jsonAnswer({ data: null, code: null, message, success: false }, { status });
}

const notFound = refusal(404, "Not found");
const badRequest = refusal(400, "The body cannot be read.");

function goneProblem(fault: Extract<SnowflakeFault, { kind: "session-gone" }>) {
  return fault.code === "390104" ? sessionProblems.badToken : sessionProblems.goneSession;
}

/** What a fault does to the session of a request before the request is looked at. */
async function spoilSession({ context, request, fault }: Exchange): Promise<void> {
  const session = context.sessions.sessionOf(request.authorization);
  if (session === undefined) return;
  if (fault?.kind === "token-expired") context.sessions.expire(session, { withMasterToken: false });
  if (fault?.kind === "master-token-expired") context.sessions.expire(session, { withMasterToken: true });
  if (fault?.kind === "session-gone" && fault.executed !== true) {
    await endSession(context, session, { by: "fault", problem: goneProblem(fault) });
  }
}

function statementOf({ context, request, route }: Pick<Exchange, "context" | "request" | "route">) {
  if (route.queryId !== undefined) return context.statements.ofQuery(route.queryId);
  return context.statements.ofRequest(request.query.get("requestId") ?? "");
}

async function serviceAnswer(exchange: Exchange): Promise<Answer> {
  const { context, route, request, fields, fault, signal } = exchange;
  await spoilSession(exchange);
  if (route.endpoint === "blob") return notFound;
  if (fault?.kind === "problem" && route.endpoint !== "query") return failure(fault.problem);
  try {
    const { authorization, origin } = request;
    const { queryId } = route;
    const wireRequest = { queryId, query: request.query, authorization, origin, fields, fault, signal };
    return await handlers[route.endpoint](context, wireRequest);
  } catch (error) {
    if (signal.aborted) throw error;
    return failure(problemOf(error));
  }
}

function blobAnswer({ context, request, incoming, fault }: Exchange): Promise<Answer> {
  return context.uploads.answer(request.path, {
    method: request.method,
    query: request.query,
    headers: incoming.headers,
    body: incoming,
    isExpired: fault?.kind === "credential-expired",
    isDamaged: fault?.kind === "wrong-digest",
  });
}

function statusAnswer({ context, route, incoming }: Exchange, status: number): Answer {
  incoming.resume();
  if (route.endpoint === "blob") return context.uploads.statusAnswer(status);
  return textAnswer("Service unavailable", { status, contentType: "text/plain; charset=utf-8" });
}

async function answerOf(exchange: Exchange): Promise<Answer> {
  const { route, fault, signal } = exchange;
  if (fault?.kind === "status") return statusAnswer(exchange, fault.status);
  try {
    return await (route.endpoint === "blob" ? blobAnswer(exchange) : serviceAnswer(exchange));
  } catch (error) {
    if (signal.aborted) throw error;
    return defectAnswer(error);
  }
}

async function endSessionAfter(exchange: Exchange): Promise<Answer | undefined> {
  const { context, request, fault } = exchange;
  const session = context.sessions.sessionOf(request.authorization);
  if (session === undefined) return undefined;
  if (fault?.kind === "lost-answer" && fault.forget === true) {
    const statement = statementOf(exchange);
    if (statement !== undefined) context.statements.forget(statement);
    await endSession(context, session, { by: "fault" });
  }
  if (fault?.kind !== "session-gone" || fault.executed !== true) return undefined;
  await endSession(context, session, { by: "fault", problem: goneProblem(fault) });
  return failure(goneProblem(fault));
}

/** Settles after a while, or earlier when the client goes away. */
async function untilGivenUp({ response, signal }: Exchange, ms: number): Promise<void> {
  const ended = new AbortController();
  const either = { signal: AbortSignal.any([signal, ended.signal]) };
  const waits = [once(response, "close", either), wait(ms, undefined, either)];
  await Promise.race(waits).finally(() => ended.abort());
  await Promise.allSettled(waits);
}

const longestMs = 2 ** 31 - 1;

/** Answers, or lets the answer get lost. */
async function finish(exchange: Exchange, answer: Answer): Promise<void> {
  const { response, logged, fault, signal } = exchange;
  if (fault?.kind === "withheld") await untilGivenUp(exchange, fault.ms ?? longestMs);
  if (fault?.kind === "slow") await untilGivenUp(exchange, fault.ms);
  if (fault?.kind === "withheld" || fault?.kind === "lost-answer") {
    response.socket?.resetAndDestroy();
    return;
  }
  logged.status = answer.status;
  await deliver({ response, answer, signal });
}

async function exchange(options: SnowflakeServerOptions, http: HttpExchange): Promise<void> {
  const { context, faults } = options;
  const { request, incoming, response, logged, signal } = http;
  const isBlob = context.uploads.owns(request.path);
  const route = isBlob
    ? ({ endpoint: "blob", queryId: undefined } as const)
    : routeOf(request.method, request.path);
  const fields = isBlob ? {} : await readFields(incoming).catch(() => undefined);
  if (route === undefined || fields === undefined) {
    const answer = route === undefined ? notFound : badRequest;
    logged.status = answer.status;
    return deliver({ response, answer, signal });
  }
  const sql = textField(fields, "sqlText") ?? statementOf({ context, request, route })?.logged.sql;
  const session = context.sessions.sessionOf(request.authorization)?.id;
  const fault = faults.next({ endpoint: route.endpoint, method: request.method, sql, session })?.fault;
  if (fault !== undefined) logged.fault = fault.kind;
  if (fault?.kind === "lost-request") {
    response.socket?.resetAndDestroy();
    return;
  }
  const answering = { ...http, context, route, fields, fault };
  const answer = await answerOf(answering);
  await finish(answering, (await endSessionAfter(answering)) ?? answer);
}

/** Listens on 127.0.0.1 as a Snowflake account and as the blob store of its stages. Rejects when the port is taken. */
export function listenAsSnowflake(options: SnowflakeServerOptions): Promise<StandInServer> {
  const { clock, port } = options;
  return listenOn({ exchange: (http) => exchange(options, http), clock, port });
}
