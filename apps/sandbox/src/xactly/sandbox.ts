import type { Answer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listenWithBodies } from "../stand-in-server.ts";
import type { World } from "./cells.ts";
import { badRequest, methodNotAllowed, notFound, statusAnswer, unauthenticated } from "./problems.ts";
import { type MomentForm, ResultBook, type ResultForms, type ResultLimits } from "./result-book.ts";
import { parseSelect } from "./sql-parser.ts";
import { runSelect } from "./sql-run.ts";
import { SqlProblem } from "./sql-tokens.ts";
import { GeneratedTable, type XactlyStore } from "./store.ts";
import { type TenantLayout, tableKinds } from "./table-kinds.ts";
import { TokenBook, type XactlyCredential } from "./token-book.ts";
import { readXactlyRequest, type XactlyRequest } from "./xactly-request.ts";

/** How the answer to a statement names its result: below the API's address, below the host, or as a whole address. */
export type LocationForm = "api" | "host" | "absolute";

/** What an Xactly stand-in is started with. */
export interface XactlyOptions extends TenantLayout, Partial<ResultForms>, Partial<ResultLimits> {
  /** @default 0, a free port */
  readonly port?: number;
  /** What rows are drawn from. @default 1 */
  readonly seed?: number;
  /** How many rows each table has, or how many each of these has. @default 20 */
  readonly rows?: number | Readonly<Record<string, number>>;
  /** How many rows share a MODIFIED_DATE. @default 3 */
  readonly ties?: number;
  /** How many rows a statement may find; more are refused. @default 10 000, which is known to work */
  readonly maxResultRows?: number;
  /** @default "api" */
  readonly locations?: LocationForm;
  /** Tables that the user may not read. @default none */
  readonly deniedTables?: readonly string[];
  readonly credential?: XactlyCredential;
  /** @default for ever */
  readonly tokenLifetimeMs?: number;
  /** Whether the answer with a token says how long it is good. @default false */
  readonly tellsExpiry?: boolean;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** A running Xactly stand-in. */
export interface XactlySandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`; the API is below `/api`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  /** Every statement so far, oldest first. */
  readonly statements: string[];
  readonly faults: FaultControl;
  readonly store: XactlyStore;
  /** Makes every token invalid. */
  revokeTokens(): void;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const defaultCredential: XactlyCredential = {
  username: "sandbox-user",
  password: "sandbox-password",
  clientId: "sandbox-client-id",
  consumer: "sandbox-consumer",
};
const defaultRows = 20;
/** The newest generated row is this old. */
const quietMs = 3_600_000;
const resultPrefix = "/connect/v1/xdbc/results/";
/** Moments that are shown with parts of a second, or that lose them, have some. */
const formsWithMillis: ReadonlySet<MomentForm> = new Set(["millis", "cut", "epoch"]);

interface Service {
  readonly tokens: TokenBook;
  readonly results: ResultBook;
  readonly tables: ReadonlyMap<string, GeneratedTable>;
  readonly denied: ReadonlySet<string>;
  readonly maxResultRows: number;
  readonly locations: LocationForm;
  readonly statements: string[];
}

function tablesOf(options: XactlyOptions, now: () => number): ReadonlyMap<string, GeneratedTable> {
  const { seed = 1, rows = defaultRows, ties = 3, moments = "iso" } = options;
  const endsAt = Math.floor((now() - quietMs) / 1000) * 1000;
  const world: World = { seed, endsAt, ties, hasMillis: formsWithMillis.has(moments) };
  const countOf = (name: string): number => (typeof rows === "number" ? rows : (rows[name] ?? defaultRows));
  return new Map(
    [...tableKinds(options)].map(([name, kind]) => [
      name,
      new GeneratedTable(kind, { world, now, count: countOf(name) }),
    ]),
  );
}

function resultsOf(options: XactlyOptions, clock: () => number): ResultBook {
  const { moments = "iso", numbersAsText = false, columnNames = "none", maxPageRows = 1000 } = options;
  const { largePages = "refuse", goneStatus = 404 } = options;
  const { lifetimeMs = Number.POSITIVE_INFINITY, pagesKept = Number.POSITIVE_INFINITY } = options;
  return new ResultBook({
    forms: { moments, numbersAsText, columnNames },
    limits: { maxPageRows, largePages, lifetimeMs, pagesKept, goneStatus },
    clock,
  });
}

function serviceOf(options: XactlyOptions, clock: () => number): Service {
  const { credential = defaultCredential, tellsExpiry = false } = options;
  const lifetimeMs = options.tokenLifetimeMs ?? Number.POSITIVE_INFINITY;
  return {
    tokens: new TokenBook({ credential, lifetimeMs, tellsExpiry: tellsExpiry && lifetimeMs < 1e12, clock }),
    results: resultsOf(options, clock),
    tables: tablesOf(options, clock),
    denied: new Set(options.deniedTables),
    maxResultRows: options.maxResultRows ?? 10_000,
    locations: options.locations ?? "api",
    statements: [],
  };
}

function answerOf(request: XactlyRequest, service: Service): Answer {
  if (!request.path.startsWith("/api/")) return notFound;
  const path = request.path.slice("/api".length);
  if (path === "/oauth2/token") return service.tokens.answer(request);
  if (!service.tokens.isGood(request.authorization)) return unauthenticated;
  if (path === "/connect/v1/xdbc/execute") return executed(request, service);
  if (!path.startsWith(resultPrefix)) return notFound;
  if (request.method !== "GET") return methodNotAllowed;
  return service.results.page({ id: path.slice(resultPrefix.length), query: request.query });
}

function executed({ method, body, origin, query }: XactlyRequest, service: Service): Answer {
  if (method !== "POST") return methodNotAllowed;
  const { command, defaultSchema, ...rest } = body ?? {};
  const [stranger] = [...Object.keys(rest), ...query.keys()];
  if (stranger !== undefined) return badRequest(`Unknown property ${stranger}`);
  if (typeof command !== "string" || typeof defaultSchema !== "string") {
    return badRequest("command and defaultSchema are required");
  }
  service.statements.push(command);
  try {
    const id = keepResult(command, { defaultSchema, service });
    const prefixes = { api: "", host: "/api", absolute: `${origin}/api` };
    const location = `${prefixes[service.locations]}${resultPrefix}${id}`;
    return { status: 201, headers: { location }, body: "" };
  } catch (error) {
    if (error instanceof SqlProblem) return badRequest(error.message);
    throw error;
  }
}

function keepResult(
  command: string,
  { defaultSchema, service }: { defaultSchema: string; service: Service },
): string {
  const select = parseSelect(command);
  const schema = (select.schema ?? defaultSchema).toLowerCase();
  const name = select.table.toLowerCase();
  const table = schema === "xactly" ? service.tables.get(name) : undefined;
  if (table === undefined) throw new SqlProblem(`Table ${schema}.${name} does not exist`);
  if (service.denied.has(name)) throw new SqlProblem(`No privilege to read ${schema}.${name}`);
  const result = runSelect(select, table.snapshot());
  if (result.rows.length > service.maxResultRows) {
    throw new SqlProblem(`The result has more than ${service.maxResultRows} rows`);
  }
  return service.results.keep(result);
}

function storeOf({ tables }: Service): XactlyStore {
  return {
    table(name) {
      const table = tables.get(name);
      if (table !== undefined) return table;
      throw new Error(`${name}: there is no such table. Take one of ${[...tables.keys()].join(", ")}.`);
    },
  };
}

/**
 * Starts a server on 127.0.0.1 that answers as Xactly Connect's gateway does. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const xactly = await startXactly({ seed: 1, rows: 500 });
 * xactly.store.table("xc_credit").update(3, { NAME: "changed" });
 * await xactly.close();
 * ```
 */
export async function startXactly(options: XactlyOptions = {}): Promise<XactlySandbox> {
  const { clock = Date.now, latencyMs = 0, port } = options;
  const service = serviceOf(options, clock);
  const faults = faultControl(options.faults);
  const answer = (request: XactlyRequest): Answer => answerOf(request, service);
  const server = await listenWithBodies(
    { read: readXactlyRequest, answer, statusAnswer, faults, clock, latencyMs },
    port,
  );
  return {
    ...server,
    faults,
    statements: service.statements,
    store: storeOf(service),
    revokeTokens: () => service.tokens.revoke(),
  };
}
