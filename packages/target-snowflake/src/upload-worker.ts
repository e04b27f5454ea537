import { type MessagePort, parentPort } from "node:worker_threads";
import { ConnectorError, type Logger } from "@chorale/singer";
import type { Login } from "./authentication.ts";
import { connectSnowflake, type SnowflakeConnection } from "./connection.ts";
import { putProblem } from "./put-statement.ts";
import { failureOf, messageOf } from "./snowflake-errors.ts";
import {
  isThreadRequest,
  type ThreadInput,
  type ThreadReport,
  type ThreadRequest,
} from "./upload-messages.ts";

// The entry of a thread that puts files into a stage. The driver cannot be stopped while it uploads: a credential that has
// expired it offers for ever. A thread can.

if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const report = (message: ThreadReport): void => port.postMessage(message);
  let connection: SnowflakeConnection | undefined;
  const serveOne = async (request: ThreadRequest): Promise<void> => {
    if (request.kind === "begin") {
      connection = await connected(request.input, report);
      if (connection !== undefined) report({ kind: "ready" });
    }
    // Nothing else is asked for before it is ready.
    if (connection === undefined) return;
    if (request.kind === "put") report(await put(connection, request));
    if (request.kind === "close") {
      await connection.close();
      report({ kind: "closed" });
    }
  };
  port.on("message", (request: unknown) => {
    if (isThreadRequest(request)) void serveOne(request);
  });
}

/** Logs in. Answers undefined when it cannot, and says why. */
async function connected(
  input: ThreadInput,
  report: (message: ThreadReport) => void,
): Promise<SnowflakeConnection | undefined> {
  // The thread's own copy of the environment: the driver's temporary files go where there is room, and are removed.
  process.env["TMPDIR"] = input.tempDir;
  try {
    return await connectSnowflake(input.config, {
      purpose: "upload",
      login: loginOf(input),
      log: loggerOf(report),
      signal: new AbortController().signal,
    });
  } catch (error) {
    const className = ConnectorError.isInstance(error) ? error.name : "Error";
    report({ kind: "unable", className, message: messageOf(error) });
    return undefined;
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
