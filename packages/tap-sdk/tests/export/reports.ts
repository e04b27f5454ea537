import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import {
  type Infer,
  integer,
  type Logger,
  type Message,
  nullable,
  object,
  optional,
  parseState,
  type State,
  string,
  withDefault,
} from "@chorale/singer";
import {
  defineRestClient,
  defineTap,
  type ExportOrder,
  type ExportStatus,
  type JobContext,
  type Tap,
} from "../../src/index.ts";

/** What a status request is answered with; the last one stays. */
export type JobStep = "queued" | "done" | "failed" | "unknown";

/** How a job behaves. */
export interface JobPlan {
  readonly steps: readonly JobStep[];
  /** Whether it can be cancelled; one that cannot is done by then. @default true */
  readonly cancels?: boolean;
  /** What its downloads send, one after another; the last one stays. @default the rows, whole */
  readonly downloads?: readonly ((response: ServerResponse) => void)[];
}

export interface ReportServer {
  readonly url: string;
  /** The requests, as `POST exports/a`. */
  readonly requests: readonly string[];
  /** How the next jobs behave, in order. */
  readonly plans: JobPlan[];
  close(): Promise<void>;
}

export const rows = [{ id: 1, note: "first\nline" }, { id: 2, note: "größe" }, { id: 3 }];

/** Sends JSON whole. */
export function send(body: unknown, status = 200): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
}

/** Sends so much of the rows, and breaks the connection. */
export function breakOff(characters: number): (response: ServerResponse) => void {
  return (response) => {
    const text = JSON.stringify({ rows });
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": String(text.length + 9),
    });
    response.write(text.slice(0, characters), () => response.destroy());
  };
}

