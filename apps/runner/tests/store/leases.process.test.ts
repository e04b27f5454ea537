import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileBackend } from "../../src/state/file-backend.ts";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { startTimeOf } from "../../src/store/process-table.ts";
import { tempFolder } from "./temp-folder.ts";
import { startWorker } from "./workers.ts";

const stateIn = (root: string) => readFileSync(join(root, "states", "s", "state.json"), "utf8");

describe("a lease among processes", () => {
  it("is won by one of many each time, and its fence grows", async () => {
    const root = tempFolder();
    const workers = await Promise.all(Array.from({ length: 6 }, () => startWorker(root)));
    const fences: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const answers = await Promise.all(workers.map((worker) => worker.tell({ do: "acquire" })));
      const won = answers.findIndex(({ fence }) => fence !== undefined);
      const winner = workers[won];
      expect(answers.filter(({ fence }) => fence !== undefined)).toHaveLength(1);
      expect(answers.filter(({ heldBy }) => heldBy === winner?.child.pid)).toHaveLength(5);
      fences.push(Number(answers[won]?.["fence"]));
      await winner?.tell({ do: "release" });
    }
    expect(fences).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("lets many at once have different state ids", async () => {
    const root = tempFolder();
    const workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(root)));
    const answers = await Promise.all(
      workers.map((worker, index) => worker.tell({ do: "acquire", stateId: `s${index}` })),
    );
    expect(answers.map(({ fence }) => fence)).toEqual([1, 1, 1, 1]);
  });

  it("is lost by a holder that was stopped until it expired: it cannot write any more", async () => {
    const root = tempFolder();
    const stopped = await startWorker(root);
    await stopped.tell({ do: "acquire" });
    await stopped.tell({ do: "write", state: '{"by":"first"}' });
    await stopped.kill("SIGSTOP");
    const early = await startWorker(root, { clockAheadSeconds: 50 });
    expect(await early.tell({ do: "acquire" })).toEqual({ heldBy: stopped.child.pid });
    const next = await startWorker(root, { clockAheadSeconds: 61 });
    expect(await next.tell({ do: "acquire" })).toMatchObject({ fence: 2 });
    await next.tell({ do: "write", state: '{"by":"second"}' });
    await stopped.kill("SIGCONT");
    expect(await stopped.tell({ do: "write", state: '{"by":"zombie"}' })).toMatchObject({ exitCode: 19 });
    expect(stateIn(root)).toBe('{"completed":{"singer_state":{"by":"second"}},"partial":{}}\n');
  });

  it("is one writer's at a time whatever the clocks say: the fence decides, and not the time", async () => {
    const root = tempFolder();
    const [behind, right, ahead] = [
      await startWorker(root, { clockAheadSeconds: -7200 }),
      await startWorker(root),
      await startWorker(root, { clockAheadSeconds: 7200 }),
    ];
    expect(await behind.tell({ do: "acquire" })).toMatchObject({ fence: 1 });
    // To the others the lease of a clock that is behind has long expired.
    expect(await right.tell({ do: "acquire" })).toMatchObject({ fence: 2 });
    expect(await ahead.tell({ do: "acquire" })).toMatchObject({ fence: 3 });
    for (const late of [behind, right])
      expect(await late.tell({ do: "write", state: '{"by":"late"}' })).toMatchObject({ exitCode: 19 });
    await ahead.tell({ do: "write", state: '{"by":"ahead"}' });
    expect(stateIn(root)).toBe('{"completed":{"singer_state":{"by":"ahead"}},"partial":{}}\n');
    expect(await behind.tell({ do: "acquire" })).toEqual({ heldBy: ahead.child.pid });
  });

  it("is taken over when that is asked for", async () => {
    const root = tempFolder();
    const [first, second] = [await startWorker(root), await startWorker(root)];
    await first.tell({ do: "acquire" });
    expect(await second.tell({ do: "acquire" })).toEqual({ heldBy: first.child.pid });
    expect(await second.tell({ do: "acquire", takeOver: true })).toMatchObject({ fence: 2 });
    expect(await first.tell({ do: "write", state: "{}" })).toMatchObject({
      exitCode: 19,
      error: expect.stringMatching(/^ConnectorError: s: another run has taken its lease over: /),
    });
  });

  it.each([
    ["that end when they are told to", false],
    ["that do not", true],
  ])(
    "passes at once from a killed holder, whose processes are ended: those %s",
    async (_name, ignoresSigterm) => {
      const root = tempFolder();
      const killed = await startWorker(root);
      const { runId } = await killed.tell({ do: "acquire" });
      const { pid } = await killed.tell({ do: "startOrphan", runId, ignoresSigterm });
      await killed.kill("SIGKILL");
      expect(await startTimeOf(Number(pid))).toBeDefined();
      const store = await openRunStore({ root });
      expect((await store.findRun(String(runId)))?.status).toBe("running");
      const next = await startWorker(root);
      expect(await next.tell({ do: "acquire" })).toMatchObject({ fence: 2 });
      expect(await startTimeOf(Number(pid))).toBeUndefined();
      expect(await store.findRun(String(runId))).toMatchObject({ status: "lost", endedAt: expect.any(Date) });
      await store.close();
    },
  );
});

