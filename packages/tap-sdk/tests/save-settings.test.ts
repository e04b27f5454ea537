import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@chorale/singer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingsSaver } from "../src/cli/save-settings.ts";
import { replaceFile } from "../src/index.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chorale-save-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const io = { readFile: (path: string) => readFile(path, "utf8") };

async function files(...contents: readonly unknown[]): Promise<readonly string[]> {
  const own = await mkdtemp(join(folder, "case-"));
  return await Promise.all(
    contents.map(async (content, index) => {
      const path = join(own, `${index}.json`);
      await writeFile(path, JSON.stringify(content));
      return path;
    }),
  );
}

describe("settings are written back", () => {
  it.each([
    { name: "the only file", contents: [{ a: 1 }], index: 0 },
    {
      name: "the last file that has one of them",
      contents: [{ token: "x" }, { token: "y" }, { a: 1 }],
      index: 1,
    },
    { name: "the last file where none has them", contents: [{ a: 1 }, { b: 2 }], index: 1 },
  ])("to $name, all else as it was", async ({ contents, index }) => {
    const paths = await files(...contents);
    await settingsSaver(io, { config: paths })?.({ token: "new" });
    const after = await Promise.all(paths.map(async (path) => JSON.parse(await io.readFile(path))));
    expect(after).toEqual(
      contents.map((content, at) => (at === index ? { ...content, token: "new" } : content)),
    );
  });

  it.each([
    { name: "there is no file", config: [] },
    { name: "the environment may win", config: ["a.json", "ENV"] },
  ])("nowhere when $name", ({ config }) => {
    expect(settingsSaver(io, { config })).toBeUndefined();
  });

  it("never to a file that is no object of settings any more", async () => {
    const [path = ""] = await files([1]);
    await expect(settingsSaver(io, { config: [path] })?.({ token: "new" })).rejects.toThrow(ConfigError);
    expect(await io.readFile(path)).toBe("[1]");
  });
});

describe("a file that is replaced", () => {
  it("keeps its mode, and a new one is for its owner", async () => {
    const [path = ""] = await files({});
    await chmod(path, 0o640);
    await replaceFile(path, "new");
    await replaceFile(`${path}.new`, "new");
    const modes = await Promise.all(
      [path, `${path}.new`].map(async (each) => (await stat(each)).mode & 0o777),
    );
    expect(modes).toEqual([0o640, 0o600]);
  });

  it("is the one that a link leads to, and leaves nothing beside it", async () => {
    const [path = ""] = await files({});
    await symlink(path, `${path}.link`);
    await replaceFile(`${path}.link`, "new");
    expect(await io.readFile(path)).toBe("new");
    expect((await readdir(join(path, ".."))).toSorted()).toEqual(["0.json", "0.json.link"]);
  });

  it("that cannot be written stays, and the error names it", async () => {
    await expect(replaceFile(join(folder, "none", "x.json"), "new")).rejects.toThrow(
      /cannot write .*x\.json: ENOENT.* Let the file and its folder be writable\./,
    );
  });
});
