import { describe, expect, it } from "vitest";
import { commandLine } from "./command-line.ts";
import { folderWith } from "./project/support.ts";

const files = {
  "meltano.yml": "plugins: { extractors: [{ name: tap-x, capabilities: [state], executabel: y }] }",
};
const warning =
  "meltano.yml:1:63: plugins.extractors.tap-x: nothing reads the key executabel. Did you mean executable?";

describe("what the command line says of itself", () => {
  it("is lines of text", async () => {
    const cwd = await folderWith(files);
    expect(await commandLine(["config", "print", "tap-y"], { cwd })).toEqual({
      code: 2,
      stdout: "",
      stderr: `warning: ${warning}\nerror: tap-y: no such plugin. Did you mean tap-x?\n`,
    });
  });

  it.each([
    [["--log-format", "json", "config", "print", "tap-x"]],
    [["config", "print", "tap-x", "--log-format=json"]],
  ])("is JSON where that is asked for: %j", async (argv) => {
    const { stderr } = await commandLine(argv, { cwd: await folderWith(files) });
    expect(JSON.parse(stderr)).toMatchObject({ level: "warn", name: "chorale", msg: warning });
  });

  it("is harmless for a terminal", async () => {
    const { stderr } = await commandLine(["--project", "\u001b[31mred\n.yml", "job", "list"], {
      cwd: await folderWith({}),
    });
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr).not.toContain("\u001b");
  });
});
