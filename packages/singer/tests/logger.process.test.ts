import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("programs/log-lines.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning", program];

describe("the log of a process", () => {
  it("is whole although its reader starts late", async () => {
    const child = spawn(process.execPath, [...flags, "3000"], { stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit");
    const reports = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await reports.next()).value).toBe("ready");
    const [stderr, [code]] = await Promise.all([text(child.stderr), exit]);
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(6000);
    const indexes = lines.map((line) =>
      line.startsWith("INFO METRIC: ") ? JSON.parse(line.slice(13)).value : JSON.parse(line).index,
    );
    expect(indexes).toEqual(Array.from({ length: 6000 }, (_, at) => Math.floor(at / 2)));
  });

  it("does not end the process when its reader goes", async () => {
    const child = spawn(process.execPath, [...flags, "3000"], { stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit");
    child.stderr.once("data", () => child.stderr.destroy());
    const [stdout, [code]] = await Promise.all([text(child.stdout), exit]);
    expect([stdout, code]).toEqual(["ready\ndone\n", 0]);
  });

  it("does not need a stderr at all", async () => {
    const child = spawn("bash", ["-c", 'exec "$@" 2>&-', "bash", process.execPath, ...flags, "10"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exit = once(child, "exit");
    const [stdout, [code]] = await Promise.all([text(child.stdout), exit]);
    expect([stdout, code]).toEqual(["ready\ndone\n", 0]);
  });

  it("survives a full disk", async () => {
    const child = spawn("bash", ["-c", 'exec "$@" 2>/dev/full', "bash", process.execPath, ...flags, "10"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exit = once(child, "exit");
    const [stdout, [code]] = await Promise.all([text(child.stdout), exit]);
    expect([stdout, code]).toEqual(["ready\ndone\n", 0]);
  });
});
