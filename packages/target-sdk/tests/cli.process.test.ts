import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { bytes, record, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const bin = fileURLToPath(new URL("fixtures/memory-bin.ts", import.meta.url));
const logImports = new URL("fixtures/log-imports.mjs", import.meta.url).href;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Running {
  readonly child: ChildProcess;
  /** Resolves when the child tells of an event. */
  readonly told: (event: string) => Promise<void>;
  readonly finished: Promise<Finished>;
}

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly committedRows: number;
}

interface Start {
  readonly args?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout?: number;
  /** Runs before the target in a shell. */
  readonly shell?: string;
  readonly nodeArgs?: readonly string[];
}

/** Starts the target of the fixture. */
async function start(options: Start = {}): Promise<Running> {
  folder.remains([/\.json$/]);
  const path = join(folder.path, "config.json");
  await writeFile(path, JSON.stringify({ temp_dir: folder.path, ...options.config }));
  const nodeArgs = [
    "--conditions=@chorale/source",
    "--disable-warning=ExperimentalWarning",
    ...(options.nodeArgs ?? []),
  ];
  const args = [...nodeArgs, bin, ...(options.args ?? ["--config", path])];
  const stdio: StdioOptions = ["pipe", options.stdout ?? "pipe", "pipe", "ipc"];
  const env = { PATH: process.env["PATH"] ?? "", ...options.env };
  const child =
    options.shell === undefined
      ? spawn(process.execPath, args, { stdio, env })
      : spawn("bash", ["-c", `${options.shell}; exec "$0" "$@"`, process.execPath, ...args], { stdio, env });
  return watch(child);
}

