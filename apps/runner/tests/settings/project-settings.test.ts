import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectSetting } from "../../src/settings/project-settings.ts";
import { secondsOf } from "../../src/settings/run-policy.ts";
import { shellWords } from "../../src/settings/shell-words.ts";
import { stateIdOf } from "../../src/settings/state-ids.ts";
import { readSurroundings } from "../../src/settings/surroundings.ts";
import { readText } from "./settings-project.ts";

describe("projectSetting", () => {
  const yml = `
default_environment: prod
environments:
- {name: prod, env: {MELTANO_STATE_BACKEND_URI: "s3://of-environment"}}
- {name: dev}
state_backend: {uri: "file:///$NAME", lock_timeout_seconds: 10, s3: {endpoint_url: x}}
`;
  it.each<{
    rule: string;
    environment?: string;
    env?: Record<string, string>;
    dotenv?: Record<string, string>;
    name?: string;
    value: unknown;
  }>([
    { rule: "of the file", environment: "dev", env: { NAME: "n" }, value: "file:///n" },
    { rule: "of the environment's env", value: "s3://of-environment" },
    { rule: "of .env", dotenv: { MELTANO_STATE_BACKEND_URI: "dot" }, value: "dot" },
    {
      rule: "of the process",
      env: { MELTANO_STATE_BACKEND_URI: "process" },
      dotenv: { MELTANO_STATE_BACKEND_URI: "dot" },
      value: "process",
    },
    {
      rule: "of our own variable",
      env: { MELTANO_STATE_BACKEND_URI: "a", CHORALE_STATE_BACKEND_URI: "b" },
      value: "b",
    },
    { rule: "of a kind", name: "state_backend.lock_timeout_seconds", value: 10 },
    {
      rule: "of a kind, by a variable",
      name: "state_backend.lock_timeout_seconds",
      env: { MELTANO_STATE_BACKEND_LOCK_TIMEOUT_SECONDS: "20" },
      value: 20,
    },
    { rule: "that nothing sets", name: "elt.buffer_size", value: undefined },
    { rule: "that is a map", name: "state_backend.s3", value: { endpoint_url: "x" } },
  ])("$rule", async ({ name = "state_backend.uri", value, ...text }) => {
    const { project, surroundings } = await readText({ yml, ...text });
    expect(projectSetting(project, name, surroundings)).toEqual(value);
  });

  it("refuses a variable that nothing sets", async () => {
    const { project, surroundings } = await readText({ yml, environment: "dev" });
    expect(() => projectSetting(project, "state_backend.uri", surroundings)).toThrow(
      /^meltano\.yml:6:\d+: state_backend\.uri: the variable NAME is not set\. Set it/,
    );
  });
});

describe("stateIdOf", () => {
  it.each([
    { parts: { environment: "prod", tap: "tap-x", target: "target-y" }, id: "prod:tap-x-to-target-y" },
    { parts: { environment: undefined, tap: "tap-x", target: "target-y" }, id: "tap-x-to-target-y" },
    {
      parts: { environment: "prod", tap: "tap-x", target: "target-y", suffix: "eu" },
      id: "prod:tap-x-to-target-y:eu",
    },
    {
      parts: { environment: "prod", tap: "tap-x", target: "target-y", suffix: "" },
      id: "prod:tap-x-to-target-y",
    },
  ])("answers $id", ({ parts, id }) => {
    expect(stateIdOf(parts)).toBe(id);
  });

  it.each([
    { environment: "a:b", tap: "t", target: "y" },
    { environment: undefined, tap: "t:t", target: "y" },
    { environment: undefined, tap: "t", target: "y:y" },
    { environment: undefined, tap: "t", target: "y", suffix: "a:b" },
  ])("refuses a colon", (parts) => {
    expect(() => stateIdOf(parts)).toThrow(/has a ":", which parts the names of a state id/);
  });
});

