import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CatalogSource, resolveCatalog } from "../../src/catalog/resolve-catalog.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import { createRunFolder } from "../../src/run/run-folder.ts";
import type { TapExtras } from "../../src/settings/resolved.ts";

const program = fileURLToPath(new URL("fixtures/tap.js", import.meta.url));

const plainExtras: TapExtras = {
  catalog: undefined,
  state: undefined,
  loadSchema: "tap_x",
  select: ["*.*"],
  selectFilter: [],
  metadata: {},
  schema: {},
  useCachedCatalog: true,
};

interface Ask extends Partial<Pick<CatalogSource, "refresh" | "ttlSeconds" | "signal" | "emit">> {
  config?: Record<string, unknown>;
  extras?: Partial<TapExtras>;
  capabilities?: string[];
  secrets?: string[];
  name?: string;
  program?: string;
}

const catalogText = (...columns: string[]) =>
  JSON.stringify({
    streams: [
      {
        tap_stream_id: "users",
        stream: "users",
        schema: { properties: Object.fromEntries(columns.map((name) => [name, {}])) },
        metadata: [{ breadcrumb: [], metadata: { inclusion: "available" } }],
      },
    ],
  });

/** A project's folder, and a tap in it whose catalog can be changed. */
async function project() {
  const root = mkdtempSync(join(tmpdir(), "chorale-catalog-test-"));
  const folder = await createRunFolder();
  onTestFinished(async () => {
    rmSync(root, { recursive: true, force: true });
    await folder.remove();
  });
  const own = { asked: join(root, "asked"), catalog_file: join(root, "discovered.json") };
  writeFileSync(own.catalog_file, catalogText("id", "email"));
  const ask = async (options: Ask = {}) => {
    const events: RunEvent[] = [];
    const config = { ...own, ...options.config };
    const result = await resolveCatalog({
      tap: {
        name: options.name ?? "tap-x",
        program: options.program ?? program,
        config,
        env: { PATH: process.env["PATH"] ?? "" },
        secrets: options.secrets ?? [],
        capabilities: new Set(options.capabilities ?? ["catalog", "discover", "state"]),
      },
      extras: { ...plainExtras, ...options.extras },
      folder,
      root,
      refresh: options.refresh ?? false,
      ttlSeconds: options.ttlSeconds,
      configPath: await folder.write("tap.config.json", JSON.stringify(config)),
      signal: options.signal ?? new AbortController().signal,
      emit: (event) => {
        events.push(event);
        options.emit?.(event);
      },
    });
    const catalog = result.path === undefined ? undefined : readFileSync(result.path, "utf8");
    const warnings = events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
    return { ...result, catalog, events, warnings };
  };
  const asked = () => (existsSync(own.asked) ? readFileSync(own.asked, "utf8").trim().split("\n").length : 0);
  return {
    root,
    ask,
    asked,
    catalogFile: own.catalog_file,
    kept: join(root, ".chorale", "catalogs", "tap.tap-x"),
  };
}

describe("resolveCatalog", () => {
  it("asks the tap, applies the rules and says what came of it", async () => {
    const { ask, root } = await project();
    const { path, flag, selected, catalog, events } = await ask({
      extras: { select: ["users.email", "!user.id"] },
    });
    expect({ flag, selected }).toEqual({ flag: "--catalog", selected: ["users"] });
    expect(statSync(path ?? "").mode & 0o777).toBe(0o600);
    expect(JSON.parse(catalog ?? "").streams[0].metadata).toEqual([
      { breadcrumb: [], metadata: { inclusion: "available", selected: true } },
      { breadcrumb: ["properties", "id"], metadata: { inclusion: "automatic", selected: false } },
      { breadcrumb: ["properties", "email"], metadata: { inclusion: "automatic", selected: true } },
    ]);
    expect(events).toEqual([
      { event: "discovery", streams: 1, ageSeconds: 0, seconds: expect.any(Number) },
      { event: "select_resolved", selected: ["users"], unmatched: ["!user.id"] },
      { event: "warning", message: "tap-x: the select rule !user.id matches nothing. Did you mean users?" },
    ]);
    expect(readFileSync(join(root, "asked"), "utf8")).toBe("--config --discover\n");
  });

  it("gives a tap the file by the name that it takes it by, and one that takes none no file", async () => {
    const { ask, asked } = await project();
    expect((await ask({ capabilities: ["properties", "discover"] })).flag).toBe("--properties");
    expect((await ask({ capabilities: ["properties", "catalog", "discover"] })).flag).toBe("--catalog");
    expect(asked()).toBe(1);
    const none = await ask({ capabilities: ["discover", "state"] });
    expect(none).toMatchObject({ path: undefined, selected: [], events: [] });
    const named = await ask({ capabilities: [], extras: { catalog: "own.json" } });
    expect(named).toMatchObject({
      path: undefined,
      warnings: ["tap-x: takes no catalog: the one that the project names is not used."],
    });
  });

  it("warns when nothing is selected", async () => {
    const { ask } = await project();
    const { warnings, selected } = await ask({ extras: { selectFilter: ["!users"] } });
    expect(selected).toEqual([]);
    expect(warnings).toEqual(["tap-x: reads nothing: no stream is selected."]);
  });

  it("refuses a tap that takes a catalog and can neither make one nor is given one", async () => {
    const { ask, asked } = await project();
    await expect(ask({ capabilities: ["catalog"] })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("tap-x: it takes a catalog and cannot make one"),
    });
    expect(asked()).toBe(0);
  });
});

