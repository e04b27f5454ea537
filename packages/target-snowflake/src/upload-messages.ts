import type { ConnectionOptions } from "snowflake-sdk";
import type { SnowflakeConfig } from "./config.ts";

/** What an upload's thread is started with. */
export interface ThreadInput {
  readonly config: SnowflakeConfig;
  /** What it logs in with. */
  readonly options: ConnectionOptions;
  /** What a refused login is to be checked for. */
  readonly hint: string;
  /** A folder of its own, for the encrypted copies that the driver uploads. */
  readonly tempDir: string;
}

/** What an upload's thread is asked for. It begins with a login, and may do so again once it was closed. */
export type ThreadRequest =
  | { readonly kind: "begin"; readonly input: ThreadInput }
  | {
      readonly kind: "put";
      readonly id: number;
      readonly sql: string;
      readonly folder: string;
      readonly name: string;
      readonly bytes: number;
    }
  | { readonly kind: "close" };

/** What an upload's thread tells. */
export type ThreadReport =
  | { readonly kind: "ready" }
  /** It cannot log in; `className` is that of the error. */
  | { readonly kind: "unable"; readonly className: string; readonly message: string }
  | { readonly kind: "done"; readonly id: number }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly message: string;
      /** Whether another PUT of the file may go well. */
      readonly mayRetry: boolean;
      /** Whether the thread's connection is of no use any more. */
      readonly isDown: boolean;
      /** The server's code; absent when the upload itself failed. */
      readonly code?: string;
      readonly queryId?: string;
    }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "closed" };

/** Whether a message asks something of an upload's thread. Both sides are of one version: the kind says all. */
export function isThreadRequest(value: unknown): value is ThreadRequest {
  return isKind(value, ["begin", "put", "close"]);
}

/** Whether a message is one of an upload's thread. */
export function isThreadReport(value: unknown): value is ThreadReport {
  return isKind(value, ["ready", "unable", "done", "failed", "log", "closed"]);
}

function isKind(value: unknown, kinds: readonly string[]): boolean {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return typeof value.kind === "string" && kinds.includes(value.kind);
}