function watch(child: ChildProcess): Running {
  const events: string[] = [];
  children.push(child);
  let committedRows = 0;
  let wake = () => {};
  child.on("message", (message: { event: string; rows?: number }) => {
    events.push(message.event);
    committedRows += message.rows ?? 0;
    wake();
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  child.stdin?.on("error", () => undefined);
  const told = async (event: string) => {
    while (!events.includes(event)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    events.splice(events.indexOf(event), 1);
  };
  const finished = once(child, "close").then(([code, signal]) => ({
    code,
    signal,
    ...output,
    committedRows,
  }));
  return { child, told, finished };
}

/** The log lines at level error. */
function errorsIn(stderr: string): readonly string[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): { level: string; msg: string } => JSON.parse(line))
    .filter(({ level }) => level === "error")
    .map(({ msg }) => msg);
}

const pair = (id: number) => [record("a", { id }), state({ id })];
const spools = async () => (await readdir(folder.path)).filter((name) => name.startsWith("chorale-spool-"));

describe("a target as a process", () => {
  it("prints states as bare lines and counts to stderr, and exits 0", async () => {
    const { child, finished } = await start({ config: { batch_size_rows: 1 } });
    child.stdin?.end(bytes(schema("a"), ...pair(1), ...pair(2)));
    const { code, stdout, stderr } = await finished;
    expect({ code, last: stdout.trimEnd().split("\n").at(-1) }).toEqual({ code: 0, last: '{"id":2}' });
    expect(stderr).toContain(
      'INFO METRIC: {"type":"counter","metric":"record_count","value":2,"tags":{"stream":"a"}}\n',
    );
    expect(errorsIn(stderr)).toEqual([]);
  });

  it("reads whatever way its bytes are cut, and lines of 10 MB", async () => {
    const long = "ü€\u{1f600}".repeat(1_200_000);
    const wide = { ...schema("a"), schema: { properties: { id: {}, text: {} } } };
    const whole = bytes(
      wide,
      record("a", { id: 1, text: long }),
      record("a", { id: 2, text: "ü" }),
      state("ü"),
    );
    const { child, finished } = await start();
    for (const size of [1, 2, 3, 5, 7, 11, 13]) child.stdin?.write(whole.subarray(0, size));
    child.stdin?.destroy();
    await finished;
    const other = await start();
    let at = 0;
    for (const size of [1, 50, 60, 61, 62, 63, 64, 65, 66, 1000, 1_000_001, 3_000_002]) {
      const next = Math.min(whole.length, at + size);
      if (other.child.stdin?.write(whole.subarray(at, next)) === false && other.child.stdin !== null) {
        await once(other.child.stdin, "drain");
      }
      at = next;
    }
    other.child.stdin?.end(whole.subarray(at));
    const { code, stdout, committedRows } = await other.finished;
    expect({ code, stdout, committedRows }).toEqual({ code: 0, stdout: '"ü"\n', committedRows: 2 });
  });

  it("reads --input instead of stdin", async () => {
    const path = join(folder.path, "messages.json");
    await writeFile(path, bytes(schema("a"), ...pair(1)));
    const config = join(folder.path, "config.json");
    const { finished } = await start({ args: ["--config", config, "--input", path] });
    expect(await finished).toMatchObject({ code: 0, stdout: '{"id":1}\n', committedRows: 1 });
  });

  it("prints the committed state", async () => {
    const config = join(folder.path, "config.json");
    const args = ["--config", config, "--print-state"];
    const known = await start({ args, config: { state_table: "s", state_id: "known" } });
    expect(await known.finished).toMatchObject({ code: 0, stdout: '{"a":1.0}\n' });
    const unknown = await start({ args, config: { state_table: "s", state_id: "another" } });
    expect(await unknown.finished).toMatchObject({ code: 0, stdout: "" });
    const none = await start({ args });
    expect(await none.finished).toMatchObject({ code: 78, stdout: "" });
  });

  it("takes its settings from the environment when it is told to", async () => {
    const { child, finished } = await start({
      args: ["-c", "ENV"],
      env: { TARGET_MEMORY_BATCH_SIZE_ROWS: "1", TARGET_MEMORY_TEMP_DIR: folder.path },
    });
    child.stdin?.end(bytes(schema("a"), ...pair(1), ...pair(2)));
    const { code, stderr } = await finished;
    expect(code).toBe(0);
    expect(stderr).toContain("a: 2 records received, 2 rows loaded");
  });
});

describe("SIGTERM and SIGINT", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("%s in a commit: it is finished, its state printed, no other", async (signal, exitCode) => {
    const { child, told, finished } = await start({
      args: ["--config", join(folder.path, "config.json"), "--asks"],
      config: { batch_size_rows: 1 },
    });
    child.stdin?.write(bytes(schema("a"), ...pair(1), ...pair(2), ...pair(3)));
    await told("committing");
    child.kill(signal);
    await told(signal);
    child.send("go");
    const { code, stdout, committedRows, stderr } = await finished;
    expect({ code, stdout, committedRows }).toEqual({
      code: exitCode,
      stdout: '{"id":1}\n',
      committedRows: 1,
    });
    expect(errorsIn(stderr)).toEqual([expect.stringMatching(`stopped by ${signal}`)]);
    expect(await spools()).toEqual([]);
  });

  it("in a commit that then fails: no state is printed", async () => {
    const { child, told, finished } = await start({
      args: ["--config", join(folder.path, "config.json"), "--asks"],
    });
    child.stdin?.end(bytes(schema("a"), ...pair(1)));
    await told("committing");
    child.kill("SIGTERM");
    await told("SIGTERM");
    child.send("fail");
    expect(await finished).toMatchObject({ code: 143, stdout: "", committedRows: 0 });
  });

  it("while the input is silent", async () => {
    const { child, told, finished } = await start({ config: { batch_size_rows: 1 } });
    child.stdin?.write(bytes(schema("a"), ...pair(1)));
    await told("committed");
    child.kill("SIGTERM");
    expect(await finished).toMatchObject({ code: 143, stdout: '{"id":1}\n' });
  });

  it("a second one ends it at once, and the next run clears up", async () => {
    const { child, told, finished } = await start({
      args: ["--config", join(folder.path, "config.json"), "--asks"],
    });
    child.stdin?.write(bytes(schema("a"), ...pair(1)));
    child.stdin?.end();
    await told("committing");
    child.kill("SIGTERM");
    await told("SIGTERM");
    child.kill("SIGTERM");
    const { code, stdout } = await finished;
    expect({ code, stdout }).toEqual({ code: 143, stdout: "" });
    expect(await spools()).toHaveLength(1);
    const next = await start();
    next.child.stdin?.end(bytes(schema("a"), ...pair(1)));
    expect((await next.finished).code).toBe(0);
    expect(await spools()).toEqual([]);
  });

  it("SIGKILL leaves a folder that the next run removes", async () => {
    const { child, told, finished } = await start({
      args: ["--config", join(folder.path, "config.json"), "--asks"],
    });
    child.stdin?.end(bytes(schema("a"), ...pair(1)));
    await told("committing");
    child.kill("SIGKILL");
    expect(await finished).toMatchObject({ signal: "SIGKILL", stdout: "" });
    expect(await spools()).toHaveLength(1);
    const next = await start();
    next.child.stdin?.end();
    await next.finished;
    expect(await spools()).toEqual([]);
  });
});

