import { type ClariOptions, type ClariSandbox, startClari } from "../../src/clari/sandbox.ts";
import { isJsonObject, type JsonObject } from "../../src/json.ts";

export const now = Date.UTC(2026, 0, 15, 12);

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: JsonObject;
}

export interface Client {
  readonly sandbox: ClariSandbox;
  /** Sends a request below `/v4/`, or to a whole address; a body goes out as JSON. */
  ask(method: string, target: string, body?: unknown): Promise<Received>;
  get(target: string): Promise<Received>;
  /** Queues an export of a forecast, and answers the job's id. */
  queue(forecastId: string, body?: JsonObject): Promise<string>;
  /** Polls a job until it ends, and answers it. */
  finish(jobId: string): Promise<JsonObject>;
}

/** Runs a test against a stand-in of its own. */
export async function withClari(
  options: ClariOptions,
  test: (client: Client) => Promise<void>,
): Promise<void> {
  const sandbox = await startClari({ clock: () => now, ...options });
  const ask: Client["ask"] = async (method, target, body) => {
    const response = await fetch(URL.parse(target, `${sandbox.url}/v4/`) ?? "", {
      method,
      headers: { apikey: "sandbox-api-token", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : {};
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJsonObject(parsed) ? parsed : {},
    };
  };
  const get: Client["get"] = (target) => ask("GET", target);
  const queue: Client["queue"] = async (forecastId, body = {}) =>
    String((await ask("POST", `export/forecast/${forecastId}`, body)).body["jobId"]);
  const finish: Client["finish"] = async (jobId) => {
    for (;;) {
      const { body } = await get(`export/jobs/${jobId}`);
      const job = isJsonObject(body["job"]) ? body["job"] : body;
      if (job["status"] !== "SCHEDULED" && job["status"] !== "STARTED") return job;
    }
  };
  try {
    await test({ sandbox, ask, get, queue, finish });
  } finally {
    await sandbox.close();
  }
}

/** The rows of a list in a body. */
export function rowsOf(body: JsonObject, list: string): readonly JsonObject[] {
  const rows = body[list];
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}
