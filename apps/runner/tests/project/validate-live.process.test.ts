import { describe, expect, it } from "vitest";
import { commandLine } from "../command-line.ts";
import { executable, folder, pair, script, validate } from "./validate-support.ts";

describe("chorale validate --live", () => {
  const tap = (name: string, extra = "") => `plugins: { extractors: [{ ${executable(name)}${extra} }] }`;
  const about = (capabilities: string) => `*--about*) echo '{"capabilities":${capabilities}}' ;;`;
  const live = (body: string, options: { argv?: string[]; extra?: string } = {}) =>
    validate(tap("tap-live", options.extra), ["--live", ...(options.argv ?? [])], {
      "bin/tap-live": script(`case "$*" in\n${body}\n*) echo "unexpected $*" >&2; exit 99 ;;\nesac`),
    });

  it.each([
    {
      name: "tests a tap that says that it can",
      body: `${about('["test"]')}\n--config*--test) cat "$2" >&2 ;;`,
      extra: ", config: { a: 1 }",
      told: "tap-live: --test went well.",
      stderr: 'tap-live | {"a":1}\n',
    },
    {
      name: "tests a tap of which the project says so, without asking",
      body: "--config*--test) ;;",
      extra: ", capabilities: [test]",
      told: "tap-live: --test went well.",
      stderr: "",
    },
    {
      name: "asks another for its catalog",
      body: `${about('["discover"]')}\n--config*--discover) echo '{"streams":[]}' ;;`,
      extra: "",
      told: "tap-live: --discover went well.",
      stderr: "",
    },
    {
      name: "asks one for its catalog that does not know --about",
      body: `*--about*) exit 1 ;;\n--config*--discover) echo '{"streams":[]}' ;;`,
      extra: "",
      told: "tap-live: --discover went well.",
      stderr: "",
    },
    {
      name: "asks one for its catalog whose --about is no JSON",
      body: `*--about*) echo hello ;;\n--config*--discover) echo '{"streams":[]}' ;;`,
      extra: "",
      told: "tap-live: --discover went well.",
      stderr: "",
    },
  ])("$name", async ({ body, extra, told, stderr }) => {
    expect(await live(body, { extra })).toEqual({
      code: 0,
      stdout: `${told}\n0 errors, 0 warnings\n`,
      stderr,
    });
  });

  it.each([
    {
      name: "10 for a failed test",
      body: `${about('["test"]')}\n*--test) echo "401 for s3cret-token" >&2; exit 77 ;;`,
      code: 10,
      says: /^tap-live: --test ended with exit code 77: 401 for (?!s3cret)/,
    },
    {
      name: "16 for a failed discovery",
      body: `*--about*) exit 1 ;;\n*--discover) echo "no such account" >&2; exit 1 ;;`,
      code: 16,
      says: /discovery failed: .*exit code 1: no such account/,
    },
    {
      name: "16 for what is no catalog",
      body: `*--about*) exit 1 ;;\n*--discover) echo "[]" ;;`,
      code: 16,
      says: /wrote JSON that is no catalog/,
    },
    {
      name: "20 for a tap that takes too long",
      body: `${about('["test"]')}\n*--test) sleep 60 ;;`,
      code: 20,
      says: /tap-live: --test took longer than 1 s\. Try --timeout, or look at its log\./,
    },
  ])("ends with $name", async ({ body, code, says }) => {
    const extra = ", settings: [{ name: token, kind: password }], config: { token: s3cret-token }";
    const end = await live(body, { extra, argv: ["--timeout", "1"] });
    expect(end.stdout).toMatch(says);
    expect(end.stdout + end.stderr).not.toContain("s3cret-token");
    expect(end.code).toBe(code);
  });

  it("does not run anything in a project with errors", async () => {
    const end = await live("x) ;;", { extra: ", config: { a: $NOT_SET_HERE }" });
    expect(end).toMatchObject({ code: 2, stderr: "" });
    expect(end.stdout).toMatch(/1 error, 0 warnings\n$/);
  });

  it("speaks JSON to CI", async () => {
    const { stdout } = await live("--config*--test) exit 3 ;;", {
      extra: ", capabilities: [test]",
      argv: ["--format", "json"],
    });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      exit_code: 10,
      problems: [],
      live: [
        {
          tap: "tap-live",
          by: "test",
          exit_code: 10,
          problem: "tap-live: --test ended with exit code 3: it wrote nothing to stderr.",
        },
      ],
    });
  });

  it("ends the tap when it is stopped itself", async () => {
    const stop = new AbortController();
    const cwd = await folder(tap("tap-live", ", capabilities: [test]"), {
      "bin/tap-live": script(
        'trap "echo ended >&2; exit 143" TERM\necho waiting >&2\nwhile :; do sleep 0.1; done',
      ),
    });
    const end = await commandLine(["validate", "--live"], {
      cwd,
      signal: stop.signal,
      onStderr: (text) => {
        if (text.includes("waiting")) stop.abort("SIGTERM");
      },
    });
    expect(end.stderr).toContain("tap-live | ended\n");
    expect(end.code).not.toBe(0);
  });

  it.each(["0", "-1", "x", "1e9"])("refuses --timeout %s", async (timeout) => {
    const end = await validate(pair, ["--live", "--timeout", timeout]);
    expect(end.stderr).toContain("Write a number of seconds above 0.");
    expect(end.code).not.toBe(0);
  });
});
