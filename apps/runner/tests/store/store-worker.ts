// A run of its own process, which does what the test tells it and answers what came of it.
import { spawn } from "node:child_process";
import { exitCodeOf, isObject } from "@chorale/singer";
import { createFileBackend } from "../../src/state/file-backend.ts";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { startTimeOf } from "../../src/store/process-table.ts";
import type { Lease } from "../../src/store/run-store.ts";

const [, , root = "", clockAheadSeconds = "0"] = process.argv;
const clock = () => new Date(Date.now() + Number(clockAheadSeconds) * 1000);
const store = await openRunStore({ root, clock, leaseSeconds: 60, ending: { graceMs: 300, pollMs: 10 } });
const backend = createFileBackend({ folder: `${root}/states` });
let lease: Lease | undefined;

const newRun = (runId: string, stateId: string) => ({
  ...{ runId, stateId, tap: "tap", target: "target", attempt: 1, version: "1" },
  ...{ job: undefined, schedule: undefined, parentRunId: undefined },
});

const actions: Record<string, (order: Record<string, unknown>) => Promise<unknown>> = {
  async acquire({ stateId = "s", takeOver = false }) {
    const runId = `${process.pid}-${performance.now()}`;
    const answer = await store.acquireLease({ stateId: String(stateId), runId, takeOver: takeOver === true });
    if (!("release" in answer)) return { heldBy: answer.pid };
    lease = answer;
    await store.startRun(newRun(runId, String(stateId)));
    return { fence: answer.fence, runId };
  },
  async release() {
    await lease?.release();
    return {};
  },
  async write({ state }) {
    if (lease === undefined) throw new Error("no lease");
    await backend.write("s", { completed: String(state), partial: undefined }, lease);
    return {};
  },
  async writeOnAndOn({ from }) {
    if (lease === undefined) throw new Error("no lease");
    for (let number = Number(from); ; number += 1) {
      const filling = "x".repeat((number * 7919) % 60_000);
      await backend.write("s", { completed: JSON.stringify({ number, filling }), partial: undefined }, lease);
      process.send?.({ written: number });
    }
  },
  async startOrphan({ runId, ignoresSigterm }) {
    const ignoring = ignoresSigterm === true ? 'process.on("SIGTERM", () => undefined);' : "";
    const script = `${ignoring} setInterval(() => undefined, 1000); console.log("up");`;
    const child = spawn(process.execPath, ["-e", script], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const pid = child.pid ?? 0;
    const startTime = (await startTimeOf(pid)) ?? "";
    await store.processStarted(String(runId), { plugin: "target", pid, startTime });
    return { pid };
  },
  async addVersion({ state }) {
    return { version: await store.addStateVersion({ stateId: "s", writtenBy: "w", state: String(state) }) };
  },
};

process.on("message", (order: unknown) => {
  if (!isObject(order)) return;
  const action = actions[String(order["do"])];
  action?.(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error), exitCode: exitCodeOf(error) }),
  );
});
process.send?.("ready");
