import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { commandLine } from "../command-line.ts";

const tap = fileURLToPath(new URL("fixtures/tap.js", import.meta.url));

const discovered = {
  streams: [
    {
      tap_stream_id: "users",
      stream: "users",
      schema: { properties: { id: {}, email: {}, "\u001b[2Jx": {}, blob: {} } },
      metadata: [
        { breadcrumb: [], metadata: { inclusion: "available" } },
        { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic" } },
        { breadcrumb: ["properties", "email"], metadata: { inclusion: "available" } },
        { breadcrumb: ["properties", "\u001b[2Jx"], metadata: { inclusion: "available" } },
        { breadcrumb: ["properties", "blob"], metadata: { inclusion: "unsupported" } },
      ],
    },
    {
      tap_stream_id: "orders",
      stream: "orders",
      schema: { properties: { id: {} } },
      metadata: [{ breadcrumb: ["properties", "id"], metadata: { inclusion: "available" } }],
    },
  ],
};

function project(entry: Record<string, unknown> = {}) {
  const root = mkdtempSync(join(tmpdir(), "chorale-select-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const path = (name: string) => join(root, name);
  const write = (more: Record<string, unknown> = {}) => {
    const config = { asked: path("asked"), catalog_file: path("discovered.json"), ...more };
    const extractor = {
      name: "tap-x",
      namespace: "tap_x",
      executable: tap,
      capabilities: ["catalog", "discover"],
      config,
    };
    writeFileSync(
      path("chorale.yml"),
      JSON.stringify({ plugins: { extractors: [{ ...extractor, ...entry }] } }),
    );
  };
  write();
  writeFileSync(path("discovered.json"), JSON.stringify(discovered));
  const validate = () => commandLine(["validate"], { cwd: root });
  const select = (...args: string[]) => commandLine(["select", ...args], { cwd: root });
  const asked = () =>
    existsSync(path("asked")) ? readFileSync(path("asked"), "utf8").trim().split("\n").length : 0;
  return { select, validate, asked, write, path };
}

describe("select", () => {
  it("lists what is read in Meltano's form", async () => {
    const { select } = project({ select: ["users.*", "!users.email"] });
    const { stdout, stderr } = await select("tap-x", "--list");
    expect(stdout).toBe(
      [
        "Legend:",
        "\tselected",
        "\texcluded",
        "\tautomatic",
        "\tunsupported",
        "",
        "Enabled patterns:",
        "\tusers.*",
        "\t!users.email",
        "",
        "Selected properties:",
        "\t[selected   ] users.x",
        "\t[automatic  ] users.id",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("");
  });

  it("lists everything with --all, and JSON with --json", async () => {
    const { select } = project({ select: ["users.*", "!users.email"] });
    const { stdout } = await select("tap-x", "--all");
    expect(stdout.split("\n").slice(-6)).toEqual([
      "\t[excluded   ] orders.id",
      "\t[selected   ] users.x",
      "\t[unsupported] users.blob",
      "\t[excluded   ] users.email",
      "\t[automatic  ] users.id",
      "",
    ]);
    const json = await select("tap-x", "--json");
    expect(JSON.parse(json.stdout)).toEqual({
      enabled_patterns: ["users.*", "!users.email"],
      streams: [
        { stream: "users", property: "\u001b[2Jx", selection: "selected" },
        { stream: "users", property: "id", selection: "automatic" },
      ],
    });
  });

  it("asks the tap once, and again with --refresh-catalog", async () => {
    const { select, asked } = project();
    await select("tap-x");
    await select("tap-x", "--json");
    expect(asked()).toBe(1);
    await select("tap-x", "--refresh-catalog");
    expect(asked()).toBe(2);
  });

  it("says which rules match nothing", async () => {
    const { select } = project({ select: ["user.*"], metadata: { orders: { ids: { selected: true } } } });
    const { stderr } = await select("tap-x");
    expect(stderr).toBe(
      "warning: tap-x: the select rule user.* matches nothing. Did you mean users?\n" +
        "warning: tap-x: the metadata rule orders.ids.selected matches nothing. Did you mean orders.id?\n",
    );
  });

  it("lets validate find such rules without asking the tap", async () => {
    const { select, validate, asked } = project({ select: ["users.*", "user.*"] });
    expect(await validate()).toMatchObject({ code: 0, stdout: "0 errors, 0 warnings\n" });
    await select("tap-x");
    const { code, stdout } = await validate();
    expect(stdout).toMatch(
      /^chorale\.yml:1:\d+: error: tap-x: the select rule user\.\* matches nothing\. Did you mean users\? Mend it, or ask the tap anew: chorale select tap-x --refresh-catalog\.\n1 error, 0 warnings\n$/,
    );
    expect(code).toBe(2);
    expect(asked()).toBe(1);
  });

  it.each([
    { name: "the tap cannot be asked", more: { exit: 1, account: 2 }, says: "discovery failed", code: 16 },
    { name: "a setting is missing", more: { token: "$NOT_SET_ANYWHERE" }, says: "NOT_SET_ANYWHERE", code: 2 },
  ])("takes the last catalog when $name, with a warning", async ({ more, says, code }) => {
    const { select, write } = project();
    const before = await select("tap-x");
    write(more);
    const { stdout, stderr } = await select("tap-x");
    expect(stdout).toBe(before.stdout);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/This is the catalog of \d+\.\d s ago\.\n$/);
    const refreshed = await select("tap-x", "--refresh-catalog");
    expect(refreshed).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
  });

  it("fails when there is none either", async () => {
    const { select } = project({ executable: "./nothing" });
    expect(await select("tap-x")).toMatchObject({ code: 2, stdout: "" });
  });

  it("takes the catalog that the project brings along", async () => {
    const { select, asked, path } = project({
      catalog: "own.json",
      select: ["nothing.*"],
      select_filter: ["!orders"],
    });
    const [users, orders] = discovered.streams;
    writeFileSync(
      path("own.json"),
      JSON.stringify({
        streams: [
          {
            ...users,
            metadata: [
              { breadcrumb: [], metadata: { selected: true } },
              { breadcrumb: ["properties", "id"], metadata: { selected: true } },
            ],
          },
          orders,
        ],
      }),
    );
    const { stdout } = await select("tap-x", "--json", "--all");
    expect(JSON.parse(stdout).streams.slice(0, 2)).toEqual([
      { stream: "orders", property: "id", selection: "excluded" },
      { stream: "users", property: "blob", selection: "automatic" },
    ]);
    expect(asked()).toBe(0);
  });

  it("names the taps that there are for one that there is not", async () => {
    const { select } = project();
    expect(await select("tap-y")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("tap-y: the project has no such tap. Did you mean tap-x?"),
    });
  });
});