describe("a writer that is killed", () => {
  it("leaves the last state that it wrote, or the one after it, whenever that is", async () => {
    const root = tempFolder();
    const backend = createFileBackend({ folder: join(root, "states") });
    let seed = 20261122;
    let from = 0;
    for (let round = 0; round < 10; round += 1) {
      const worker = await startWorker(root);
      await worker.tell({ do: "acquire" });
      let written = from - 1;
      seed = (seed * 48271) % 2147483647;
      const until = from + (seed % 25);
      const reached = new Promise<void>((resolve) => {
        worker.child.on("message", (message: { written: number }) => {
          written = message.written;
          if (written >= until) resolve();
        });
      });
      worker.child.send({ do: "writeOnAndOn", from });
      await reached;
      await worker.kill("SIGKILL");
      const stored = JSON.parse((await backend.read("s"))?.completed ?? "{}");
      expect(stored.number).toBeGreaterThanOrEqual(written);
      expect(stored.filling).toHaveLength((stored.number * 7919) % 60_000);
      from = stored.number + 1;
    }
  });
});

describe("a disk that is full or may not be written to", () => {
  it("fails a write with 17, and leaves the state before", async () => {
    const root = tempFolder();
    const worker = await startWorker(root, { fileLimitKib: 512 });
    await worker.tell({ do: "acquire" });
    await worker.tell({ do: "write", state: '{"number":1}' });
    const state = JSON.stringify({ number: 2, filling: "x".repeat(1_000_000) });
    expect(await worker.tell({ do: "write", state })).toMatchObject({
      exitCode: 17,
      error: expect.stringContaining("Make room on the disk."),
    });
    expect(stateIn(root)).toBe('{"completed":{"singer_state":{"number":1}},"partial":{}}\n');
    expect(await worker.tell({ do: "addVersion", state })).toMatchObject({ exitCode: 17 });
    expect(await worker.tell({ do: "write", state: '{"number":3}' })).toEqual({});
  });

  it("fails a write into a folder of somebody else with 17", async () => {
    const root = tempFolder();
    mkdirSync(join(root, "states", "s"), { recursive: true });
    chmodSync(join(root, "states", "s"), 0o555);
    chmodSync(root, 0o777);
    const isRoot = process.getuid?.() === 0;
    const worker = await startWorker(root, isRoot ? { uid: 65534 } : {});
    await worker.tell({ do: "acquire" });
    expect(await worker.tell({ do: "write", state: "{}" })).toMatchObject({
      exitCode: 17,
      error: expect.stringContaining("Let the runner write there."),
    });
  });

  it("cannot have a store where a file is in its place", async () => {
    const root = tempFolder();
    writeFileSync(join(root, ".chorale"), "");
    await expect(openRunStore({ root })).rejects.toMatchObject({ exitCode: 17 });
  });
});
