import type { Logger } from "@chorale/singer";

/** What every command of the command line is given from outside. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that the command is run in. */
  readonly cwd: string;
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly readStdin: () => Promise<string>;
  /** The terminal that stdout is, with its size at any time; undefined when it is none. */
  readonly terminal: { readonly columns: number; readonly rows?: number | undefined } | undefined;
  /** Aborted with the name of a signal as its reason. */
  readonly signal: AbortSignal;
  /** Aborted at the second signal: what runs is killed, and nothing is waited for. @default never */
  readonly forced?: AbortSignal | undefined;
  readonly log: () => Promise<Logger>;
  /** Says what the process ends with; 0 when it is never called. */
  readonly end: (exitCode: number) => void;
}

/** What the options before a command say; each command has them. */
export interface GlobalOptions {
  /** @default `chorale.yml` or `meltano.yml`, in the folder or above it */
  readonly project: string | undefined;
  readonly environment: string | undefined;
  /** Whether `--no-environment` was given. */
  readonly withoutEnvironment: boolean;
  /** @default `.env` beside the project file, where there is one */
  readonly envFile: string | undefined;
  readonly logFormat: "text" | "json" | undefined;
}