describe("a failure of the process", () => {
  it.each([
    [
      "an option that does not exist",
      ["--frobnicate"],
      64,
      /unknown option '--frobnicate'.* See target-memory --help/,
    ],
    ["an argument too many", ["x"], 64, /too many arguments/],
    ["an option without its value", ["--config"], 64, /argument missing/],
    ["a config file that is not there", ["--config", "/nowhere.json"], 78, /nowhere\.json/],
    [
      "an input that is not there",
      ["--input", "/nowhere.singer"],
      78,
      /--input: \/nowhere\.singer cannot be read: ENOENT/,
    ],
  ])("of %s is one line", async (_name, args, exitCode, message) => {
    const { finished } = await start({ args });
    const { code, stdout, stderr } = await finished;
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(errorsIn(stderr)).toEqual([expect.stringMatching(message)]);
  });

  it("of a bad line names it, and exits 65", async () => {
    const { child, finished } = await start();
    child.stdin?.end(bytes(schema("a"), "nonsense"));
    const { code, stderr } = await finished;
    expect(code).toBe(65);
    expect(errorsIn(stderr)).toEqual([expect.stringMatching(/^line 2: not a Singer message/)]);
  });

  it("never tells a secret", async () => {
    const { child, finished } = await start({
      args: ["--config", join(folder.path, "config.json"), "--asks"],
      config: { password: "s3cr3t-word" },
    });
    child.stdin?.end(bytes(schema("a"), ...pair(1)));
    child.send("fail");
    const { code, stderr } = await finished;
    expect(code).toBe(70);
    expect(errorsIn(stderr)).toEqual(["a commit failed: password is [redacted]"]);
    expect(stderr).not.toContain("s3cr3t");
  });

  it("of a closed stdout ends it with exit code 74", async () => {
    const { child, told, finished } = await start({ config: { batch_size_rows: 1 } });
    child.stdout?.destroy();
    child.stdin?.write(bytes(schema("a"), ...pair(1)));
    await told("committed");
    const { code, stderr, committedRows } = await finished;
    expect({ code, committedRows }).toEqual({ code: 74, committedRows: 1 });
    expect(errorsIn(stderr)).toEqual([expect.stringMatching(/^stdout cannot be written: .*EPIPE/)]);
    expect(await spools()).toEqual([]);
  });

  it.runIf(process.platform === "linux")("of a full stdout ends it with exit code 74", async () => {
    const full = openSync("/dev/full", "w");
    const { child, finished } = await start({ stdout: full });
    closeSync(full);
    child.stdin?.end(bytes(schema("a"), ...pair(1)));
    const { code, stderr } = await finished;
    expect(code).toBe(74);
    expect(errorsIn(stderr)).toEqual([expect.stringMatching(/^stdout cannot be written: .*ENOSPC/)]);
  });

  it("of a spool that cannot grow names the folder and temp_dir, and exits 74", async () => {
    const path = join(folder.path, "messages.json");
    const text = "x".repeat(100_000);
    const wide = { ...schema("a"), schema: { properties: { id: {}, text: {} } } };
    await writeFile(
      path,
      bytes(wide, ...Array.from({ length: 30 }, (_, id) => record("a", { id, text })), state(1)),
    );
    const { finished } = await start({
      shell: "ulimit -f 500",
      args: ["--config", join(folder.path, "config.json"), "--input", path],
    });
    const { code, stdout, stderr } = await finished;
    expect({ code, stdout }).toEqual({ code: 74, stdout: "" });
    expect(errorsIn(stderr)).toEqual([
      expect.stringMatching(
        /^spool: .*chorale-spool-.* is full: EFBIG.*Free some space there, or set temp_dir/,
      ),
    ]);
    expect(await spools()).toEqual([]);
  });
});

describe("what loads nothing", () => {
  it.each([
    ["--version", /^target-memory v[0-9.]+, Chorale target SDK v[0-9.]+\n$/],
    ["--help", /^Usage: target-memory/],
    ["--about", /batch_size_rows \(TARGET_MEMORY_BATCH_SIZE_ROWS\) \[500000\]/],
  ])("%s neither loads ajv nor pino nor the run", async (option, output) => {
    const args = ["--conditions=@chorale/source", "--import", logImports, bin, option];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit", "pipe"] });
    const texts = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      texts[0] += text;
    });
    child.stdio[3]?.on("data", (chunk) => {
      texts[1] += String(chunk);
    });
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(texts[0]).toMatch(output);
    const loaded = texts[1] ?? "";
    expect(loaded).toContain("commander");
    expect(loaded).not.toMatch(/node_modules\/(ajv|pino)|target-sdk\/src\/run\.ts/);
  });
});
