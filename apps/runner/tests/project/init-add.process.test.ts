import { readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine } from "../command-line.ts";
import { folderWith, makeExecutable } from "./support.ts";

const about = (value: unknown) =>
  `#!/bin/sh\n[ "$1 $2" = "--about --format=json" ] || exit 9\ncat <<'JSON'\n${JSON.stringify(value)}\nJSON\n`;
const description = {
  name: "tap-new",
  capabilities: ["about", "catalog", "discover", "state"],
  settings: {
    type: "object",
    properties: {
      account: { type: "string" },
      token: { type: ["string", "null"], secret: true },
      other: { type: "string", writeOnly: true },
      since: { type: "string", format: "date-time" },
      mode: { type: "string", enum: ["a", "b", null] },
      rows: { type: "integer", aliases: ["row_count"] },
      share: { type: "number" },
      all: { type: "boolean" },
      many: { type: "array" },
      more: { type: "object" },
      mixed: { type: ["string", "integer"] },
    },
    required: ["account", "token"],
  },
};
const projectFile = "# mine\nplugins:\n  extractors:\n  - name: tap-old   # kept\n";

async function projectWith(files: Record<string, string> = {}) {
  const folder = await folderWith({
    "meltano.yml": projectFile,
    "node_modules/.bin/tap-new": about(description),
    "node_modules/.bin/target-new": about({ settings: { properties: {} } }),
    "node_modules/.bin/tap-broken": "#!/bin/sh\necho no about here >&2\nexit 3\n",
    "node_modules/.bin/tap-silent": "#!/bin/sh\necho hello\n",
    ...files,
  });
  await makeExecutable(
    join(folder, "node_modules/.bin"),
    "tap-new",
    "target-new",
    "tap-broken",
    "tap-silent",
  );
  return {
    folder,
    run: (...argv: string[]) => commandLine(argv, { cwd: folder }),
    read: (name: string) => readFile(join(folder, name), "utf8"),
  };
}

