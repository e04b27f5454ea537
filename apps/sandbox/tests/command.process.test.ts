import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSandbox } from "../src/command.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const bin = join(packageFolder, "bin/chorale-sandbox.js");
const compiler = join(packageFolder, "../../node_modules/typescript/bin/tsc");
const standIns = (await readdir(join(packageFolder, "src"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();
let folder: string;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [compiler, "--build"], { cwd: packageFolder });
  folder = await mkdtemp(join(tmpdir(), "chorale-sandbox-"));
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function firstLine(child: ChildProcess): Promise<string> {
  let output = "";
  for await (const piece of child.stdout ?? []) {
    output += String(piece);
    if (output.includes("\n")) break;
  }
  return output;
}

/** Starts the bin, hands its address to a test, and ends it by a signal. Answers how it ended. */
async function withBin(
  args: readonly string[],
  test: (url: string) => Promise<void>,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<unknown[]> {
  const child = spawn(process.execPath, [bin, "zendesk", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  try {
    const line = await firstLine(child);
    expect(line).toMatch(/^\{"url":"http:\/\/127\.0\.0\.1:\d+"\}\n$/u);
    await test(new URL(line.slice(8, -3)).origin);
  } finally {
    child.kill(signal);
  }
  return exited;
}

function ask(url: string, path: string, token = "sandbox-access-token"): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

describe("chorale-sandbox", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("serves generated data until %s", async (signal) => {
    const args = ["--port", "0", "--seed", "4", "--tickets", "12"];
    const test = async (url: string): Promise<void> => {
      const response = await ask(url, "/api/v2/incremental/tickets/cursor.json?start_time=0");
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ tickets: { length: 12 }, end_of_stream: true });
    };
    expect(await withBin(args, test, signal)).toEqual([0, null]);
  });

  it("plays faults from a file, takes other credentials and multiplies limits", async () => {
    const file = join(folder, "faults.json");
    const fault = { kind: "status", status: 429, retry_after_seconds: 1 };
    await writeFile(file, JSON.stringify({ rules: [{ path: "/api/v2/groups", nth: 1, fault }] }));
    const args = ["--faults", file, "--access-token", "mine", "--rate-limit-factor", "3"];
    await withBin(args, async (url) => {
      const refused = await ask(url, "/api/v2/groups", "mine");
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
      const answered = await ask(url, "/api/v2/groups", "mine");
      expect([answered.status, answered.headers.get("x-rate-limit")]).toEqual([200, "2100"]);
      expect((await ask(url, "/api/v2/groups")).status).toBe(401);
    });
  });

  it("stands in for Snowflake, and leaves nothing behind", async () => {
    const temporary = await mkdtemp(join(folder, "temporary-"));
    const args = ["snowflake", "--account", "acme", "--user", "etl", "--token", "t", "--store", "local"];
    const child = spawn(process.execPath, [bin, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: temporary },
    });
    const exited = once(child, "exit");
    try {
      const announced: unknown = JSON.parse(await firstLine(child));
      const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/u);
      expect(announced).toEqual({ url, account: "acme", user: "ETL" });
      expect(await readdir(temporary)).toHaveLength(1);
    } finally {
      child.kill("SIGTERM");
    }
    expect(await exited).toEqual([0, null]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it("replays a folder", async () => {
    const recording = {
      method: "GET",
      path: "/api/v2/x",
      query: "",
      recorded_at: "",
      status: 200,
      headers: {},
      body: { x: [] },
    };
    await writeFile(join(folder, "x.json"), JSON.stringify([recording]));
    await rm(join(folder, "faults.json"), { force: true });
    await withBin(["--replay", folder], async (url) => {
      expect(await (await ask(url, "/api/v2/x.json")).json()).toEqual({ x: [] });
    });
  });

  it.each([
    [["zendesk", "--port", "x"], 64, "--port: x is no whole number."],
    [["zendesk", "--tickets", "-1"], 64, "--tickets"],
    [["zendesk", "--unknown"], 64, "--unknown"],
    [["zendesk", "--email", "a@example.com"], 64, "--email and --api-token go together."],
    [["jira"], 64, `Name the API to stand in for: ${standIns.join(" or ")}.`],
    [["toString"], 64, `Name the API to stand in for: ${standIns.join(" or ")}.`],
    [[], 64, `Name the API to stand in for: ${standIns.join(" or ")}.`],
    [["snowflake", "--store", "s3"], 64, "--store: s3 is none of"],
    [["snowflake", "--session-seconds", "1h"], 64, "--session-seconds: 1h is no whole number."],
    [["snowflake", "--tickets", "1"], 64, "--tickets"],
    [["snowflake", "--public-key", "/nowhere/at/all"], 1, "ENOENT"],
    [["zendesk", "--replay", "/nowhere/at/all"], 1, "ENOENT"],
    [["zendesk", "--faults", "/nowhere/at/all"], 1, "ENOENT"],
    [["zendesk", "--faults", join(packageFolder, "package.json")], 64, "is no fault plan"],
  ])("answers the arguments %j with %i", async (args, code, message) => {
    const written = { stdout: "", stderr: "" };
    const exitCode = await runSandbox(args, {
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text) },
      signal: AbortSignal.abort(),
    });
    expect([exitCode, written.stdout]).toEqual([code, ""]);
    expect(written.stderr).toMatch(/^chorale-sandbox: [^\n]*\n$/u);
    expect(written.stderr).toContain(message);
  });

  it("prints its usage", async () => {
    let printed = "";
    const stdout = { write: (text: string) => (printed += text) };
    expect(await runSandbox(["--help"], { stdout, stderr: stdout, signal: AbortSignal.abort() })).toBe(0);
    expect(printed.startsWith(`Usage: chorale-sandbox ${standIns.join("|")} [options]\n`)).toBe(true);
    for (const option of ["--rate-limit-factor", "--statement-delay-ms"]) expect(printed).toContain(option);
  });
});