describe("a catalog of the project's own", () => {
  it("is handed on letter by letter, without asking the tap", async () => {
    const { ask, asked, root } = await project();
    const text = `\uFEFF{ "streams" : [ ${catalogText("a").slice(12, -2)} ],\n"n":1e400 }`;
    writeFileSync(join(root, "own.json"), text);
    const extras = { catalog: "own.json", select: ["!*.*"], schema: { users: { a: { type: "null" } } } };
    const { catalog, selected, events } = await ask({ extras });
    expect(catalog).toBe(text);
    expect(events[0]).toEqual({ event: "select_resolved", selected, unmatched: [] });
    expect(asked()).toBe(0);
  });

  it("is filtered", async () => {
    const { ask, root } = await project();
    writeFileSync(join(root, "own.json"), catalogText("a"));
    const { catalog, selected } = await ask({ extras: { catalog: "own.json", selectFilter: ["!users"] } });
    expect(selected).toEqual([]);
    expect(JSON.parse(catalog ?? "").streams[0].metadata[0].metadata.selected).toBe(false);
  });

  it.each([
    { name: "is not there", text: undefined, says: "the catalog own.json cannot be read" },
    { name: "is no JSON", text: "{,", says: "the catalog own.json is not JSON" },
    { name: "is no catalog", text: "[]", says: 'the catalog own.json has no list of "streams"' },
  ])("that $name ends the run with exit code 2", async ({ text, says }) => {
    const { ask, root } = await project();
    if (text !== undefined) writeFileSync(join(root, "own.json"), text);
    await expect(ask({ extras: { catalog: "own.json" } })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(says),
    });
  });
});

describe("discovery that fails", () => {
  it.each([
    {
      name: "an exit code",
      config: { exit: 77, complain: "first\nno such account", catalog_file: "" },
      says: "--discover ended with exit code 77: no such account.",
    },
    {
      name: "an exit code and no word on stderr",
      config: { exit: 1, output: "Traceback", catalog_file: "" },
      says: 'exit code 1: it wrote nothing to stderr. Its output began with "Traceback".',
    },
    {
      name: "no output",
      config: { catalog_file: "" },
      says: "--discover wrote something that is not JSON. Its output was empty.",
    },
    {
      name: "a log on stdout",
      config: { output: `INFO starting ${"x".repeat(200)}`, catalog_file: "" },
      says: `is not JSON. Its output began with "INFO starting ${"x".repeat(106)}"…`,
    },
    {
      name: "JSON that is no catalog",
      config: { output: '{"stream":[]}', catalog_file: "" },
      says: 'wrote JSON that is no catalog: it has no list of "streams". Its output began with',
    },
    {
      name: "a secret on both ways out",
      config: { exit: 1, complain: "token hunter2222 refused", catalog_file: "" },
      says: "token [redacted] refused",
    },
  ])("says so with exit code 16: $name", async ({ config, says }) => {
    const { ask, kept } = await project();
    const failing = ask({ config, secrets: ["hunter2222"] });
    await expect(failing).rejects.toMatchObject({ exitCode: 16, message: expect.stringContaining(says) });
    await expect(failing).rejects.toThrow(`tap-x: discovery failed: ${program} --config …`);
    expect(existsSync(kept)).toBe(false);
  });

  it("redacts what it shows of the output", async () => {
    const { ask } = await project();
    const failing = ask({ config: { output: "hunter2222", catalog_file: "" }, secrets: ["hunter2222"] });
    await expect(failing).rejects.toThrow('Its output began with "[redacted]".');
    const silent = ask({
      config: { exit: 1, output: "hunter2222", catalog_file: "" },
      secrets: ["hunter2222"],
    });
    await expect(silent).rejects.toThrow('it wrote nothing to stderr. Its output began with "[redacted]".');
  });

  it("ends when the run is stopped", async () => {
    const { ask } = await project();
    const stop = new AbortController();
    const emit = (event: RunEvent) => {
      if (event.event === "plugin_log") stop.abort("SIGTERM");
    };
    const config = { hang: true, complain: "waiting" };
    const stopped = { exitCode: 16, message: "tap-x: discovery was stopped. Run again." };
    await expect(ask({ config, signal: stop.signal, emit })).rejects.toMatchObject(stopped);
    // Already stopped when it begins.
    await expect(ask({ config, signal: stop.signal })).rejects.toMatchObject(stopped);
  });
});

