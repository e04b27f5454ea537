import { describe, expect, it } from "vitest";
import { lines, plugin, projectOf, values } from "./support.ts";

const lock = (definition: object) => JSON.stringify({ plugin_type: "extractors", ...definition });

describe("inherit_from", () => {
  it("takes from the parent what the plugin does not say", async () => {
    const project = await projectOf(
      `
plugins:
  extractors:
    - name: tap-x--eu
      inherit_from: tap-x
      settings: [{ name: token, kind: integer }, { name: own }]
      config: { b: 3 }
      env: { E: eu }
    - name: tap-x
      namespace: tap_x
      variant: acme
      pip_url: tap-x-pip
      executable: ./tap.js
      capabilities: [state, log-based]
      settings: [{ name: token, kind: password }, { name: other }]
      settings_group_validation: [[token]]
      commands: { test: --test }
      config: { a: 1, b: 2 }
      select: [users.*]
      env: { E: x, F: f }
    - { name: tap-x--eu--old, inherit_from: tap-x--eu, executable: old, namespace: old_ns, capabilities: [] }
environments:
  - name: prod
    config: { plugins: { extractors: [{ name: tap-x, config: { a: prod }, env: { E: prod } }] } }
`,
      { environment: "prod" },
    );
    expect(project.problems).toEqual([]);
    const parent = plugin(project, "tap-x");
    const child = plugin(project, "tap-x--eu");
    expect(child.parent).toBe(parent);
    expect(child).toMatchObject({
      namespace: "tap_x__eu",
      variant: "acme",
      pipUrl: "tap-x-pip",
      executable: "./tap.js",
      capabilities: new Set(["state", "log-based"]),
      settingsGroups: [["token"]],
    });
    expect(child.settings.map(({ name, kind }) => [name, kind])).toEqual([
      ["token", "integer"],
      ["own", undefined],
      ["other", undefined],
    ]);
    expect([...child.commands.keys()]).toEqual(["test"]);
    expect(values(child.config)).toEqual({ b: 3 });
    expect(values(child.env)).toEqual({ E: "eu" });
    expect(values(child.environmentConfig)).toEqual({});
    expect(values(parent.environmentConfig)).toEqual({ a: "prod" });
    expect(values(parent.environmentEnv)).toEqual({ E: "prod" });
    const grandchild = plugin(project, "tap-x--eu--old");
    expect(grandchild.parent).toBe(child);
    expect(grandchild).toMatchObject({ namespace: "old_ns", executable: "old", capabilities: new Set() });
  });

  it.each([
    {
      name: "a circle of two",
      extractors: "[{ name: a, inherit_from: b }, { name: b, inherit_from: a }]",
      line: "error 1:66 plugins.extractors.b: inherit_from: a inherits from itself, by a → b → a. Let one of them inherit from no other.",
    },
    {
      name: "a circle of one",
      extractors: "[{ name: a, inherit_from: a }]",
      line: "error 1:36 plugins.extractors.a: inherit_from: a inherits from itself. Leave inherit_from out.",
    },
    {
      name: "a typing error",
      extractors: "[{ name: tap-zendesk }, { name: b, inherit_from: tap-zendes }]",
      line: "error 1:59 plugins.extractors.b: inherit_from: tap-zendes is no plugin of the project. Did you mean tap-zendesk?",
    },
    {
      name: "a plugin of another type",
      extractors: "[{ name: b, inherit_from: target-y }]",
      line: "error 1:36 plugins.extractors.b: inherit_from: target-y is one of the loaders. Name one of the extractors.",
    },
    {
      name: "a plugin of the hub without a lock file",
      extractors: "[{ name: b, inherit_from: tap-gitlab }]",
      line: "warning 1:36 plugins.extractors.b: inherit_from: tap-gitlab is neither a plugin of the project nor has it a lock file. It is taken for a plugin of Meltano's hub with the program tap-gitlab.",
    },
  ])("tells of $name", async ({ extractors, line }) => {
    const project = await projectOf(`plugins: { extractors: ${extractors}, loaders: [{ name: target-y }] }`);
    expect(lines(project.problems)).toEqual([line]);
    expect(project.plugins.get("extractors")?.size).toBe(extractors.split("name: ").length - 1);
  });

  it("runs the program of a hub plugin that nothing is known of", async () => {
    const project = await projectOf("plugins: { extractors: [{ name: b, inherit_from: tap-gitlab }] }");
    expect(plugin(project, "b")).toMatchObject({
      executable: "tap-gitlab",
      namespace: "b",
      parent: undefined,
    });
  });
});

describe("a plugin without a definition", () => {
  it("is called after its name, and a tap is taken to discover and keep state", async () => {
    const project = await projectOf(
      "plugins: { extractors: [{ name: tap-x.y--z, variant: v, pip_url: p }], loaders: [{ name: target-y }] }",
    );
    expect(project.problems).toEqual([]);
    expect(plugin(project, "tap-x.y--z")).toMatchObject({
      namespace: "tap_x_y__z",
      executable: "tap-x.y--z",
      capabilities: new Set(["catalog", "discover", "state"]),
    });
    expect(plugin(project, "target-y", "loaders").capabilities).toEqual(new Set());
  });
});

