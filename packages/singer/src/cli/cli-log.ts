import { envName } from "../env-name.ts";
import { ConnectorError, exitCodeOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { createLogger } from "../logger.ts";
import type { CliIo } from "./io.ts";

/** The log of a command: made when it is first needed, and told of secrets when they are known. */
export class CliLog {
  readonly #name: string;
  readonly #io: Pick<CliIo, "env" | "writeError">;
  #redact: (text: string) => string = (text) => text;

  constructor(name: string, io: Pick<CliIo, "env" | "writeError">) {
    this.#name = name;
    this.#io = io;
  }

  /** Takes secrets out of all that is logged from now on. */
  redactWith(redact: (text: string) => string): void {
    this.#redact = redact;
  }

  /** Answers the log at the level that the environment asks for: `TAP_X_LOGLEVEL`, else `LOGLEVEL`. */
  async open(level: string | undefined = this.#levelOfEnvironment()): Promise<Logger> {
    return await createLogger({
      name: this.#name,
      ...(level === undefined || level === "" ? {} : { level }),
      write: this.#io.writeError,
      redact: (text) => this.#redact(text),
    });
  }

  /** Writes the one line that says why the command failed; the stack at level debug only. */
  async report(error: unknown): Promise<void> {
    const log = await this.open().catch(() => this.open("info"));
    const reason = error instanceof Error ? error.message : String(error);
    const isKnown = ConnectorError.isInstance(error);
    log.error(
      isKnown ? reason : `unexpected error: ${reason.replaceAll(/\s*[\r\n]+\s*/g, " ")}. Report it.`,
      {
        error: error instanceof Error ? error.name : typeof error,
        exit_code: exitCodeOf(error),
      },
    );
    if (error instanceof Error) log.debug("stack of the error", { stack: error.stack, cause: error.cause });
  }

  #levelOfEnvironment(): string | undefined {
    const { env } = this.#io;
    return env[envName(settingPrefix(this.#name), "loglevel")] ?? env["LOGLEVEL"];
  }
}

/**
 * Answers what the names of a connector's environment variables begin with.
 *
 * @example
 * ```ts
 * settingPrefix("tap-zendesk"); // "TAP_ZENDESK_"
 * ```
 */
export function settingPrefix(name: string): string {
  return envName("", `${name}_`);
}
