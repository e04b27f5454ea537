import { createLogger } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import type { CommandContext, GlobalOptions } from "../../src/commands/command-context.ts";
import { openProject } from "../../src/commands/open-project.ts";
import { type Files, folderWith } from "./support.ts";

const noOptions: GlobalOptions = {
  project: undefined,
  environment: undefined,
  withoutEnvironment: false,
  envFile: undefined,
  logFormat: undefined,
};

async function open(files: Files, globals: Partial<GlobalOptions> = {}, env: Record<string, string> = {}) {
  const cwd = await folderWith({ "here/x": "", ...files });
  let log = "";
  const context: CommandContext = {
    env,
    cwd: `${cwd}/here`,
    version: "0.0.0",
    stdout: () => undefined,
    stderr: () => undefined,
    readStdin: async () => "",
    terminal: undefined,
    signal: new AbortController().signal,
    log: async () => createLogger({ name: "chorale", write: (text) => (log += text) }),
    end: () => undefined,
  };
  const opened = await openProject(context, { ...noOptions, ...globals });
  return { ...opened, cwd, log };
}

describe("opening a project", () => {
  it("finds the file above, and .env beside it", async () => {
    const { project, surroundings, cwd } = await open({ "chorale.yml": "plugins: {}", ".env": "A=1" });
    expect(project.root).toBe(cwd);
    expect(surroundings.dotenv.get("A")).toBe("1");
  });

  it("takes paths from the folder that the command is run in", async () => {
    const { project, surroundings, cwd } = await open(
      { "chorale.yml": "[", "here/other.yml": "plugins: {}", "here/other.env": "A=2" },
      { project: "other.yml", envFile: "other.env" },
    );
    expect(project.root).toBe(`${cwd}/here`);
    expect(surroundings.dotenv.get("A")).toBe("2");
  });

  it("begins at MELTANO_PROJECT_ROOT where it is set", async () => {
    const elsewhere = await folderWith({ "meltano.yml": "plugins: {}" });
    const { project } = await open({ "chorale.yml": "[" }, {}, { MELTANO_PROJECT_ROOT: elsewhere });
    expect(project.root).toBe(elsewhere);
  });

  it("logs warnings with their places, and goes on", async () => {
    const { log } = await open({ "chorale.yml": "plugins: { extractor: [] }" });
    expect(log).toContain("chorale.yml:1:12: plugins.extractor: there are no plugins of this type");
    expect(log).toContain("Did you mean extractors?");
  });

  it.each([
    {
      name: "one error",
      jobs: 1,
      says: /^chorale\.yml:1:10: jobs\.j0 has no tasks\. Write tasks: \["tap-x target-y"\]\.$/,
    },
    {
      name: "three of many",
      jobs: 5,
      says: /j0 .*j1 .*j2 has no tasks\. [^.]*\. And 2 more: chorale validate tells all\.$/,
    },
  ])("refuses to go on with $name", async ({ jobs, says }) => {
    const list = Array.from({ length: jobs }, (_, index) => `{ name: j${index} }`).join(", ");
    await expect(open({ "chorale.yml": `jobs: [${list}]` })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(says),
    });
  });

  it("hands on which environment was asked for", async () => {
    const files = { "chorale.yml": "default_environment: a\nenvironments: [{ name: a }, { name: b }]" };
    expect((await open(files)).project.environment).toBe("a");
    expect((await open(files, { environment: "b" })).project.environment).toBe("b");
    expect((await open(files, { withoutEnvironment: true })).project.environment).toBeUndefined();
  });
});
