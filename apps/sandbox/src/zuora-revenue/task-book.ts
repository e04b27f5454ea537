import type { Json } from "../json.ts";

/** What a page-1 request asked for; later pages and lookups must say the same. */
export interface Criteria {
  readonly view: string;
  readonly fromDate: string;
  readonly toDate: string;
  readonly pageSize: number;
}

/** What becomes of a task. */
export type TaskFate = "stale" | "canceled" | "forgotten";

/** A query and its cached pages. */
export interface Task extends Criteria {
  readonly id: string;
  readonly places: readonly number[];
  /** How often each page is still answered with "not cached". */
  lag: number;
  state: "active" | "completed" | "stale" | "canceled" | "draining" | "gone";
  /** When it came into its state. */
  since: number;
}

/** A fate that waits for a page of a view. */
export interface PlannedFate {
  readonly view: string;
  readonly page: number;
  readonly becomes: TaskFate;
}

/** What tests may do to tasks, and see of them. */
export interface TaskControl {
  /** The next request for the page finds the task in another state. */
  plan(fate: PlannedFate): void;
  /** The next first page of the view is computed, and its answer lost on the way: 504. */
  loseAnswer(view: string): void;
  /** Drops all tasks, as after a day. */
  forgetAll(): void;
  /** Ids of tasks that were cancelled, oldest first. */
  readonly cancelled: readonly string[];
  /** Ids of tasks that are under way. */
  active(): readonly string[];
  /** The most tasks that were under way at a time. */
  readonly mostActive: number;
}

const keptMs = 300_000;
const drainedMs = 5000;

/** The tasks of a tenant. */
export class TaskBook implements TaskControl {
  readonly #tasks = new Map<string, Task>();
  readonly #fates: PlannedFate[] = [];
  readonly #lost = new Set<string>();
  readonly #clock: () => number;
  readonly #lag: number;
  readonly cancelled: string[] = [];
  #count = 0;
  mostActive = 0;

  constructor({ clock, lag }: { clock: () => number; lag: number }) {
    this.#clock = clock;
    this.#lag = lag;
  }

  plan(fate: PlannedFate): void {
    this.#fates.push(fate);
  }

  loseAnswer(view: string): void {
    this.#lost.add(view);
  }

  /** Whether the answer of this first page gets lost; only once. */
  takeLoss(view: string): boolean {
    return this.#lost.delete(view);
  }

  forgetAll(): void {
    this.#tasks.clear();
  }

  active(): readonly string[] {
    return this.all("active").map(({ id }) => id);
  }

  start(criteria: Criteria, places: readonly number[]): Task {
    this.#count += 1;
    const id = `5f0c2a6e-0000-4000-8000-${String(this.#count).padStart(12, "0")}`;
    const isShort = places.length < criteria.pageSize;
    const state = isShort ? "completed" : "active";
    const task: Task = { ...criteria, id, places, lag: this.#lag, state, since: this.#clock() };
    this.#tasks.set(id, task);
    this.mostActive = Math.max(this.mostActive, this.active().length);
    return task;
  }

  /** The task of a token, after the fate of this page befell it. */
  find(id: string, page: number): Task | undefined {
    const task = this.#current(id);
    const at = this.#fates.findIndex((fate) => fate.view === task?.view && fate.page === page);
    const [fate] = at < 0 ? [] : this.#fates.splice(at, 1);
    if (task === undefined || fate === undefined) return task;
    this.#move(task, fate.becomes === "forgotten" ? "gone" : fate.becomes);
    return this.#current(id);
  }

  /** Caches another page, and says whether it was there; the last one completes the task. */
  isCached(task: Task, page: number): boolean {
    if (task.state === "completed") return true;
    if (task.state !== "active") return false;
    if (task.lag > 0) {
      task.lag -= 1;
      return false;
    }
    task.lag = this.#lag;
    if (page * task.pageSize >= task.places.length) this.#move(task, "completed");
    return true;
  }

  cancel(id: string): boolean {
    const task = this.#current(id);
    if (task === undefined) return false;
    this.cancelled.push(id);
    this.#move(task, "draining");
    return true;
  }

  all(state: Task["state"]): readonly Task[] {
    return [...this.#tasks.keys()].flatMap((id) => {
      const task = this.#current(id);
      return task?.state === state ? [task] : [];
    });
  }

  #move(task: Task, state: Task["state"]): void {
    task.state = state;
    task.since = this.#clock();
  }

  #current(id: string): Task | undefined {
    const task = this.#tasks.get(id);
    if (task === undefined) return undefined;
    const age = (): number => this.#clock() - task.since;
    if ((task.state === "completed" || task.state === "stale") && age() > keptMs) {
      task.state = "draining";
      task.since += keptMs;
    }
    if (task.state === "gone" || (task.state === "draining" && age() > drainedMs)) {
      this.#tasks.delete(id);
      return undefined;
    }
    return task;
  }
}

/** Shows a task as the status endpoints do: the list and the single task spell it differently. */
export function shownTask(task: Task, form: "list" | "single"): Json {
  const filter = { fromDate: `${task.fromDate}Z`, toDate: `${task.toDate}Z` };
  return {
    accumulate: task.places.length,
    activity_tracker: {
      elapsed_time: "00:00:01",
      initated_time: new Date(task.since).toISOString(),
      last_activity: new Date(task.since).toISOString(),
    },
    message: "",
    metric: form === "list" ? 0 : "0",
    query_config: {
      [form === "list" ? "filter_param" : "filter_params"]: filter,
      object_name: task.view,
    },
    status: task.state === "canceled" ? "Canceled" : "Active",
    task_id: task.id,
  };
}
