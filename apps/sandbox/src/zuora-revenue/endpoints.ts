import { gzipSync } from "node:zlib";
import { jsonAnswer, textAnswer } from "../answer.ts";
import type { ByteAnswer, EndpointContext } from "./endpoint-context.ts";
import { beyondEnd, notCached, nothing, problem } from "./problems.ts";
import { type PageQuestion, pageQuestion, windowProblem } from "./request-rules.ts";
import type { DateWindow } from "./store.ts";
import { shownTask, type Task } from "./task-book.ts";
import { describedColumns } from "./views.ts";

/** A request for an endpoint of BI views. */
export interface ViewRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  /** The path's segments below `/v2`. */
  readonly segments: readonly string[];
  readonly continuation: string | undefined;
}

const mostActive = 5;
const queues = ["active", "completed", "draining", "stale"] as const;

/** Answers a request below `/v2`. */
export function viewsAnswer(request: ViewRequest, context: EndpointContext): ByteAnswer {
  const [area = "", first = "", second, ...more] = request.segments;
  if (more.length > 0) return problem(404, "Not found");
  if (area === "biviews-status" && second === undefined) return statusAnswerOf(request, context);
  if (area !== "biviews" || first === "") return problem(404, "Not found");
  if (request.method !== "GET") return problem(404, "Not found");
  if (first === "count" && second !== undefined) return countAnswer(second, { request, context });
  if (second === "describe-columns") return describeAnswer(first, context);
  return second === undefined ? pageAnswer(first, { request, context }) : problem(404, "Not found");
}

interface Asked {
  readonly request: ViewRequest;
  readonly context: EndpointContext;
}

function noView(view: string): ByteAnswer {
  return problem(400, `BI view does not exist: ${view}`);
}

function windowOf({ fromDate, toDate }: { fromDate: string; toDate: string }): DateWindow {
  return { from: Date.parse(`${fromDate}Z`), to: Date.parse(`${toDate}Z`) };
}

function countAnswer(view: string, { request, context }: Asked): ByteAnswer {
  const { query } = request;
  const { store, quirks, clientId } = context;
  if (store.columns(view) === undefined) return noView(view);
  const wrong = windowProblem(query, { clientId });
  if (wrong !== undefined) return wrong;
  if (!quirks.counts) return problem(504, "Gateway time-out");
  const window = windowOf({ fromDate: query.get("fromDate") ?? "", toDate: query.get("toDate") ?? "" });
  return jsonAnswer({ count: store.select(view, window).length + quirks.countDrift });
}

/** The vendor serves this list as HTML. */
function describeAnswer(view: string, { store }: EndpointContext): ByteAnswer {
  const columns = store.columns(view);
  if (columns === undefined) return noView(view);
  return textAnswer(JSON.stringify(describedColumns(columns)), { status: 200, contentType: "text/html" });
}

function statusAnswerOf(
  { method, segments }: ViewRequest,
  { tasks }: Pick<EndpointContext, "tasks">,
): ByteAnswer {
  const id = segments[1];
  if (method === "DELETE") {
    return id !== undefined && tasks.cancel(id) ? jsonAnswer({ status: "Success" }) : nothing;
  }
  if (method !== "GET") return problem(404, "Not found");
  const form = id === undefined ? "list" : "single";
  const lists = Object.fromEntries(
    queues.map((queue) => {
      const found =
        queue === "active" ? [...tasks.all("active"), ...tasks.all("canceled")] : tasks.all(queue);
      const asked = found.filter((task) => id === undefined || task.id === id);
      return [queue, asked.map((task) => shownTask(task, form))];
    }),
  );
  if (form === "single") return jsonAnswer(lists);
  const isEmpty = Object.values(lists).every((list) => list.length === 0);
  return isEmpty ? nothing : jsonAnswer({ result: lists, status: "Success" });
}

function pageAnswer(view: string, { request, context }: Asked): ByteAnswer {
  const { store, clientId } = context;
  if (store.columns(view) === undefined) return noView(view);
  const question = pageQuestion(request.query, { view, clientId });
  if ("status" in question) return question;
  if (question.page === 0) return nothing;
  return request.continuation === undefined
    ? queriedPage(question, context)
    : cachedPage(question, { context, token: request.continuation });
}

/** Without a token each page runs the query again; the first one also starts a task. */
function queriedPage(question: PageQuestion, context: EndpointContext): ByteAnswer {
  const { store, tasks, quirks } = context;
  const active = tasks.all("active");
  if (active.length >= mostActive || active.some(({ view }) => view === question.view)) {
    return problem(quirks.rateLimitStatus, "Rate limit alert: too many queries are being processed");
  }
  const places = store.select(question.view, windowOf(question));
  if (places.length === 0) return nothing;
  if (question.page > 1) return slice(places, { question, context });
  const task = tasks.start(question, places);
  if (tasks.takeLoss(question.view)) return problem(504, "Gateway time-out");
  const answer = slice(places, { question, context });
  const { tokenHeader } = quirks;
  return tokenHeader === "none"
    ? answer
    : { ...answer, headers: { ...answer.headers, [tokenHeader]: task.id } };
}

function cachedPage(
  question: PageQuestion,
  { context, token }: { context: EndpointContext; token: string },
): ByteAnswer {
  const { tasks, quirks } = context;
  const task = tasks.find(token, question.page);
  if (task === undefined) return notCached;
  const { view, fromDate, toDate, pageSize, places } = task;
  if (view !== question.view || fromDate !== question.fromDate || toDate !== question.toDate) {
    return problem(400, "The criteria are not those of the continuation token");
  }
  if (pageSize !== question.pageSize) return problem(400, "Invalid pageSize for the continuation token");
  if (!tasks.isCached(task, question.page)) return notCached;
  if ((question.page - 1) * pageSize < places.length) return slice(places, { question, context });
  const pages = Math.ceil(places.length / pageSize);
  return quirks.pastTheEnd === "404" ? beyondEnd({ pages, rows: places.length }) : notCached;
}

function slice(
  places: Task["places"],
  { question, context }: { question: PageQuestion; context: EndpointContext },
): ByteAnswer {
  const { view, page, pageSize, outputType } = question;
  const { store, quirks } = context;
  const some = places.slice((page - 1) * pageSize, page * pageSize);
  if (some.length === 0) return nothing;
  const hasHeader = page === 1 || quirks.headerOn === "every page";
  const names = (store.columns(view) ?? []).map(({ name }) => name).join(",");
  const lines = [...(hasHeader ? [names] : []), ...store.lines(view, some)];
  const end = quirks.crLf ? "\r\n" : "\n";
  const text = `${quirks.byteOrderMark ? "\uFEFF" : ""}${lines.join(end)}${end}`;
  const bytes = outputType === "gzip" ? gzipSync(text, { level: 1 }) : Buffer.from(text);
  return { status: 200, headers: { "content-type": "text/html" }, body: "", bytes };
}
