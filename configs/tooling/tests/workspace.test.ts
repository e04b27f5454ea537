import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Manifest {
  name: string;
  private?: boolean;
  license: string;
  type: string;
  sideEffects?: boolean;
  engines?: { node: string };
  exports: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  files?: string[];
  publishConfig?: unknown;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
}

interface Workspace {
  folder: string;
  name: string;
  manifest: Manifest;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = (path: string) => readFileSync(join(root, path), "utf8");
const json = <T>(path: string): T => JSON.parse(text(path));

const workspaces: Workspace[] = ["packages", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => ({
    folder: `${group}/${name}`,
    name,
    manifest: json<Manifest>(`${group}/${name}/package.json`),
  })),
);
const taps = workspaces.filter(({ name }) => name.startsWith("tap-") && name !== "tap-sdk");
const targets = workspaces.filter(({ name }) => name.startsWith("target-") && name !== "target-sdk");

function filesBelow(folder: string, pattern: RegExp): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => pattern.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
    .map((path) => join(folder, path));
}

const sources = workspaces.flatMap(({ folder }) => filesBelow(`${folder}/src`, /\.ts$/));
const tests = workspaces.flatMap(({ folder }) => filesBelow(`${folder}/tests`, /\.ts$/));

/** Which libraries the code may stand on, each for one job. Another one needs a decision page. */
const libraries = new Set(
  "ajv ajv-formats got p-retry stream-json papaparse sax snowflake-sdk @duckdb/node-api yaml croner commander pino hpagent".split(
    " ",
  ),
);

/** Taps that read in more ways than one, and how many lines that takes: decision 15. */
const largeTaps: ReadonlyMap<string, number> = new Map([
  ["tap-adaptive", 2600],
  ["tap-clari", 1100],
  ["tap-thought-industries", 850],
  ["tap-xactly", 1400],
  ["tap-zendesk", 2500],
  ["tap-zuora-revenue", 1750],
]);

function tagOf({ name }: Workspace): string {
  if (name === "singer") return "protocol";
  if (name.endsWith("-sdk")) return "sdk";
  if (name === "tap-zendesk") return "inheritable";
  return name.startsWith("tap-") || name.startsWith("target-") ? "connector" : name;
}

