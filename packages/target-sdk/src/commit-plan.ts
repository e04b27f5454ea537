import { ConnectorError } from "@chorale/singer";
import type { Loader, LoadStep } from "./loader.ts";
import type { ClosedBatch, OpenBatch, Sink } from "./sink.ts";
import type { StateOutlet } from "./state-outlet.ts";

/** How the input ended. */
export interface InputEnd {
  /** Whether the last message was a STATE: only then the tap is known to have ended well. */
  readonly endedWithState: boolean;
}

/** A STATE message: its place among all messages, and its value as JSON text. */
export interface ReceivedState {
  readonly sequence: number;
  readonly text: string;
}

/** Decides what is committed together, when, and which state is due after it. */
export interface CommitPlan {
  /** A sink opened a batch. */
  opened(sink: Sink, batch: OpenBatch): void;
  /** A sink's batch has reached a limit, or a barrier closes it. */
  close(sink: Sink): void;
  /** A STATE was received; all records before it are in their sinks. */
  receive(state: ReceivedState): void;
  /** Records of other versions of a sink's table become obsolete. */
  activate(sink: Sink, activation: { readonly sequence: number; readonly version: number }): void;
  /** The input is at its end: loads what may be loaded, and throws when something of it may not. */
  finish(end: InputEnd): Promise<void>;
  /** No timer fires any more. */
  stop(): void;
}

/** What a plan works with. */
export interface CommitPlanOptions {
  readonly loader: Loader;
  readonly outlet: StateOutlet;
  readonly sinks: ReadonlyMap<string, Sink>;
  /** The age at which a batch is loaded. */
  readonly waitMs: number;
  /** The states received so far: what batches mark their rows by. */
  readonly states: () => number;
}

/** Answers the replacement of a sink's former rows; none while it has no table. */
export function replacementOf({ routes }: Sink): readonly LoadStep[] {
  return routes === undefined ? [] : [{ kind: "replace", shape: routes.record.shape }];
}

/** Answers the activation of a version of a sink's table; none without a version, or while it has no table. */
export function activationOf(sink: Sink, version: number | undefined): readonly LoadStep[] {
  const { routes, hardDelete } = sink;
  if (routes === undefined || version === undefined) return [];
  return [{ kind: "activate", shape: routes.record.shape, version, hardDelete }];
}

/** Answers the loads of batches, in their order. */
export function loadsOf(batches: readonly ClosedBatch[]): readonly LoadStep[] {
  return batches.map((batch) => ({ kind: "load", batch }));
}

/** Answers the error of an input that ended as that of a crashed tap may. */
export function unfinishedError(streams: readonly string[]): ConnectorError {
  const names =
    streams.slice(0, 5).join(", ") + (streams.length > 5 ? ` and ${streams.length - 5} more` : "");
  return new ConnectorError(
    `the input ended without a STATE: the former rows of ${names} stay as they are. Look at why the tap ended early, and run again.`,
    { exitCode: 65 },
  );
}
