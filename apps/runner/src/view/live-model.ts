import type { StampedEvent } from "../run/run-event.ts";
import type { RunCounts } from "../run/run-result.ts";
import { countedText } from "./quantities.ts";

/** The records of each stream at one time; rates are made from these. */
export interface Sample {
  readonly at: number;
  readonly records: ReadonlyMap<string, number>;
  readonly total: number;
}

/** A run that is under way, as the view knows it. Times are milliseconds since the epoch. */
export interface LiveRun {
  readonly stateId: string;
  readonly tap: string;
  readonly target: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** What it does as long as nothing has moved. */
  readonly doing: string;
  readonly counts: RunCounts | undefined;
  /** The newest of the last few seconds last. */
  readonly samples: readonly Sample[];
  readonly bookmarks: Readonly<Record<string, string>>;
}

/** A unit that waits for its next attempt. */
export interface WaitingUnit {
  readonly stateId: string;
  readonly until: number;
  readonly after: string;
}

/** All that the view draws. */
export interface LiveModel {
  /** By run. */
  readonly runs: ReadonlyMap<string, LiveRun>;
  /** By state id. */
  readonly waiting: ReadonlyMap<string, WaitingUnit>;
}

export const emptyModel: LiveModel = { runs: new Map(), waiting: new Map() };

/** Rates are those of so many milliseconds. */
const windowMs = 5000;
/** However often progress is told, so many samples are kept. */
const maxSamples = 20;

/** Answers the model after an event. Events of runs that never started change nothing. */
export function modelAfter(model: LiveModel, event: StampedEvent): LiveModel {
  if (event.event === "run_started") return withStarted(model, event);
  if (event.event === "run_finished") {
    return { ...model, runs: new Map([...model.runs].filter(([runId]) => runId !== event.runId)) };
  }
  if (event.event === "retry") {
    const until = event.time.getTime() + event.inSeconds * 1000;
    const unit = { stateId: event.stateId, until, after: event.after };
    return { ...model, waiting: new Map([...model.waiting, [event.stateId, unit]]) };
  }
  const run = model.runs.get(event.runId);
  if (run === undefined) return model;
  const after = runAfter(run, event);
  return after === run ? model : { ...model, runs: new Map([...model.runs, [event.runId, after]]) };
}

function withStarted(model: LiveModel, event: StampedEvent & { event: "run_started" }): LiveModel {
  const { stateId, tap, target, attempt } = event;
  const startedAt = event.time.getTime();
  const run = { stateId, tap, target, attempt, startedAt, doing: "is starting" };
  return {
    runs: new Map([...model.runs, [event.runId, { ...run, counts: undefined, samples: [], bookmarks: {} }]]),
    waiting: new Map([...model.waiting].filter(([id]) => id !== stateId)),
  };
}

function runAfter(run: LiveRun, event: StampedEvent): LiveRun {
  switch (event.event) {
    case "discovery":
      return { ...run, doing: `knows ${countedText(event.streams, "stream")}` };
    case "select_resolved":
      return { ...run, doing: `reads ${countedText(event.selected.length, "stream")}` };
    case "state_committed":
      return { ...run, bookmarks: { ...run.bookmarks, ...event.bookmarks } };
    case "progress":
      return { ...run, counts: event.counts, samples: samplesAfter(run, event) };
    default:
      return run;
  }
}

function samplesAfter(run: LiveRun, event: StampedEvent & { event: "progress" }): readonly Sample[] {
  const { streams, records: total } = event.counts;
  const at = event.time.getTime();
  const first: Sample = { at: run.startedAt, records: new Map(), total: 0 };
  const all = run.samples.length === 0 ? [first] : run.samples;
  const records = new Map([...streams].map(([name, counts]) => [name, counts.records]));
  // One that is older than the window is the window's beginning.
  const begin = all.findLastIndex((sample) => sample.at <= at - windowMs);
  return [...all.slice(Math.max(0, begin)), { at, records, total }].slice(-maxSamples);
}

/** Answers how many records a second went by in the last seconds: of a stream, or of all of them. */
export function recentRate({ samples }: LiveRun, stream?: string): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return 0;
  const of = (sample: Sample) => (stream === undefined ? sample.total : (sample.records.get(stream) ?? 0));
  return Math.max(0, of(last) - of(first)) / ((last.at - first.at) / 1000);
}
