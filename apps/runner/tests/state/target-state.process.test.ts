import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileBackend } from "../../src/state/file-backend.ts";
import { differsFromStored, readTargetState, startingState } from "../../src/state/target-state.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { openGuard } from "./guards.ts";

/** A target that does what a script says, with its configuration as `config` and its arguments as `args`. */
function targetThat(script: string, config: Record<string, unknown> = {}) {
  const folder = tempFolder();
  const program = join(folder, "target.mjs");
  const head = `#!${process.execPath}
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
const args = process.argv.slice(2);
const config = JSON.parse(readFileSync(args[args.indexOf("--config") + 1], "utf8"));
`;
  writeFileSync(program, head + script);
  chmodSync(program, 0o755);
  const configPath = join(folder, "config.json");
  writeFileSync(configPath, JSON.stringify({ ...config, folder }));
  const logged: string[] = [];
  const target = {
    ...{ name: "target-x", program, config, secrets: ["hunter2-secret"], capabilities: new Set<string>() },
    env: { PATH: process.env["PATH"] ?? "" },
  };
  const read = (signal = new AbortController().signal, timeoutSeconds = 60) =>
    readTargetState({
      target,
      configPath,
      cwd: folder,
      signal,
      timeoutSeconds,
      onLogLine: (line) => logged.push(line),
    });
  return { read, logged, folder };
}

describe("readTargetState", () => {
  it.each([
    [
      "a state, digits and all",
      'console.log(\'{"bookmarks": {"a": {"lsn": 9007199254740993, "f": 1.0}}}\')',
      '{"bookmarks":{"a":{"lsn":9007199254740993,"f":1.0}}}',
    ],
    ["nothing", "", undefined],
    ["an empty state", 'console.log("{}")', undefined],
    [
      "what it was asked with",
      "console.log(JSON.stringify({ asked: args[2], length: args.length }))",
      '{"asked":"--print-state","length":3}',
    ],
  ])("answers %s", async (_name, script, expected) => {
    expect(await targetThat(script).read()).toBe(expected);
  });

  it.each([
    [
      "fails",
      'console.error("no such option"); process.exitCode = 64',
      "target-x: --print-state did not answer the state that it keeps: no such option.",
    ],
    ["says nothing and fails", "process.exitCode = 3", "exit code 3"],
    ["prints something else", 'console.log("hello")', "it printed something else than one state"],
    ["prints two states", 'console.log(\'{"a":1}\\n{"a":2}\')', "it printed something else than one state"],
    ["prints a secret", 'console.error("hunter2-secret"); process.exitCode = 1', "target-x: "],
  ])("fails with 17 when the target %s", async (_name, script, message) => {
    const failing = targetThat(script).read();
    await expect(failing).rejects.toMatchObject({ exitCode: 17, message: expect.stringContaining(message) });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") });
  });

  it("hands on what the target logs", async () => {
    const { read, logged } = targetThat('console.error("looking"); console.log("{}")');
    await read();
    expect(logged).toEqual(["looking"]);
  });

  it("gives up on a target that does not answer", async () => {
    const { read } = targetThat("setInterval(() => undefined, 1000)");
    await expect(read(undefined, 0.5)).rejects.toMatchObject({
      exitCode: 17,
      message: expect.stringContaining("it took longer than 0.5 s"),
    });
  });

  it("ends with the signal that it is given", async () => {
    const stopping = new AbortController();
    const reading = targetThat("setInterval(() => undefined, 1000); console.error('up')").read(
      stopping.signal,
    );
    stopping.abort("SIGTERM");
    await expect(reading).rejects.toBe("SIGTERM");
  });
});

describe("a load that is done and whose state could not be stored", () => {
  it("is gone on from: what the target has beside its rows counts", async () => {
    const inTarget = '{"bookmarks":{"users":{"id":7}}}';
    const { read, folder } = targetThat(`console.log('${inTarget}')`);
    const backend = createFileBackend({ folder: join(folder, "states") });
    await backend.write(
      "s",
      { completed: '{"bookmarks":{"users":{"id":5}}}', partial: undefined },
      openGuard,
    );
    const both = { stored: await backend.read("s"), inTarget: await read() };
    expect(startingState(both)).toEqual({ completed: inTarget, partial: undefined });
    expect(differsFromStored(both)).toBe(true);
    expect(differsFromStored({ ...both, inTarget: '{"bookmarks":{"users":{"id":5}}}' })).toBe(false);
    expect(startingState({ ...both, inTarget: undefined })).toEqual(both.stored);
    expect(startingState({ stored: undefined, inTarget: undefined })).toBeUndefined();
  });
});
