import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { endProcesses, startTimeOf } from "../../src/store/process-table.ts";

const pace = { graceMs: 300, pollMs: 10 };

/** Starts a process that leads a group, and waits until it says that it is up. */
async function startLeader(
  script: string,
): Promise<ChildProcess & { readonly number: number; readonly said: string }> {
  const child = spawn(process.execPath, ["-e", script], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-number, "SIGKILL");
    } catch {
      // It has ended.
    }
  });
  const [said] = await once(child.stdout, "data");
  return Object.assign(child, { number, said: String(said) });
}

const idle = 'setInterval(() => undefined, 1000); console.log("up");';

describe("startTimeOf", () => {
  it("is the same each time, and nothing once the process has ended", async () => {
    const child = await startLeader(idle);
    const started = await startTimeOf(child.number);
    expect(started).toMatch(/./);
    expect(await startTimeOf(child.number)).toBe(started);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await startTimeOf(child.number)).toBeUndefined();
  });
});

describe("endProcesses", () => {
  it("leaves a process alone that only has the number of another", async () => {
    const child = await startLeader(idle);
    const startTime = await startTimeOf(child.number);
    await endProcesses([{ plugin: "x", pid: child.number, startTime: `${startTime}0` }], pace);
    expect(await startTimeOf(child.number)).toBe(startTime);
  });

  it("ends what a process started that has ended itself", async () => {
    const script = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
      console.log(child.pid); setTimeout(() => process.exit(), 10);`;
    const leader = await startLeader(script);
    const startTime = (await startTimeOf(leader.number)) ?? "";
    if (leader.exitCode === null) await once(leader, "exit");
    const follower = Number(leader.said);
    expect(await startTimeOf(follower)).toBeDefined();
    await endProcesses([{ plugin: "x", pid: leader.number, startTime }], pace);
    expect(await startTimeOf(follower)).toBeUndefined();
  });

  it("has nothing to do for processes that are gone", async () => {
    const child = await startLeader(idle);
    const startTime = (await startTimeOf(child.number)) ?? "";
    child.kill("SIGKILL");
    await once(child, "exit");
    await endProcesses([{ plugin: "x", pid: child.number, startTime }], pace);
    expect(await startTimeOf(child.number)).toBeUndefined();
  });
});
