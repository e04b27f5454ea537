import { ApiError, ExportError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { breakOff, now, reportStream, runReports, send, tapOf, withReports } from "./reports.ts";

const done = { steps: ["queued", "queued", "done"] } as const;
const wholeRun = ["STATE a job-1", "a 1", "a 2", "a 3", "STATE a read", "STATE"];

function stateOf(entry: Readonly<Record<string, unknown>>, key = "a") {
  return { bookmarks: { lines: { exports: { [key]: { since: now, ...entry } } } } };
}

describe("an export", () => {
  it("is submitted once, polled until it is done, and downloaded", async () => {
    await withReports([done], async (server) => {
      const run = await runReports({ server });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(wholeRun);
      expect(server.requests).toEqual([
        "POST exports/a",
        "GET jobs/job-1",
        "GET jobs/job-1",
        "GET jobs/job-1",
        "GET jobs/job-1/file",
      ]);
      expect(run.states.at(-1)).toEqual({ bookmarks: {} });
    });
  });

  it("is in the state as soon as it is submitted, so that a killed run polls on", async () => {
    await withReports([done], async (server) => {
      const killed = await runReports({ server, until: ({ type }) => type === "STATE" });
      expect(killed.briefs).toEqual(["STATE a job-1"]);
      const state = killed.states.at(-1);
      expect(state).toEqual({ ...stateOf({ job: { job: "job-1" } }), currently_syncing: "lines" });
      const resumed = await runReports({ server, state });
      expect(resumed.briefs).toEqual(wholeRun.slice(1));
      expect(server.requests.filter((each) => each.startsWith("POST"))).toEqual(["POST exports/a"]);
    });
  });

  it("that was killed among its records is downloaded again, and not submitted again", async () => {
    await withReports([done], async (server) => {
      const killed = await runReports({ server, until: ({ type }) => type === "RECORD" });
      const resumed = await runReports({ server, state: killed.states.at(-1) });
      expect(resumed.briefs).toEqual(wholeRun.slice(1));
      expect(server.requests.filter((each) => each.startsWith("POST")).length).toBe(1);
    });
  });

  it("of an earlier run that nobody knows any more is submitted anew", async () => {
    await withReports([done], async (server) => {
      const run = await runReports({ server, state: stateOf({ job: { job: "job-77" } }) });
      expect(run.briefs).toEqual(wholeRun);
      expect(run.logs).toContain("lines: the export a (job job-77) is gone on with");
      expect(run.logs).toContain("lines: the export a (job job-77) is gone: it is submitted anew");
    });
  });

  it.each([
    ["too old", "a", { job: { job: "job-77" }, since: "2026-05-31T11:59:59.999Z" }],
    ["of another shape", "a", { job: { number: 77 } }],
    ["without a moment", "a", { job: { job: "job-77" }, since: 5 }],
    ["of another order", "b", { job: { job: "job-77" } }],
  ])("of an earlier run that is %s is submitted anew, and not asked for", async (_, key, entry) => {
    await withReports([done], async (server) => {
      const run = await runReports({ server, state: stateOf(entry, key) });
      expect(run.briefs).toEqual(wholeRun);
      expect(server.requests[0]).toBe("POST exports/a");
    });
  });

  it("of an earlier run that is half a day old at most is gone on with", async () => {
    await withReports([done], async (server) => {
      await runReports({ server, until: ({ type }) => type === "STATE" });
      const state = stateOf({ job: { job: "job-1" }, since: "2026-05-31T12:00:00.000Z" });
      const run = await runReports({ server, state });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(wholeRun.slice(1));
    });
  });

  it("whose file is not there any more is submitted anew", async () => {
    const plans = [{ steps: ["done"], downloads: [send({}, 410)] }, { steps: ["done"] }] as const;
    await withReports(plans, async (server) => {
      const run = await runReports({ server });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(["STATE a job-1", "STATE a job-2", ...wholeRun.slice(1)]);
    });
  });

  it("that is gone again and again fails", async () => {
    const plan = { steps: ["unknown"] } as const;
    await withReports([plan, plan, plan], async (server) => {
      const { error } = await runReports({ server });
      expect(error).toMatchObject({
        message: "lines: the export a was gone 3 times in a row. Try again later.",
        exitCode: 75,
      });
      expect(server.requests.filter((each) => each.startsWith("POST")).length).toBe(3);
    });
  });
});

describe("a job that failed", () => {
  it("says why in one line, and is forgotten", async () => {
    await withReports([{ steps: ["queued", "failed"] }], async (server) => {
      const run = await runReports({ server });
      expect(ExportError.isInstance(run.error)).toBe(true);
      expect(run.error).toMatchObject({
        message: "lines: the export a (job job-1) failed: the report has no data. Try again later.",
        jobId: "job-1",
        exitCode: 75,
      });
      expect(run.briefs).toEqual(["STATE a job-1", "STATE"]);
    });
  });

  it("does not keep the other exports from being read, now and by the next run", async () => {
    await withReports([done, { steps: ["failed"] }, done], async (server) => {
      const config = { names: "a,b,c" };
      const run = await runReports({ server, config });
      expect(run.error).toMatchObject({ jobId: "job-2" });
      expect(run.briefs.filter((each) => !each.startsWith("STATE"))).toEqual([
        "a 1",
        "a 2",
        "a 3",
        "c 1",
        "c 2",
        "c 3",
      ]);
      expect(run.briefs.at(-1)).toBe("STATE a read, c read");
      const again = await runReports({ server, config, state: run.states.at(-1) });
      expect(again.error).toBeUndefined();
      expect(again.briefs).toEqual([
        "STATE a read, c read, b job-4",
        "b 1",
        "b 2",
        "b 3",
        "STATE a read, c read, b read",
        "STATE",
      ]);
    });
  });
});

describe("a job that takes too long", () => {
  const stuck = { steps: ["queued"] } as const;
  const config = { timeout_ms: 60 };

  it("is cancelled and forgotten", async () => {
    await withReports([stuck], async (server) => {
      const run = await runReports({ server, config });
      expect(run.error).toMatchObject({
        message:
          "lines: the export a (job job-1) did not end within 0.06 seconds: its last state was queued. It was cancelled. Try again later.",
        lastState: "queued",
        exitCode: 75,
      });
      expect(server.requests.at(-1)).toBe("DELETE jobs/job-1");
      expect(run.briefs).toEqual(["STATE a job-1", "STATE"]);
    });
  });

  it("stays in the state where it cannot be cancelled", async () => {
    await withReports([stuck], async (server) => {
      const tap = tapOf(reportStream({ cannotCancel: true }));
      const run = await runReports({ server, tap, config });
      expect(run.error).toMatchObject({ message: expect.stringContaining("The next run goes on with it.") });
      expect(run.briefs).toEqual(["STATE a job-1"]);
    });
  });

  it("is read when it ended before it could be cancelled", async () => {
    await withReports([{ ...stuck, cancels: false }], async (server) => {
      const tap = tapOf(reportStream({ pollSeconds: 5 }));
      const run = await runReports({ server, tap, config: { timeout_ms: 20 } });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(wholeRun);
    });
  });
});

describe("a run that is stopped while a job is under way", () => {
  it("leaves the job alone, and its id in the state", async () => {
    await withReports([{ steps: ["queued"] }], async (server) => {
      const stop = new AbortController();
      const tap = tapOf(reportStream({ pollSeconds: 60 }));
      const reason = new Error("stopped by the test");
      const run = await runReports({
        server,
        tap,
        signal: stop.signal,
        until: ({ type }) => {
          if (type === "STATE") stop.abort(reason);
          return false;
        },
      });
      expect(run.error).toBe(reason);
      expect(run.briefs).toEqual(["STATE a job-1"]);
      expect(server.requests.filter((each) => each.startsWith("DELETE"))).toEqual([]);
    });
  });
});

describe("a download that breaks off", () => {
  it.each([0, 9, 30])("after %i characters begins again, and gives each record once", async (characters) => {
    const plan = { steps: ["done"], downloads: [breakOff(characters), send({ rows: [{ id: 9 }] })] } as const;
    await withReports([plan], async (server) => {
      const run = await runReports({ server });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(["STATE a job-1", "a 9", "STATE a read", "STATE"]);
    });
  });

  it("again and again fails, and its job stays in the state", async () => {
    await withReports([{ steps: ["done"], downloads: [breakOff(20)] }], async (server) => {
      const run = await runReports({ server });
      expect(ApiError.isInstance(run.error)).toBe(true);
      expect(run.error).toMatchObject({ exitCode: 75 });
      expect(server.requests.filter((each) => each.endsWith("/file")).length).toBe(4);
      expect(run.briefs).toEqual(["STATE a job-1"]);
    });
  });

  it("in the middle of its JSON, though the connection does not, begins again", async () => {
    const half = (response: Parameters<ReturnType<typeof send>>[0]) => {
      response.writeHead(200).end('{"rows":[{"id":1},{"id"');
    };
    await withReports([{ steps: ["done"], downloads: [half, send({ rows: [] })] }], async (server) => {
      const run = await runReports({ server });
      expect(run.error).toBeUndefined();
      expect(run.briefs).toEqual(["STATE a job-1", "STATE a read", "STATE"]);
    });
  });
});

describe("a file that is of no use", () => {
  it("without the list fails, and its job is forgotten", async () => {
    await withReports([{ steps: ["done"], downloads: [send({ lines: [] })] }], async (server) => {
      const run = await runReports({ server });
      expect(run.error).toMatchObject({
        message: 'lines: the file jobs/job-1/file has no records at "rows". Look at recordsAt of the stream.',
        exitCode: 65,
      });
      expect(run.briefs).toEqual(["STATE a job-1", "STATE"]);
    });
  });

  it("with an item that is no record fails", async () => {
    await withReports([{ steps: ["done"], downloads: [send({ rows: [1] })] }], async (server) => {
      const run = await runReports({ server });
      expect(run.error).toMatchObject({
        message: "lines: rows[0] of the download is no object. Look at the stream's lists.",
        exitCode: 65,
      });
    });
  });
});