describe.each(workspaces)("$folder", (workspace) => {
  const { folder, name, manifest } = workspace;
  const isPublic = manifest.private !== true;

  it("is called like its folder", () => {
    expect(manifest.name).toBe(`@chorale/${name}`);
  });

  it("is an MIT-licensed ES module for the Node versions that all support", () => {
    const { license, type, sideEffects, engines } = manifest;
    expect({ license, type, sideEffects, engines }).toEqual({
      license: "MIT",
      type: "module",
      sideEffects: false,
      engines: { node: ">=22.18" },
    });
  });

  it("exports its source for the repository, types and code for everyone else", () => {
    const { "./package.json": own, ...entries } = manifest.exports;
    expect(own).toBe("./package.json");
    for (const entry of Object.values(entries)) {
      expect(entry).toBeTypeOf("object");
      const { "@chorale/source": source = "" } = Object(entry);
      expect(existsSync(join(root, folder, source))).toBe(true);
      const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
      expect(entry).toEqual({ "@chorale/source": source, types: `${built}.d.ts`, default: `${built}.js` });
    }
  });

  it("is published with provenance and checked for it, or not at all", () => {
    expect(manifest.publishConfig).toEqual(isPublic ? { access: "public", provenance: true } : undefined);
    expect(manifest.scripts).toEqual({
      build: "tsc --build",
      test: `vitest run --root ../.. --project ${name}`,
      ...(isPublic ? { "check:publish": "publint --strict && attw --pack . --profile esm-only" } : {}),
      ...(name === "bench" ? { bench: manifest.scripts?.["bench"] } : {}),
    });
    if (isPublic)
      expect(manifest.files).toEqual(["dist", "src", ...(manifest.bin === undefined ? [] : ["bin"])]);
  });

  it("stands on libraries that were chosen, and on packages of this repository by version", () => {
    for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
      if (dependency.startsWith("@chorale/")) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
      else expect(libraries).toContain(dependency);
    }
  });

  it("has the configuration that all have", () => {
    const internal = Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith("@chorale/"));
    const references = internal.sort().map((key) => {
      const { folder: target } = workspaces.find((one) => one.manifest.name === key) ?? { folder: "?" };
      return {
        path: target.startsWith(folder.split("/")[0] ?? "")
          ? `../${target.split("/")[1]}`
          : `../../${target}`,
      };
    });
    // A composite project has to name data that its modules import.
    const hasData = filesBelow(`${folder}/src`, /\.json$/).length > 0;
    expect(json(`${folder}/tsconfig.json`)).toEqual({
      extends: "../../tsconfig.base.json",
      ...(hasData ? { include: ["src", "src/**/*.json"] } : {}),
      ...(references.length > 0 ? { references } : {}),
    });
    expect(json(`${folder}/turbo.json`)).toEqual({ extends: ["//"], tags: [tagOf(workspace)] });
    expect(json<{ references: unknown[] }>("tsconfig.json").references).toContainEqual({ path: folder });
  });

  it("has a README that begins with its name", () => {
    expect(text(`${folder}/README.md`).startsWith(`# ${manifest.name}\n`)).toBe(true);
  });

  it("has tests", () => {
    expect(filesBelow(`${folder}/tests`, /\.test\.ts$/)).not.toEqual([]);
  });

  it("checks the Node version before anything else in each of its bins", () => {
    for (const path of Object.values(manifest.bin ?? {})) {
      const lines = text(join(folder, path)).split("\n");
      expect(lines[0]).toBe("#!/usr/bin/env node");
      expect(lines.filter((line) => line.startsWith("import "))).toEqual([
        'import { requireNode } from "@chorale/singer/node-version";',
      ]);
    }
  });
});

describe.each(taps)("$folder as a tap", ({ name, folder, manifest }) => {
  it("has the bin that it is called by", () => {
    expect(manifest.bin).toEqual({ [name]: `./bin/${name}.js` });
  });

  it("has the same inner layout as every tap", () => {
    const inherits = Object.keys(manifest.dependencies ?? {}).some((key) => /\/tap-(?!sdk$)/.test(key));
    for (const file of ["index.ts", "tap.ts", ...(inherits ? [] : ["client.ts"])])
      expect(existsSync(join(root, folder, "src", file))).toBe(true);
  });

  it("keeps to its lines before schemas", () => {
    const files = filesBelow(`${folder}/src`, /\.ts$/).filter((path) => !path.includes("/schemas/"));
    const lines = files.reduce((sum, path) => sum + text(path).split("\n").length - 1, 0);
    expect(lines).toBeLessThanOrEqual(largeTaps.get(name) ?? 500);
  });
});

describe.each(targets)("$folder as a target", ({ name, manifest }) => {
  it("has the bin that it is called by", () => {
    expect(manifest.bin).toEqual({ [name]: `./bin/${name}.js` });
  });
});

describe("source files", () => {
  it.each(sources.filter((path) => !path.includes("/schemas/")))("%s has at most 300 lines", (path) => {
    expect(text(path).split("\n").length - 1).toBeLessThanOrEqual(300);
  });

  it.each([...sources, ...tests])("%s puts nothing off and suppresses nothing without a reason", (path) => {
    const code = text(path);
    expect(code).not.toMatch(/\b(?:TODO|FIXME|XXX)\b/);
    expect(code).not.toMatch(/@ts-ignore|@ts-nocheck/);
    for (const line of code.split("\n").filter((one) => /biome-ignore|oxlint-disable/.test(one))) {
      expect(line).toMatch(/biome-ignore \S+: \S+|oxlint-disable\S* \S+ -- \S+/);
    }
  });
});
