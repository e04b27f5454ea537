import { isObject } from "@chorale/singer";
import type { HttpClient, RequestOptions } from "@chorale/tap-sdk";

/** Where a task stands, and how many rows it has cached. */
export interface TaskStatus {
  readonly queue: "active" | "completed" | "draining" | "stale" | "canceled" | "none";
  readonly accumulated: number;
}

/** What a query asks for. */
export interface Criteria {
  readonly view: string;
  readonly fromDate: string;
  readonly toDate: string;
}

/** How long each of the two requests may take that say that nobody waits any more. */
const farewellSeconds = 3;
const queues = ["active", "completed", "draining", "stale"] as const;
type Queues = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Asks where a task stands. */
export async function taskStatus(http: HttpClient, token: string): Promise<TaskStatus> {
  const { body } = await http.request("GET", pathOf(token));
  const lists = queuesIn(body);
  for (const queue of queues) {
    const task = lists[queue]?.find(({ task_id: id }) => id === token);
    if (task === undefined) continue;
    const state = queue === "active" && isCanceled(task) ? "canceled" : queue;
    return { queue: state, accumulated: Number(task["accumulate"]) || 0 };
  }
  return { queue: "none", accumulated: 0 };
}

/** Looks for the task of a query whose answer was lost; its id is the token. */
export async function findTask(http: HttpClient, criteria: Criteria): Promise<string | undefined> {
  const lists = queuesIn((await http.request("GET", "v2/biviews-status")).body);
  const tasks = [...(lists["active"] ?? []), ...(lists["completed"] ?? [])];
  const task = tasks.find((each) => !isCanceled(each) && isFor(each, criteria));
  const id = task?.["task_id"];
  return typeof id === "string" ? id : undefined;
}

/** Gives a task's place back. Nothing happens when it is over. */
export async function cancelTask(
  http: HttpClient,
  token: string,
  options: Pick<RequestOptions, "outlivesRunSeconds"> = {},
): Promise<void> {
  await http.request("DELETE", pathOf(token), {
    ...options,
    classify: ({ status }) => (status === 404 || status === 400 ? "skip" : undefined),
  });
}

/**
 * Gives the place of a task back after the run was stopped, when it still has one. What is complete holds none, and a
 * later run may go on with it. Without a token it is looked for as {@link findTask} does.
 */
export async function leaveTask(
  http: HttpClient,
  { token, criteria }: { token: string | undefined; criteria: Criteria },
): Promise<void> {
  const farewell = { outlivesRunSeconds: farewellSeconds };
  const lists = queuesIn((await http.request("GET", "v2/biviews-status", farewell)).body);
  const task = lists["active"]?.find((each) =>
    token === undefined ? isFor(each, criteria) : each["task_id"] === token,
  );
  const id = task?.["task_id"];
  if (typeof id === "string" && !isCanceled(task)) await cancelTask(http, id, farewell);
}

function isCanceled(task: Readonly<Record<string, unknown>> | undefined): boolean {
  return /^cancel/i.test(String(task?.["status"]));
}

function pathOf(token: string): string {
  return `v2/biviews-status/${encodeURIComponent(token)}`;
}

/** The list of all tasks is wrapped, the one task is not. */
function queuesIn(body: unknown): Queues {
  const lists = isObject(body) && isObject(body["result"]) ? body["result"] : body;
  if (!isObject(lists)) return {};
  return Object.fromEntries(
    queues.map((queue) => {
      const list = lists[queue];
      return [queue, Array.isArray(list) ? list.filter((task) => isObject(task)) : []];
    }),
  );
}

/** Moments are compared without what one side may leave out: the zone and parts of a second. */
function isFor(task: Readonly<Record<string, unknown>>, { view, fromDate, toDate }: Criteria): boolean {
  const query = task["query_config"];
  if (!isObject(query) || query["object_name"] !== view) return false;
  const filter = isObject(query["filter_param"]) ? query["filter_param"] : query["filter_params"];
  if (!isObject(filter)) return false;
  const same = (value: unknown, wanted: string): boolean => String(value).slice(0, wanted.length) === wanted;
  return same(filter["fromDate"], fromDate) && same(filter["toDate"], toDate);
}