describe("secondsOf", () => {
  it.each<[unknown, number | undefined]>([
    [90, 90],
    ["90", 90],
    ["2h", 7200],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["1d 2h", 93_600],
    ["45s", 45],
    ["2H", 7200],
    [0, 0],
    [-1, undefined],
    [Number.NaN, undefined],
    ["1h30", undefined],
    ["h", undefined],
    ["", undefined],
    ["2 weeks", undefined],
    ["1".repeat(100_000), undefined],
    [true, undefined],
  ])("reads %j as %s", (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });
});

describe("shellWords", () => {
  it.each<[string, readonly string[] | undefined]>([
    ["run  --select a", ["run", "--select", "a"]],
    ["--vars '{\"a\": 1}'", ["--vars", '{"a": 1}']],
    ['"a b"c', ["a bc"]],
    ['"a \\" \\\\ \\n"', ['a " \\ \\n']],
    ["'a\\'", ["a\\"]],
    ["a\\ b", ["a b"]],
    ["''", [""]],
    ["", []],
    [" \n\t ", []],
    ["'a", undefined],
    ['"a', undefined],
  ])("splits %j", (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });
});

describe("variables in .env", () => {
  const read = async (text: string, env: Record<string, string> = {}) => {
    const root = mkdtempSync(join(tmpdir(), "chorale-settings-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(join(root, ".env"), text);
    return Object.fromEntries((await readSurroundings({ env, envFile: undefined, root })).dotenv);
  };

  // What Meltano's reader makes of them.
  it.each<{ rule: string; text: string; env?: Record<string, string>; found: object }>([
    { rule: "are those above them", text: "A=a\nB=${A}/b", found: { A: "a", B: "a/b" } },
    {
      rule: "stand in any quotes",
      text: "A=a\nB='${A}'\nC=\"${A}${A}\"",
      found: { A: "a", B: "a", C: "aa" },
    },
    { rule: "come from the process, too", text: "B=${A}", env: { A: "p" }, found: { B: "p" } },
    { rule: "are the file's own first", text: "A=a\nB=${A}", env: { A: "p" }, found: { A: "a", B: "a" } },
    { rule: "may have a default", text: "B=${A:-x}\nC=${A:-}", found: { B: "x", C: "" } },
    { rule: "have no default when they are set", text: "B=${A:-x}", env: { A: "" }, found: { B: "" } },
    {
      rule: "need their braces: secrets have dollars",
      text: "A=a\nB=p$A$${x\nC=pa$$word",
      found: { A: "a", B: "p$A$${x", C: "pa$$word" },
    },
    { rule: "are not looked through again", text: "B=${A}", env: { A: "${B}" }, found: { B: "${B}" } },
  ])("$rule", async ({ text, env, found }) => {
    expect(await read(text, env)).toEqual(found);
  });

  it("are refused when nothing sets them", async () => {
    await expect(read("B=${LATER}\nLATER=1")).rejects.toMatchObject({
      exitCode: 2,
      message:
        ".env: B: the variable LATER is not set. Set it in a line above, or write ${LATER:-} where it may be empty.",
    });
  });
});

describe("readSurroundings", () => {
  const folder = () => {
    const root = mkdtempSync(join(tmpdir(), "chorale-settings-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    return root;
  };

  it("reads .env beside the project, where there is one", async () => {
    const root = folder();
    expect((await readSurroundings({ env: { A: "1" }, envFile: undefined, root })).dotenv).toEqual(new Map());
    writeFileSync(join(root, ".env"), "B=2\n");
    const { env, dotenv } = await readSurroundings({ env: { A: "1" }, envFile: undefined, root });
    expect([env, dotenv]).toEqual([{ A: "1" }, new Map([["B", "2"]])]);
  });

  it("reads another that is named, and refuses one that is not there or broken", async () => {
    const root = folder();
    writeFileSync(join(root, "x.env"), "B='3\n");
    const read = (envFile: string) => readSurroundings({ env: {}, envFile: join(root, envFile), root });
    await expect(read("x.env")).rejects.toMatchObject({ exitCode: 2 });
    await expect(read("y.env")).rejects.toThrow(
      /y\.env: cannot be read: ENOENT.*Name another with --env-file\.$/,
    );
  });
});
