import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ConnectorError, type Logger } from "@chorale/singer";
import type { Login } from "./authentication.ts";
import { connectSnowflake, type SnowflakeConnection } from "./connection.ts";
import { putProblem } from "./put-statement.ts";
import { failureOf, messageOf } from "./snowflake-errors.ts";
import {
  isThreadInput,
  isThreadRequest,
  type ThreadInput,
  type ThreadReport,
  type ThreadRequest,
} from "./upload-messages.ts";

// The entry of a thread that puts files into a stage. The driver cannot be stopped while it uploads: a credential that has
// expired it offers for ever. A thread can.

const input: unknown = workerData;
if (parentPort !== null && isThreadInput(input)) await serve(parentPort, input);

async function serve(port: MessagePort, given: ThreadInput): Promise<void> {
  const report = (message: ThreadReport): void => port.postMessage(message);
  // The thread's own copy of the environment: the driver's temporary files go where there is room, and are removed.
  process.env["TMPDIR"] = given.tempDir;
  try {
    const connection = await connectSnowflake(given.config, {
      purpose: "upload",
      login: loginOf(given),
      log: loggerOf(report),
      signal: new AbortController().signal,
    });
    port.on("message", (message: unknown) => {
      if (!isThreadRequest(message)) return;
      if (message.kind === "put") void put(connection, message).then(report);
      else void connection.close().then(() => report({ kind: "closed" }));
    });
    report({ kind: "ready" });
  } catch (error) {
    const className = ConnectorError.isInstance(error) ? error.name : "Error";
    report({ kind: "unable", className, message: messageOf(error) });
  }
}

function loginOf({ options, hint }: ThreadInput): Login {
  return {
    options: async () => ({ ...options }),
    refused: () => false,
    hint: async () => hint,
  };
}

function loggerOf(report: (message: ThreadReport) => void): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      report({ kind: "log", level, message, fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

async function put(
  connection: SnowflakeConnection,
  request: Extract<ThreadRequest, { kind: "put" }>,
): Promise<ThreadReport> {
  const { id, sql, folder } = request;
  try {
    const result = await connection.execute({ sql, folder });
    const problem = putProblem(result, request);
    if (problem === undefined) return { kind: "done", id };
    return { kind: "failed", id, message: problem, mayRetry: true, isDown: false };
  } catch (error) {
    const { message, code, queryId, action } = failureOf(error);
    return {
      kind: "failed",
      id,
      message: message.slice(0, 500),
      // What the upload itself fails with has no code.
      mayRetry: code === undefined || action === "reconnect" || action === "retry",
      isDown: !connection.isUp || (code !== undefined && action === "reconnect"),
      ...(code === undefined ? {} : { code }),
      ...(queryId === undefined ? {} : { queryId }),
    };
  }
}
