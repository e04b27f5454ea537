import { ConnectorError, object, type State, string } from "@chorale/singer";
import { expect, it } from "vitest";
import { defineRestClient, defineTap } from "../../src/index.ts";

const client = defineRestClient({ config: object({}), baseUrl: () => "https://api.test/" });
const stopped = new Error("stopped");
const unread = new ConnectorError("stdout was closed", { exitCode: 74 });
const named: State = {
  bookmarks: { lines: { exports: { all: { since: new Date().toISOString(), job: { id: "1" } } } } },
};

/** Stops a run while it submits or polls a job, and answers the jobs that were cancelled. */
async function cancelledBy(options: {
  at: "submit" | "poll";
  reason: Error;
  state?: State;
  fails?: boolean;
}) {
  const { at, reason, state = {}, fails = false } = options;
  const stop = new AbortController();
  const cancelled: string[] = [];
  const stopAt = (place: "submit" | "poll"): void => {
    if (place === at) stop.abort(reason);
  };
  const lines = client.exportStream({
    name: "lines",
    schema: object({ id: string() }),
    keyProperties: ["id"],
    job: object({ id: string() }),
    submit: async () => {
      stopAt("submit");
      return { id: "1" };
    },
    poll: async () => {
      stopAt("poll");
      return { state: "running" };
    },
    cancel: async ({ job, signal }) => {
      cancelled.push(`${job.id} ${signal.aborted}`);
      if (fails) throw new Error("no");
      return true;
    },
  });
  const tap = defineTap({
    name: "tap-lines",
    package: new URL("../../package.json", import.meta.url),
    description: "Exports",
    config: object({}),
    streams: [lines],
  });
  const run = (async () => {
    for await (const _ of tap.sync({ config: {}, state, signal: stop.signal }));
  })();
  await expect(run).rejects.toBe(reason);
  return cancelled;
}

it.each([
  ["was stopped before the state named it", { at: "submit", reason: stopped }, ["1 true"]],
  ["was stopped before, and cannot be cancelled", { at: "submit", reason: stopped, fails: true }, ["1 true"]],
  ["was stopped after the state named it", { at: "poll", reason: stopped }, []],
  ["is read by nobody", { at: "poll", reason: unread }, ["1 true"]],
  ["is read by nobody, and an earlier state names it", { at: "poll", reason: unread, state: named }, []],
] as const)("cancels the job of a run only when nobody knows of it: it %s", async (_what, options, jobs) => {
  expect(await cancelledBy(options)).toEqual(jobs);
});
