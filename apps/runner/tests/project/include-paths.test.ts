import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProject } from "../../src/project/read-project.ts";
import { folderWith, lines, plugin, projectOf } from "./support.ts";

describe("include_paths", () => {
  const main = (paths: string) => `include_paths: ${paths}\nplugins: { extractors: [{ name: tap-x }] }\n`;

  it("adds plugins, environments, jobs and schedules of other files", async () => {
    const project = await projectOf(
      {
        "meltano.yml": main('["./parts/**/*.yml", "*.yml"]'),
        "parts/b/two.yml":
          'jobs: [{ name: j, tasks: a b }]\nschedules: [{ name: s, interval: "@once", job: j }]',
        "parts/one.yml":
          "plugins: { loaders: [{ name: target-y, inherit_from: target-z }, { name: target-z }] }\nenvironments: [{ name: e }]",
        "parts/node_modules/x/no.yml": "plugins: { loaders: [{ name: no }] }",
      },
      { environment: "e" },
    );
    expect(project.problems).toEqual([]);
    expect(project.files).toEqual(["meltano.yml", "parts/b/two.yml", "parts/one.yml"]);
    expect(plugin(project, "target-y", "loaders").place).toEqual({
      file: "parts/one.yml",
      line: 1,
      column: 24,
    });
    expect(project.environment).toBe("e");
    expect([...project.jobs.keys(), ...project.schedules.keys()]).toEqual(["j", "s"]);
  });

  it.each([
    {
      name: "a path upwards",
      paths: '["../*.yml"]',
      files: {},
      line: "error 1:17 include_paths: ../*.yml leads out of the project. Name files within the project's folder.",
    },
    {
      name: "a path upwards in the middle",
      paths: '["a/../../*.yml"]',
      files: {},
      line: "error 1:17 include_paths: a/../../*.yml leads out of the project. Name files within the project's folder.",
    },
    {
      name: "an absolute path",
      paths: '["/etc/*.yml"]',
      files: {},
      line: "error 1:17 include_paths: /etc/*.yml leads out of the project. Name files within the project's folder.",
    },
    {
      name: "no such file",
      paths: '["no/*.yml"]',
      files: {},
      line: "warning 1:17 include_paths: there is no file no/*.yml. Leave it out.",
    },
    {
      name: "an entry that is a mapping",
      paths: "[{ a: b }]",
      files: {},
      line: "error 1:17 include_paths: an entry is no text.",
    },
    {
      name: "a duplicate in another file",
      paths: '["a.yml"]',
      files: { "a.yml": "plugins: { extractors: [{ name: tap-x }] }" },
      line: "error a.yml:1:27 plugins.extractors: tap-x stands there twice, first in meltano.yml:2:27. Rename one, or leave it out.",
    },
    {
      name: "a key that counts in the main file only",
      paths: '["a.yml"]',
      files: { "a.yml": "default_environment: x" },
      line: "warning a.yml:1:1 default_environment counts in the main file only, and not in a.yml. Move it there.",
    },
    {
      name: "a file that is no YAML",
      paths: '["a.yml"]',
      files: { "a.yml": "a: [1\nb: 2" },
      line: expect.stringMatching(
        /^error a\.yml:2:\d+ the file cannot be read: .* Mend it, or take it out of include_paths\.$/,
      ),
    },
    { name: "an empty file", paths: '["a.yml"]', files: { "a.yml": "# nothing\n" }, line: undefined },
  ])("tells of $name", async ({ paths, files, line }) => {
    const project = await projectOf({ "meltano.yml": main(paths), ...files });
    expect(lines(project.problems)).toEqual(line === undefined ? [] : [line]);
  });

  it("refuses links out of the project and follows those within it", async () => {
    const outside = await folderWith({ "secret.yml": "plugins: { loaders: [{ name: outside }] }" });
    const root = await folderWith({
      "meltano.yml": main('["links/*.yml", "dir/*.yml"]'),
      "in.yml": "jobs: []",
    });
    await mkdir(join(root, "links"));
    await symlink(join(outside, "secret.yml"), join(root, "links/out.yml"));
    await symlink(join(root, "in.yml"), join(root, "links/in.yml"));
    await symlink(join(root, "nowhere"), join(root, "links/broken.yml"));
    await symlink(outside, join(root, "dir"));
    await writeFile(join(root, "links/plain.yml"), "jobs: []");
    const project = await readProject({
      file: join(root, "meltano.yml"),
      environment: undefined,
      surroundings: { env: {}, dotenv: new Map() },
    });
    expect(project.files).toEqual(["meltano.yml", "links/in.yml", "links/plain.yml"]);
    expect(lines(project.problems).sort()).toEqual([
      "error 1:17 include_paths: links/out.yml is a link out of the project. Name files within the project's folder.",
      "error 1:32 include_paths: dir/secret.yml is a link out of the project. Name files within the project's folder.",
      "warning 1:32 include_paths: there is no file dir/*.yml. Leave it out.",
    ]);
    expect(project.plugins.get("loaders")?.size).toBe(0);
  });
});
