import { ApiError, isObject, SchemaError } from "@chorale/singer";
import { ResultGone, type RouteContext, type SqlRoute, type SqlRow } from "./sql-route.ts";
import { schemaName, selectText } from "./sql-text.ts";

/** The size of page that is known to work. */
const knownPageRows = 100;

interface ResultPage {
  readonly rows: readonly SqlRow[];
  readonly totalRows: number | undefined;
  readonly columns: readonly string[] | undefined;
}

/** Opens the way through Connect's gateway: a statement is executed, and its result fetched page by page. */
export function connectRoute(context: RouteContext): SqlRoute {
  return new ConnectRoute(context);
}

class ConnectRoute implements SqlRoute {
  readonly #context: RouteContext;
  #pageRows: number;

  constructor(context: RouteContext) {
    this.#context = context;
    this.#pageRows = context.config.page_size;
  }

  async *query(sql: string): AsyncGenerator<SqlRow, void, void> {
    const result = await this.#execute(sql);
    let start = 0;
    let total: number | undefined;
    for (;;) {
      const { rows, totalRows } = await this.#page(result, start);
      if (start > 0 && totalRows !== total) throw gone(`its size changed from ${total} to ${totalRows} rows`);
      total = totalRows;
      yield* rows;
      start += rows.length;
      const isEnd = total === undefined ? rows.length === 0 : start >= total;
      if (isEnd) return;
      if (rows.length === 0) throw gone(`it ended after ${start} of ${total} rows`);
    }
  }

  async columnsOf(table: string): Promise<readonly string[] | undefined> {
    const result = await this.#execute(selectText({ table, columns: ["*"], limit: 1 }));
    const { columns } = await this.#page(result, 0);
    return columns;
  }

  /** Answers the address of the result. */
  async #execute(command: string): Promise<string> {
    const { http, config } = this.#context;
    try {
      const path = "connect/v1/xdbc/execute";
      const { headers, url, bytes } = await http.stream("POST", path, {
        json: { command, defaultSchema: schemaName },
      });
      // What the body holds is not documented. It is read so that the connection can be used again.
      for await (const _piece of bytes);
      const { location = "" } = headers;
      if (location !== "") return resultPath(location, config.api_url);
      const what = "Connect executed a statement and named no result: the answer has no Location header";
      throw new ApiError(`${what}. Check api_url.`, { method: "POST", url, retryable: false });
    } catch (error) {
      throw statementError(error, command);
    }
  }

  async #page(result: string, start: number): Promise<ResultPage> {
    const size = this.#pageRows;
    const { http, log } = this.#context;
    try {
      const searchParams = { start, size };
      const { body } = await http.request("GET", result, { searchParams, exactNumbers: true });
      return pageOf(body);
    } catch (error) {
      if (!ApiError.isInstance(error)) throw error;
      if (error.status === 404 || error.status === 410) throw gone(`answered ${error.status}`, error);
      if (error.status !== 400 || size <= knownPageRows) throw error;
      log.info(`Connect refused pages of ${size} rows; ${knownPageRows} are fetched at a time`, {
        page_size: size,
      });
      this.#pageRows = knownPageRows;
      return this.#page(result, start);
    }
  }
}

function gone(what: string, cause?: unknown): ResultGone {
  return new ResultGone(
    `Connect lost a result: ${what}. Try again later.`,
    cause === undefined ? {} : { cause },
  );
}

/** What is refused for good is refused for what the statement names. */
function statementError(error: unknown, command: string): unknown {
  if (!ApiError.isInstance(error) || error.retryable || error.status === undefined) return error;
  const { method, url, status, bodyExcerpt = "" } = error;
  const said = bodyExcerpt === "" ? "" : `: ${bodyExcerpt.replace(/[.\s]+$/, "")}`;
  const advice =
    "If the tenant lacks a column, name it in exclude_columns; if the table, deselect its stream.";
  const table = / FROM (\S+)/.exec(command)?.[1] ?? "";
  return new ApiError(`Connect refused a statement on ${table} with ${status}${said}. ${advice}`, {
    method,
    url,
    status,
    bodyExcerpt,
    retryable: false,
    cause: error,
  });
}

/** A result's address is whole, or below the host, or below the API's own path: both were seen. */
function resultPath(location: string, apiUrl: string): string {
  if (/^https?:/i.test(location)) return location;
  const base = URL.parse(apiUrl.trim())?.pathname.replace(/\/*$/, "/") ?? "/";
  if (location.startsWith("/api/") || location.startsWith(base)) return location;
  return location.replace(/^\/+/, "");
}

function pageOf(body: unknown): ResultPage {
  const data = isObject(body) ? body["data"] : undefined;
  const rows = isObject(data) ? data["rows"] : undefined;
  if (!isObject(data) || !isRowList(rows)) {
    throw new SchemaError("Connect answered a page of a result without data.rows. Check api_url.", {
      stream: "",
    });
  }
  const total = Number(data["totalRows"] ?? Number.NaN);
  return {
    rows,
    totalRows: Number.isNaN(total) ? undefined : total,
    columns: namesOf(data["columns"] ?? data["metadata"]),
  };
}

function isRowList(value: unknown): value is readonly SqlRow[] {
  return Array.isArray(value) && value.every((row) => Array.isArray(row));
}

/** Whether, and how, columns are named is not documented. */
function namesOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const names = value.map((each: unknown) => (isObject(each) ? (each["name"] ?? each["columnName"]) : each));
  return names.every((name) => typeof name === "string") ? names : undefined;
}