describe("a lock file", () => {
  const definition = {
    name: "tap-x",
    namespace: "tap_locked",
    variant: "acme",
    pip_url: "locked-pip",
    executable: "locked",
    capabilities: ["state"],
    settings: [{ name: "token", kind: "password" }, { name: "a" }],
    settings_group_validation: [["token"]],
    commands: { test: "--test" },
    select: ["*.*"],
    unknown: { never: "read" },
  };

  it.each([
    { name: "of its variant", entry: "{ name: tap-x, variant: acme }", file: "tap-x--acme.lock" },
    { name: "of its name, where there is one", entry: "{ name: tap-x }", file: "tap-x--acme.lock" },
    {
      name: "of the plugin of the hub that it inherits from",
      entry: "{ name: tap-x, inherit_from: tap-x, variant: acme }",
      file: "tap-x--acme.lock",
    },
  ])("is laid under the entry: that $name", async ({ entry, file }) => {
    const project = await projectOf({
      "meltano.yml": `plugins: { extractors: [${entry}] }`,
      [`plugins/extractors/${file}`]: lock(definition),
    });
    expect(project.problems).toEqual([]);
    const found = plugin(project, "tap-x");
    expect(found).toMatchObject({
      namespace: "tap_locked",
      variant: "acme",
      pipUrl: "locked-pip",
      executable: "locked",
      capabilities: new Set(["state"]),
      settingsGroups: [["token"]],
    });
    expect(found.settings.map(({ name, sensitive }) => [name, sensitive])).toEqual([
      ["token", true],
      ["a", false],
    ]);
    expect(values(found.config)).toEqual({ _select: ["*.*"] });
    expect([...found.commands.keys()]).toEqual(["test"]);
  });

  it("gives way to the entry, key by key", async () => {
    const project = await projectOf({
      "meltano.yml":
        "plugins: { extractors: [{ name: tap-x, variant: acme, executable: own, capabilities: [catalog], settings: [{ name: a, kind: integer }], select: [t.*] }] }",
      "plugins/extractors/tap-x--acme.lock": lock(definition),
    });
    const found = plugin(project, "tap-x");
    expect(found).toMatchObject({
      executable: "own",
      capabilities: new Set(["catalog"]),
      pipUrl: "locked-pip",
    });
    expect(found.settings.map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "integer"],
      ["token", "string"],
    ]);
    expect(values(found.config)).toEqual({ _select: ["t.*"] });
  });

  it("of a hub plugin defines the one that inherits from it, under its own namespace", async () => {
    const project = await projectOf({
      "meltano.yml": "plugins: { extractors: [{ name: tap-x--eu, inherit_from: tap-x, variant: acme }] }",
      "plugins/extractors/tap-x--acme.lock": lock(definition),
    });
    expect(project.problems).toEqual([]);
    expect(plugin(project, "tap-x--eu")).toMatchObject({ namespace: "tap_x__eu", executable: "locked" });
  });

  it.each([
    { name: "another variant", entry: "{ name: tap-x, variant: other }", executable: "tap-x" },
    {
      name: "one of two without a variant",
      entry: "{ name: tap-x }",
      executable: "tap-x",
      more: "tap-x--zzz.lock",
    },
    { name: "a heir's", entry: "{ name: tap }", executable: "tap", more: "tap--x--acme.lock" },
    {
      name: "a custom plugin's",
      entry: "{ name: tap-x, variant: acme, namespace: own, capabilities: [] }",
      executable: "tap-x",
    },
    {
      name: "a path's",
      entry: "{ name: ../extractors/tap-x, variant: acme }",
      executable: "../extractors/tap-x",
    },
  ])("is not $name", async ({ entry, executable, more }) => {
    const project = await projectOf({
      "meltano.yml": `plugins: { extractors: [${entry}] }`,
      "plugins/extractors/tap-x--acme.lock": lock(definition),
      ...(more === undefined ? {} : { [`plugins/extractors/${more}`]: lock(definition) }),
    });
    expect([...(project.plugins.get("extractors")?.values() ?? [])].map((each) => each.executable)).toEqual([
      executable,
    ]);
    expect(project.problems).toEqual([]);
  });

  it.each([
    {
      name: "is no JSON",
      content: "{",
      message:
        /^error plugins\/extractors\/tap-x--acme\.lock:1:\d+ plugins\/extractors\/tap-x--acme\.lock: the lock file cannot be read: .* Write it anew with "meltano lock --update", or remove it\.$/,
    },
    { name: "is a list", content: "[]", message: /the lock file cannot be read: it holds no definition\./ },
  ])("that $name is told of", async ({ content, message }) => {
    const project = await projectOf({
      "meltano.yml": "plugins: { extractors: [{ name: tap-x, variant: acme }] }",
      "plugins/extractors/tap-x--acme.lock": content,
    });
    expect(lines(project.problems)).toEqual([expect.stringMatching(message)]);
  });
});
