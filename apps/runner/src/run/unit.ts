import type { TapExtras } from "../settings/resolved.ts";

/** A plugin as a process is made from it: everything is resolved. */
export interface UnitPlugin {
  /** The plugin's name; of a mapper the mapping's. */
  readonly name: string;
  /** The program's whole path. */
  readonly program: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Values that are taken out of everything that is shown or kept. */
  readonly secrets: readonly string[];
  readonly capabilities: ReadonlySet<string>;
}

/** How a unit is run. Durations are in seconds. */
export interface RunPolicy {
  /** Which streams are read again from their start. */
  readonly fullRefresh: "none" | "all" | readonly string[];
  /** How often a failed attempt is followed by another. */
  readonly retries: number;
  /** The wait before the first retry; each further one doubles it, up to ten minutes. */
  readonly retryDelaySeconds: number;
  /** The whole attempt; undefined for no limit. */
  readonly timeoutSeconds: number | undefined;
  /** How long neither bytes nor log lines may move; undefined for no limit. */
  readonly idleTimeoutSeconds: number | undefined;
  /** How long a process that was told to end may take. */
  readonly graceSeconds: number;
  /** Whether a state may lose bookmarks or move them back. */
  readonly allowRegression: boolean;
  /** Whether a target that ended well without handing the last state back counts as success. */
  readonly acceptUnacknowledged: boolean;
  /** Whether states are stored. */
  readonly updatesState: boolean;
  /** Whether the tap is asked for its catalog although one is kept. */
  readonly refreshCatalog: boolean;
  /** How old a kept catalog may be. @default a day */
  readonly catalogTtlSeconds?: number | undefined;
  /** Whether a run that holds the lease is shut out. */
  readonly takesOver: boolean;
}

/** The unit of work: a tap into a target, under one state id. */
export interface Unit {
  readonly kind: "unit";
  readonly stateId: string;
  /** Where the state is of a schedule that named its tap and target itself before it ran a job. */
  readonly formerStateId?: string | undefined;
  readonly tap: UnitPlugin;
  readonly extras: TapExtras;
  readonly mappers: readonly UnitPlugin[];
  readonly target: UnitPlugin;
  /** Whether the target keeps the state in a table of its own, with the rows. */
  readonly targetKeepsState: boolean;
  readonly job: string | undefined;
  readonly schedule: string | undefined;
  readonly policy: RunPolicy;
}

/** A program of the project that is neither tap nor target, such as `dbt:run`. */
export interface CommandStep {
  readonly kind: "command";
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly graceSeconds: number;
}

/** What is run one after another; the steps of different tasks do not wait for each other. */
export interface Task {
  readonly steps: readonly (Unit | CommandStep)[];
}
