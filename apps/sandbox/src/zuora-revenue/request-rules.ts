import type { Answer } from "../answer.ts";
import { problem } from "./problems.ts";
import type { Criteria } from "./task-book.ts";

/** What a page is asked for with. */
export interface PageQuestion extends Criteria {
  readonly page: number;
  readonly outputType: "csv" | "gzip";
}

/** The parameters of a page, and those of a count. */
const pageNames = ["clientId", "fromDate", "toDate", "pagenum", "pageSize", "outputType"];
const countNames = pageNames.slice(0, 3);
const momentForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u;
const mostRows = { csv: 10_000, gzip: 20_000 } as const;

/** Says what is wrong with the window or the client of a question; undefined when nothing is. */
export function windowProblem(
  query: URLSearchParams,
  { clientId, names = countNames }: { clientId: number; names?: readonly string[] },
): Answer | undefined {
  const unknown = [...query.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) return problem(400, `Invalid parameter ${unknown}`);
  if (query.get("clientId") !== String(clientId)) return problem(400, "Invalid client id");
  for (const name of ["fromDate", "toDate"]) {
    const text = query.get(name) ?? "";
    if (!momentForm.test(text) || Number.isNaN(Date.parse(`${text}Z`))) {
      return problem(400, `Invalid ${name}`);
    }
  }
  return undefined;
}

/** Reads what a page is asked for with; an answer where it makes no sense. */
export function pageQuestion(
  query: URLSearchParams,
  { view, clientId }: { view: string; clientId: number },
): PageQuestion | Answer {
  const wrong = windowProblem(query, { clientId, names: pageNames });
  if (wrong !== undefined) return wrong;
  const outputType = query.get("outputType") ?? "gzip";
  if (outputType !== "csv" && outputType !== "gzip") return problem(400, "Invalid outputType");
  const pageSize = wholeNumber(query.get("pageSize") ?? "1000");
  if (pageSize === undefined || pageSize < 1 || pageSize > mostRows[outputType]) {
    return problem(400, "Invalid pageSize");
  }
  const page = wholeNumber(query.get("pagenum") ?? "1");
  if (page === undefined) return problem(400, "Invalid pagenum");
  const fromDate = query.get("fromDate") ?? "";
  const toDate = query.get("toDate") ?? "";
  return { view, fromDate, toDate, pageSize, page, outputType };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}
