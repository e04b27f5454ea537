import type { StampedEvent } from "../run/run-event.ts";
import { frameOf } from "./frame.ts";
import { jsonLine } from "./json-line.ts";
import { emptyModel, modelAfter } from "./live-model.ts";
import { LiveScreen } from "./live-screen.ts";
import { plainLine, plainText } from "./plain-line.ts";
import { resultTable } from "./result-table.ts";

/** Shows runs to whoever watches. */
export interface View {
  take(event: StampedEvent): void;
  /** Clears what is drawn; the tables of finished runs stay. */
  close(): void;
}

/** How runs are shown. */
export interface ViewOptions {
  readonly format: "text" | "json";
  /**
   * The terminal that stdout is; undefined when it is none. Both numbers are read again for each drawing, so
   * that it may be the stream itself.
   */
  readonly terminal: { readonly columns: number; readonly rows?: number | undefined } | undefined;
  /** Takes the live view and the tables of finished runs. */
  readonly stdout: (text: string) => void;
  /** Takes everything that is a log: lines of plugins, warnings, progress, and all of `json`. */
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default Date.now */
  readonly now?: () => number;
}

/**
 * Makes the view of a command that runs something. With `json` each event is a line of JSON. On a terminal
 * the runs that are under way are drawn in their place, and log lines scroll above. Everywhere else, and where
 * TERM is `dumb`, lines are written as things happen; progress of a run once in ten seconds at most.
 */
export function createView(options: ViewOptions): View {
  if (options.format === "json") return createJsonView(options);
  const { terminal, env } = options;
  return terminal === undefined || env["TERM"] === "dumb"
    ? createPlainView(options)
    : createLiveView(options, terminal);
}

const progressMs = 10_000;

/** Lets progress of a run through once in ten seconds. */
function createThrottle(): (event: StampedEvent) => boolean {
  const last = new Map<string, number>();
  return (event) => {
    if (event.event === "run_finished") last.delete(event.runId);
    if (event.event !== "progress") return true;
    const at = event.time.getTime();
    if (at - (last.get(event.runId) ?? Number.NEGATIVE_INFINITY) < progressMs) return false;
    last.set(event.runId, at);
    return true;
  };
}

function createJsonView({ stderr }: ViewOptions): View {
  const isDue = createThrottle();
  return {
    take: (event) => {
      if (isDue(event)) stderr(jsonLine(event));
    },
    close: () => undefined,
  };
}

function createPlainView({ stdout, stderr }: ViewOptions): View {
  const isDue = createThrottle();
  const bookmarks = createBookmarks();
  return {
    take(event) {
      bookmarks.take(event);
      const line = isDue(event) ? plainLine(event) : undefined;
      if (line !== undefined) stderr(`${line}\n`);
      if (event.event === "run_finished") stdout(`\n${resultTable(event.result, bookmarks.of(event))}\n`);
    },
    close: () => undefined,
  };
}

/** At most ten drawings a second. */
const drawMs = 100;
/** A clock that stands still looks like a program that hangs. */
const clockMs = 1000;

function createLiveView(options: ViewOptions, terminal: NonNullable<ViewOptions["terminal"]>): View {
  const { stdout, env, now = Date.now } = options;
  const screen = new LiveScreen({ write: stdout, hasColour: (env["NO_COLOR"] ?? "") === "" });
  const lines = createLines(options, screen);
  const bookmarks = createBookmarks();
  let closed: View | undefined;
  let model = emptyModel;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isStale = false;
  const draw = () => {
    const at = now();
    if (!isStale && at - drawnAt < clockMs) return;
    isStale = false;
    drawnAt = at;
    lines.write();
    // The last column stays free: some terminals break the line when it is written to.
    screen.draw(frameOf(model, { columns: terminal.columns - 1, rows: terminal.rows ?? 24, now: at }));
  };
  const timer = setInterval(draw, drawMs);
  timer.unref();
  return {
    take(event) {
      if (closed !== undefined) return closed.take(event);
      bookmarks.take(event);
      model = modelAfter(model, event);
      isStale = true;
      const line = plainText(event);
      if (line !== undefined) lines.log(line);
      if (event.event === "run_finished") lines.table(resultTable(event.result, bookmarks.of(event)));
    },
    close() {
      if (closed !== undefined) return;
      clearInterval(timer);
      model = emptyModel;
      isStale = true;
      draw();
      closed = createPlainView(options);
    },
  };
}

/** Keeps what is written above the drawing until it is drawn again. */
function createLines({ stdout, stderr }: ViewOptions, screen: LiveScreen) {
  let log = "";
  let tables = "";
  return {
    log: (line: string) => {
      log += `${line}\n`;
    },
    table: (text: string) => {
      tables += `\n${text}\n`;
    },
    write() {
      if (log !== "" || tables !== "") screen.clear();
      if (log !== "") stderr(log);
      if (tables !== "") stdout(tables);
      log = "";
      tables = "";
    },
  };
}

/** Keeps the bookmarks of the runs that are under way: a result has none. */
function createBookmarks(): {
  take(event: StampedEvent): void;
  /** Answers those of the event's run, and forgets them. */
  of(event: StampedEvent): Readonly<Record<string, string>>;
} {
  const kept = new Map<string, Readonly<Record<string, string>>>();
  return {
    take(event) {
      if (event.event === "state_committed")
        kept.set(event.runId, { ...kept.get(event.runId), ...event.bookmarks });
    },
    of({ runId }) {
      const bookmarks = kept.get(runId) ?? {};
      kept.delete(runId);
      return bookmarks;
    },
  };
}