describe("chorale add", () => {
  it("writes what the connector says of itself", async () => {
    const project = await projectWith({ ".env.example": "OLD=1" });
    expect(await project.run("add", "tap-new")).toEqual({
      code: 0,
      stderr: "",
      stdout: "tap-new stands in meltano.yml now. Its variables are in .env.example: set them in .env.\n",
    });
    expect(await project.read("meltano.yml")).toBe(`${projectFile}  - name: tap-new
    namespace: tap_new
    capabilities: [ about, catalog, discover, state ]
    settings:
      - { name: account, kind: string }
      - { name: token, kind: string, sensitive: true }
      - { name: other, kind: string, sensitive: true }
      - { name: since, kind: date_iso8601 }
      - { name: mode, kind: options, options: [ a, b ] }
      - { name: rows, kind: integer, aliases: [ row_count ] }
      - { name: share, kind: decimal }
      - { name: all, kind: boolean }
      - { name: many, kind: array }
      - { name: more, kind: object }
      - { name: mixed }
    config:
      account: $TAP_NEW_ACCOUNT
      token: $TAP_NEW_TOKEN
`);
    expect(await project.read(".env.example")).toBe(
      "OLD=1\nTAP_NEW_ACCOUNT=\nTAP_NEW_TOKEN=\n# TAP_NEW_OTHER=\n",
    );
  });

  it("gives it another name, and lets a third inherit with variables of its own", async () => {
    const project = await projectWith();
    await project.run("add", "tap-new", "--as", "tap-mine");
    const { code } = await project.run("add", "tap-mine--eu", "--inherit-from", "tap-mine");
    expect(code).toBe(0);
    const text = await project.read("meltano.yml");
    expect(text).toContain("  - name: tap-mine\n    namespace: tap_mine\n    executable: tap-new\n");
    expect(text).toContain(`  - name: tap-mine--eu
    inherit_from: tap-mine
    config:
      account: $TAP_MINE__EU_ACCOUNT
      token: $TAP_MINE__EU_TOKEN
`);
    expect(await project.read(".env.example")).toBe(
      "TAP_MINE_ACCOUNT=\nTAP_MINE_TOKEN=\n# TAP_MINE_OTHER=\nTAP_MINE__EU_ACCOUNT=\nTAP_MINE__EU_TOKEN=\n",
    );
  });

  it("puts a target among the loaders, and leaves .env.example alone when there is nothing to fill in", async () => {
    const project = await projectWith();
    expect((await project.run("add", "target-new")).stdout).toBe("target-new stands in meltano.yml now.\n");
    expect(await project.read("meltano.yml")).toContain("  loaders:\n    - name: target-new\n");
    await expect(stat(join(project.folder, ".env.example"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("keeps a link a link", async () => {
    const project = await projectWith({ "real.yml": projectFile });
    await symlink("real.yml", join(project.folder, "chorale.yml"));
    await project.run("add", "tap-new");
    expect(await project.read("real.yml")).toContain("tap-new");
    expect(await project.read("chorale.yml")).toContain("tap-new");
    expect(await project.read("meltano.yml")).toBe(projectFile);
  });

  it.each([
    {
      argv: ["tap-zuora-revenue"],
      path: "/nowhere",
      says: "tap-zuora-revenue: the program was not found. npm install --save-dev @chorale/tap-zuora-revenue",
    },
    {
      argv: ["tap-zendesc"],
      path: "/nowhere",
      says: "tap-zendesc: the program was not found. Did you mean tap-zendesk?",
    },
    {
      argv: ["tap-quite-other"],
      path: "/nowhere",
      says: "tap-quite-other: the program was not found. Install it, so that it is in node_modules/.bin or in PATH.",
    },
    { argv: ["tap-old"], says: "tap-old: it stands in meltano.yml:4:5 already. Name another with --as." },
    {
      argv: ["tap-new", "--as", "tap-old"],
      says: "tap-old: it stands in meltano.yml:4:5 already. Name another with --as.",
    },
    {
      argv: ["tap-new", "--as", "a: b"],
      says: 'a: b: this is no name for a plugin. Write letters, digits and "-".',
    },
    { argv: ["tap-eu", "--inherit-from", "tap-odl"], says: "tap-odl: no such plugin. Did you mean tap-old?" },
    { argv: ["tap-broken"], says: "tap-broken: --about failed: no about here Write its entry by hand." },
    {
      argv: ["tap-silent"],
      says: "tap-silent: --about --format=json answered no description. Write its entry by hand.",
    },
  ])("refuses $argv, and changes nothing", async ({ argv, path, says }) => {
    const project = await projectWith();
    const env = path === undefined ? {} : { env: { PATH: path } };
    const end = await commandLine(["add", ...argv], { cwd: project.folder, ...env });
    expect(end).toEqual({ code: 2, stdout: "", stderr: `error: ${says}\n` });
    expect(await project.read("meltano.yml")).toBe(projectFile);
  });
});

describe("chorale init", () => {
  it("makes a project that is all right as soon as .env is filled in", async () => {
    const { folder, read } = await projectWith({
      "node_modules/.bin/tap-zendesk": "#!/bin/sh\n",
      "node_modules/.bin/target-duckdb": "#!/bin/sh\n",
    });
    await makeExecutable(join(folder, "node_modules/.bin"), "tap-zendesk", "target-duckdb");
    const made = await commandLine(["init", "a/b"], { cwd: folder });
    expect(made.code).toBe(0);
    expect(made.stdout).toContain(`${join(folder, "a/b/chorale.yml")} is made.`);
    expect(await read("a/b/.gitignore")).toBe(".env\n.chorale/\n");
    const cwd = join(folder, "a/b");
    const empty = await commandLine(["validate"], { cwd });
    expect(empty.code).toBe(2);
    expect(empty.stdout).toContain("3 errors, 0 warnings\n");
    expect(await commandLine(["validate", "--env-file", ".env.example"], { cwd })).toEqual({
      code: 0,
      stdout: "0 errors, 0 warnings\n",
      stderr: "",
    });
  });

  it("adds to a .gitignore what it lacks", async () => {
    const folder = await folderWith({ ".gitignore": "node_modules\n.env" });
    expect((await commandLine(["init"], { cwd: folder })).code).toBe(0);
    expect(await readFile(join(folder, ".gitignore"), "utf8")).toBe("node_modules\n.env\n.chorale/\n");
  });

  it.each(["chorale.yml", "meltano.yml"])("never writes over %s", async (name) => {
    const folder = await folderWith({ [name]: "mine" });
    const end = await commandLine(["init"], { cwd: folder });
    expect(end).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: ${join(folder, name)}: there is a project already. Name another folder.\n`,
    });
    expect(await readFile(join(folder, name), "utf8")).toBe("mine");
    await expect(stat(join(folder, ".env.example"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
