import { ApiError, isObject } from "@chorale/singer";
import { type AnswerSummary, type ByteAnswer, type HttpClient, mayHaveActed } from "@chorale/tap-sdk";
import { withAdvice } from "./advice.ts";
import { saysRateLimit, type ZuoraRevenueConfig } from "./client.ts";
import type { Criteria } from "./tasks.ts";

/** What a page is asked for with. */
export interface PageRequest extends Criteria {
  readonly page: number;
  readonly pageSize: number;
  /** Undefined for the first page of a query. */
  readonly token: string | undefined;
}

/** What an answer to a request for a page means. */
export type PageAnswer =
  | { readonly kind: "page"; readonly answer: ByteAnswer; readonly token: string | undefined }
  /** There are no rows, or no more. */
  | { readonly kind: "nothing" }
  /** The page is beyond the last one; the totals are those of the query. */
  | { readonly kind: "beyond"; readonly totalRows: number | undefined }
  | { readonly kind: "not-cached" }
  /** The query may run all the same: its answer was lost, for the `error` if there was one, or it waits for a place. */
  | { readonly kind: "lost"; readonly error?: unknown };

/** Sends a request for a page. Throws what nobody can go on after. */
export async function requestPage(
  http: HttpClient,
  { config, request }: { config: ZuoraRevenueConfig; request: PageRequest },
): Promise<PageAnswer> {
  const heard: { kind: ReturnType<typeof meaningOf>; text: string } = { kind: undefined, text: "" };
  const classify = (summary: AnswerSummary) => {
    heard.kind = meaningOf(summary, request);
    heard.text = summary.text;
    return heard.kind === undefined ? undefined : "skip";
  };
  const { view, page, pageSize, token, fromDate, toDate } = request;
  const { output_type: outputType, client_id: clientId } = config;
  // Each request without a token begins another query.
  const once = token === undefined;
  const lost: { error?: unknown } = {};
  const sent = withAdvice(() =>
    http.stream("GET", `v2/biviews/${encodeURIComponent(view)}`, {
      searchParams: { clientId, fromDate, toDate, pagenum: page, pageSize, outputType },
      headers: token === undefined ? {} : { "continuation-token": token },
      classify,
      once,
    }),
  );
  const answer = await sent.catch((error: unknown) => {
    if (!once || !mayHaveActed(error)) throw error;
    lost.error = error;
    return undefined;
  });
  if (answer === undefined) return { kind: "lost", ...lost };
  const { kind, text } = heard;
  if (kind === "beyond") return { kind, totalRows: totalRowsIn(text) };
  if (kind !== undefined) return { kind };
  if (answer.status === 204) return { kind: "nothing" };
  const { headers } = answer;
  return { kind: "page", answer, token: headers["continuation-token"] ?? headers["continuation_token"] };
}

function meaningOf({ status, text, headers }: AnswerSummary, { page, token }: PageRequest) {
  if (status >= 200 && status < 300) return undefined;
  if (status === 400 && /not yet cached/i.test(text)) return "not-cached";
  const isBeyond = /number of total (?:pages|rows)/i.test(text);
  if (status === 404 && isBeyond && (page > 1 || token !== undefined)) return "beyond";
  if (token !== undefined || headers["retry-after"] !== undefined) return undefined;
  const isGateway = status === 502 || status === 503 || status === 504;
  return isGateway || status === 429 || (status !== 401 && saysRateLimit(text)) ? "lost" : undefined;
}

/** How the totals are spelled is not documented. */
function totalRowsIn(text: string): number | undefined {
  const [, rows] = /rows\W{1,10}(\d{1,15})/i.exec(text) ?? [];
  return rows === undefined ? undefined : Number(rows);
}

/** Asks how many rows a window has; undefined where the count does not work, which large views' may not. */
export async function countRows(
  http: HttpClient,
  { criteria, clientId }: { criteria: Criteria; clientId: number },
): Promise<number | undefined> {
  const { view, fromDate, toDate } = criteria;
  try {
    const { body } = await http.request("GET", `v2/biviews/count/${encodeURIComponent(view)}`, {
      searchParams: { clientId, fromDate, toDate },
      classify: ({ status }) => (status === 502 || status === 503 || status === 504 ? "skip" : undefined),
    });
    return isObject(body) && typeof body["count"] === "number" ? body["count"] : undefined;
  } catch (error) {
    if (ApiError.isInstance(error) && error.retryable) return undefined;
    throw error;
  }
}