describe("kept catalogs", () => {
  it("spare the tap the question until they are too old", async () => {
    const { ask, asked, kept } = await project();
    await ask();
    expect((await ask()).events[0]).toMatchObject({ event: "discovery", ageSeconds: expect.any(Number) });
    expect(asked()).toBe(1);
    const [name = ""] = readdirSync(kept);
    const yesterday = Date.now() / 1000 - 24 * 3600 - 5;
    utimesSync(join(kept, name), yesterday, yesterday);
    const aged = await ask({ ttlSeconds: 48 * 3600 });
    expect(aged.events[0]).toMatchObject({ streams: 1 });
    expect(aged.events[0]?.event === "discovery" && aged.events[0].ageSeconds).toBeGreaterThan(24 * 3600);
    expect(asked()).toBe(1);
    await ask();
    expect(asked()).toBe(2);
    await ask();
    expect(asked()).toBe(2);
  });

  it("keep what the tap wrote, whatever the rules", async () => {
    const { ask, asked, kept, catalogFile } = await project();
    writeFileSync(catalogFile, `{"streams" : [], "n": 12345678901234567890 }\n`);
    await ask();
    await ask({ extras: { schema: { "*": { x: {} } }, metadata: { "*": { y: 1 } }, select: ["a"] } });
    expect(asked()).toBe(1);
    const [name = ""] = readdirSync(kept);
    expect(readFileSync(join(kept, name), "utf8")).toBe(`{"streams" : [], "n": 12345678901234567890 }\n`);
  });

  it.each([
    { name: "another configuration", options: { config: { account: 2 } } },
    { name: "refreshing", options: { refresh: true } },
    { name: "use_cached_catalog: false", options: { extras: { useCachedCatalog: false } } },
    { name: "no age allowed", options: { ttlSeconds: -1 } },
  ])("are not used with $name", async ({ options }) => {
    const { ask, asked } = await project();
    await ask();
    await ask(options);
    expect(asked()).toBe(2);
  });

  it("are not used after the program was changed", async () => {
    const { ask, asked, root } = await project();
    const copy = join(root, "tap.mjs");
    writeFileSync(copy, readFileSync(program), { mode: 0o755 });
    await ask({ program: copy });
    utimesSync(copy, 1, 1);
    await ask({ program: copy });
    expect(asked()).toBe(2);
  });

  it("are not used after the program's package was updated, whatever the times of its files", async () => {
    const { ask, asked, root } = await project();
    const install = (version: string) => {
      rmSync(join(root, "node_modules"), { recursive: true, force: true });
      mkdirSync(join(root, "node_modules", "tap-x", "bin"), { recursive: true });
      writeFileSync(
        join(root, "node_modules", "tap-x", "package.json"),
        JSON.stringify({ type: "module", version }),
      );
      writeFileSync(join(root, "node_modules", "tap-x", "bin", "tap.js"), readFileSync(program), {
        mode: 0o755,
      });
      utimesSync(join(root, "node_modules", "tap-x", "bin", "tap.js"), 1, 1);
      symlinkSync("tap-x/bin/tap.js", join(root, "node_modules", "linked"));
    };
    for (const version of ["1.0.0", "1.0.0", "1.0.1"]) {
      install(version);
      await ask({ program: join(root, "node_modules", "linked") });
    }
    expect(asked()).toBe(2);
  });

  it("are used when only the order of the settings differs", async () => {
    const { ask, asked } = await project();
    await ask({ config: { a: { x: 1, y: [1, 2] }, b: 2 } });
    await ask({ config: { b: 2, a: { y: [1, 2], x: 1 } } });
    expect(asked()).toBe(1);
    await ask({ config: { b: 2, a: { y: [2, 1], x: 1 } } });
    expect(asked()).toBe(2);
  });

  it("that are broken, or from the future, are made again", async () => {
    const { ask, asked, kept } = await project();
    await ask();
    const [name = ""] = readdirSync(kept);
    writeFileSync(join(kept, name), '{"streams":');
    expect((await ask()).selected).toEqual(["users"]);
    expect(asked()).toBe(2);
    const tomorrow = Date.now() / 1000 + 24 * 3600;
    utimesSync(join(kept, name), tomorrow, tomorrow);
    await ask();
    expect(asked()).toBe(3);
  });

  it("tell nothing of secrets, and are for their owner only", async () => {
    const { ask, root, kept } = await project();
    await ask({ config: { token: "hunter2222" }, secrets: ["hunter2222"] });
    const key = join(root, ".chorale", "catalogs", "key");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    const [name = ""] = readdirSync(kept);
    expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600);
    // The same configuration in a project with another key.
    const before = name;
    writeFileSync(key, "x".repeat(32));
    await ask({ config: { token: "hunter2222" } });
    expect(readdirSync(kept).filter((each) => each !== before)).toHaveLength(1);
  });

  it("warn of columns that came and went, also under another configuration", async () => {
    const { ask, catalogFile } = await project();
    expect((await ask()).warnings).toEqual([]);
    writeFileSync(catalogFile, catalogText("id", "phone"));
    expect((await ask({ refresh: true })).warnings).toEqual([
      "tap-x: since the last discovery: new columns: users.phone",
      "tap-x: since the last discovery: columns that are gone: users.email",
    ]);
    writeFileSync(catalogFile, catalogText("id"));
    expect((await ask({ config: { token: "new" } })).warnings).toEqual([
      "tap-x: since the last discovery: columns that are gone: users.phone",
    ]);
  });

  it("do not grow without end", async () => {
    const { ask, kept } = await project();
    for (let account = 0; account < 10; account += 1) await ask({ config: { account } });
    expect(readdirSync(kept)).toHaveLength(8);
  });

  it("stand many runs at once", async () => {
    const { ask, root, kept } = await project();
    const runs = await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect(runs.map(({ selected }) => selected)).toEqual(Array.from({ length: 6 }, () => ["users"]));
    expect(runs.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(readdirSync(kept)).toHaveLength(1);
    expect(readdirSync(join(root, ".chorale", "catalogs")).sort()).toEqual(["key", "tap.tap-x"]);
  });

  it.each(["..", "a/b", "../../out", "é%", "tap-x--eu"])(
    "are kept below the folder for a tap called %s",
    async (name) => {
      const { ask, root } = await project();
      await ask({ name });
      const catalogs = join(root, ".chorale", "catalogs");
      expect(readdirSync(root).sort()).toEqual([".chorale", "asked", "discovered.json"]);
      expect(readdirSync(join(root, ".chorale"))).toEqual(["catalogs"]);
      const [folder = ""] = readdirSync(catalogs).filter((each) => each !== "key");
      expect(readdirSync(join(catalogs, folder))).toHaveLength(1);
    },
  );

  it("are done without where there is no place for them", async () => {
    const { ask, asked, root } = await project();
    mkdirSync(join(root, ".chorale"));
    writeFileSync(join(root, ".chorale", "catalogs"), "a file");
    const { selected, warnings } = await ask();
    expect(selected).toEqual(["users"]);
    expect(warnings).toEqual([expect.stringContaining("tap-x: its catalog cannot be kept: ")]);
    await ask();
    expect(asked()).toBe(2);
  });
});