/** A real HTTP server of an API that exports reports by jobs. */
export async function startReports(...plans: readonly JobPlan[]): Promise<ReportServer> {
  const requests: string[] = [];
  const queue = [...plans];
  const jobs = new Map<string, { plan: JobPlan; polls: number; downloads: number; isTooLate: boolean }>();
  const answer = (what: string, response: ServerResponse): void => {
    const [method = "", area = "", id = "", part] = what.split(/[ /]/);
    if (method === "POST") {
      const job = `job-${jobs.size + 1}`;
      jobs.set(job, { plan: queue.shift() ?? { steps: ["done"] }, polls: 0, downloads: 0, isTooLate: false });
      send({ job })(response);
      return;
    }
    const job = area === "jobs" ? jobs.get(id) : undefined;
    if (job === undefined) send({ error: "no such job" }, 404)(response);
    else if (method === "DELETE") {
      job.isTooLate = job.plan.cancels === false;
      send({ cancelled: !job.isTooLate })(response);
    } else if (part === "file") {
      const { downloads = [send({ rows })] } = job.plan;
      downloads[Math.min(job.downloads++, downloads.length - 1)]?.(response);
    } else {
      const planned = job.plan.steps[Math.min(job.polls++, job.plan.steps.length - 1)] ?? "done";
      const step = job.isTooLate ? "done" : planned;
      if (step === "unknown") send({ error: "no such job" }, 404)(response);
      else send({ status: step })(response);
    }
  };
  const server = createServer((incoming, response) => {
    const what = `${incoming.method} ${incoming.url?.slice(1)}`;
    requests.push(what);
    incoming.resume();
    answer(what, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    requests,
    plans: queue,
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const reports = defineRestClient({
  config: object({
    base_url: string(),
    names: optional(string()),
    timeout_ms: withDefault(integer(), 60_000),
  }),
  baseUrl: ({ base_url }) => base_url,
  attempts: 1,
});

export type ReportsConfig = Parameters<typeof reports.options.baseUrl>[0];

const reportJob = object({ job: string() });
type Job = Infer<typeof reportJob>;

interface Report extends ExportOrder {
  readonly name: string;
}

async function cancel({ http, job }: Pick<JobContext<ReportsConfig, unknown, Report, Job>, "http" | "job">) {
  const { body } = await http.request("DELETE", `jobs/${job.job}`);
  return Reflect.get(Object(body), "cancelled") === true;
}

/** A report of the tests: jobs are submitted, polled, cancelled unless `cannotCancel`, and downloaded as files. */
export function reportStream(options: { name?: string; cannotCancel?: boolean; pollSeconds?: number } = {}) {
  const { name = "lines", cannotCancel = false, pollSeconds = 0.01 } = options;
  return reports.exportStream({
    name,
    schema: object({ id: integer(), note: nullable(string()), report: nullable(string()) }),
    keyProperties: ["id"],
    job: reportJob,
    orders: ({ config }): readonly Report[] =>
      (config.names ?? "a").split(",").map((each) => ({ key: each, name: each })),
    submit: async ({ http, order }) => http.post(`exports/${order.name}`, { response: reportJob }),
    poll: async ({ http, job }): Promise<ExportStatus> => {
      const { body, skipped } = await http.request("GET", `jobs/${job.job}`, {
        classify: (answer) => (answer.status === 404 ? "skip" : undefined),
      });
      if (skipped) return { state: "gone" };
      const said = String(Reflect.get(Object(body), "status"));
      if (said === "failed") return { state: "failed", reason: "the report\nhas no data" };
      if (said === "done") return { state: "done", files: [`jobs/${job.job}/file`] };
      return { state: "running", says: said };
    },
    ...(cannotCancel ? {} : { cancel }),
    recordsAt: "rows",
    transform: (row, { order }) => ({ ...row, report: order.name }),
    jobName: ({ job }) => job,
    pollSeconds: () => pollSeconds,
    timeoutSeconds: ({ timeout_ms }) => timeout_ms / 1000,
  });
}

/** The tap of a stream. */
export function tapOf(stream = reportStream()): Tap<ReportsConfig> {
  return defineTap({
    name: "tap-reports",
    package: new URL("../../package.json", import.meta.url),
    description: "Reports of the tests",
    config: reports.config,
    streams: [stream],
  });
}

export interface ReportRun {
  /** Records as `report id`, and what states say of the exports, in order. */
  readonly briefs: readonly string[];
  readonly states: readonly State[];
  readonly logs: readonly string[];
  readonly error: unknown;
}

export interface ReportRunOptions {
  readonly server: Pick<ReportServer, "url">;
  readonly tap?: Tap<ReportsConfig>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly state?: State | undefined;
  readonly at?: string;
  readonly until?: (message: Message) => boolean;
  readonly signal?: AbortSignal;
  readonly onLog?: (text: string) => void;
}

/** The moment at which the runs of the tests happen. */
export const now = "2026-06-01T00:00:00.000Z";

/** Runs a tap and takes note of everything. */
export async function runReports(options: ReportRunOptions): Promise<ReportRun> {
  const { server, tap = tapOf(), config, state, at = now, until, signal, onLog } = options;
  const messages: Message[] = [];
  const logs: string[] = [];
  let error: unknown;
  try {
    const run = tap.sync({
      config: { base_url: server.url, ...config },
      state,
      signal,
      clock: () => new Date(at),
      log: logInto((text) => {
        logs.push(text);
        onLog?.(text);
      }),
    });
    for await (const message of run) {
      messages.push(message);
      if (until?.(message) === true) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  return {
    logs,
    error,
    // A state that says the same of the exports as the one before tells nothing here.
    briefs: messages
      .flatMap(briefOf)
      .filter((each, index, all) => !each.startsWith("STATE") || each !== all[index - 1]),
    states: messages.flatMap((message) =>
      message.type === "STATE" ? [parseState(JSON.stringify(message.value))] : [],
    ),
  };
}

function briefOf(message: Message): readonly string[] {
  if (message.type === "RECORD")
    return [`${String(message.record["report"])} ${String(message.record["id"])}`];
  if (message.type !== "STATE") return [];
  const { bookmarks = {} } = parseState(JSON.stringify(message.value));
  const exports: unknown = Reflect.get(Object(bookmarks["lines"]), "exports");
  const known = Object.entries(Object(exports)).map(([key, entry]) => {
    const job: unknown = Reflect.get(Object(entry), "job");
    return job === undefined ? `${key} read` : `${key} ${String(Reflect.get(Object(job), "job"))}`;
  });
  return [`STATE ${known.join(", ")}`.trim()];
}

function logInto(put: (text: string) => void): Logger {
  return { debug: () => undefined, info: put, warn: put, error: put };
}

/** Runs a test against a server of its own. */
export async function withReports(
  plans: readonly JobPlan[],
  test: (server: ReportServer) => Promise<void>,
): Promise<void> {
  const server = await startReports(...plans);
  try {
    await test(server);
  } finally {
    await server.close();
  }
}
