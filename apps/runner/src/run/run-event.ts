import type { RunCounts, UnitResult } from "./run-result.ts";

/** What happens in a run, as the view, the log of the run and `--log-format json` get it. */
export type RunEvent =
  | {
      readonly event: "run_started";
      readonly tap: string;
      readonly target: string;
      readonly attempt: number;
    }
  | {
      readonly event: "discovery";
      readonly streams: number;
      /** Of a kept catalog; 0 when the tap was asked. */
      readonly ageSeconds: number;
      readonly seconds: number;
    }
  | {
      readonly event: "select_resolved";
      readonly selected: readonly string[];
      readonly unmatched: readonly string[];
    }
  | {
      readonly event: "state_loaded";
      /** Where from: a file, a table; `none` when there is none. */
      readonly source: string;
      readonly streams: readonly string[];
    }
  | {
      readonly event: "state_committed";
      readonly version: number;
      /** The replication value of each stream that has one, as text. */
      readonly bookmarks: Readonly<Record<string, string>>;
    }
  | { readonly event: "progress"; readonly counts: RunCounts }
  | {
      readonly event: "plugin_log";
      readonly plugin: string;
      readonly line: string;
    }
  | { readonly event: "warning"; readonly message: string }
  | { readonly event: "retry"; readonly inSeconds: number; readonly after: string }
  | { readonly event: "run_finished"; readonly result: UnitResult };

/** An event with its run and its time. */
export type StampedEvent = RunEvent & {
  readonly time: Date;
  readonly runId: string;
  readonly stateId: string;
};
