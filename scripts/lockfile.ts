#!/usr/bin/env node
/**
 * Keeps package-lock.json complete for every platform.
 *
 * npm writes only the optional packages of the platform that it runs on when node_modules is there, and
 * `npm ci` elsewhere then refuses the file ("Missing: … from lock file"). `npm run lockfile` writes the
 * file under the Node of this repository and adds what is missing; `npm run lockfile -- --check` says
 * what is missing, and that `npm ci` takes the file.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

interface LockEntry {
  [key: string]: unknown;
  version?: string;
  dev?: boolean;
  link?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, LockEntry>;
}

interface Missing {
  /** The key of the package that asks for it. */
  by: string;
  name: string;
  range: string;
}

const lockfilePath = new URL("../package-lock.json", import.meta.url);
const run = promisify(execFile);

async function npm(...args: string[]): Promise<string> {
  const npmCli = process.env["npm_execpath"];
  if (npmCli === undefined) throw new Error("run it as `npm run lockfile`: the path of npm is not known.");
  const { stdout } = await run(process.execPath, [npmCli, ...args], { maxBuffer: 1 << 26 });
  return stdout;
}

async function readLockfile(): Promise<Lockfile> {
  return JSON.parse(await readFile(lockfilePath, "utf8"));
}

/** Follows Node's way up from a package's folder, and answers where a dependency is found. */
function resolves(packages: Lockfile["packages"], from: string, name: string): boolean {
  for (let at = from; ; ) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === "") return false;
    const up = at.lastIndexOf("/node_modules/");
    at = up < 0 ? "" : at.slice(0, up);
  }
}

function findMissing({ packages }: Lockfile): Missing[] {
  return Object.entries(packages).flatMap(([by, entry]) =>
    Object.entries({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter(([name]) => !resolves(packages, by, name))
      .map(([name, range]) => ({ by, name, range })),
  );
}

const systems = new Map(
  ["android", "darwin", "freebsd", "linux", "openharmony", "win32"].map((name) => [name, name]),
).set("windows", "win32");
const processors = new Map(
  ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"].map((name) => [
    name,
    name,
  ]),
).set("64", "x64");

/** A registry may lack a platform's package for a while: its name tells what the entry needs to be skipped elsewhere. */
function entryByName({ name, range }: Missing): LockEntry {
  const words = name.split(/[-/]/);
  const os = words.flatMap((word) => systems.get(word) ?? []);
  const cpu = words.flatMap((word) => processors.get(word) ?? []);
  if (!/^[0-9]/.test(range) || os.length + cpu.length === 0)
    throw new Error(`${name}@${range} cannot be found.`);
  return { version: range, ...(cpu.length > 0 ? { cpu } : {}), ...(os.length > 0 ? { os } : {}) };
}

async function viewed(
  missing: Missing,
): Promise<Record<string, unknown> & { dist?: { integrity?: string } }> {
  try {
    const answer: unknown = JSON.parse(await npm("view", `${missing.name}@${missing.range}`, "--json"));
    return Object(Array.isArray(answer) ? answer.at(-1) : answer);
  } catch (error) {
    if (!String(error).includes("E404")) throw error;
    console.error(`${missing.name}@${missing.range}: not found, written by its name and without a checksum`);
    return entryByName(missing);
  }
}

async function entryOf(missing: Missing, dev: boolean): Promise<LockEntry> {
  const manifest = await viewed(missing);
  const keys = [
    "version",
    "cpu",
    "os",
    "libc",
    "license",
    "engines",
    "bin",
    "dependencies",
    "optionalDependencies",
  ];
  const known = keys
    .filter((key) => manifest[key] !== undefined)
    .map((key) => [key, listed(key, manifest[key])]);
  return {
    ...Object.fromEntries(known),
    ...(manifest.dist?.integrity === undefined ? {} : { integrity: manifest.dist.integrity }),
    optional: true,
    ...(dev ? { dev: true } : {}),
  };
}

/** The registry's answer writes a list of one as a text. */
function listed(key: string, value: unknown): unknown {
  return ["cpu", "os", "libc"].includes(key) && typeof value === "string" ? [value] : value;
}

async function complete(): Promise<number> {
  await npm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
  let added = 0;
  for (;;) {
    const lockfile = await readLockfile();
    const missing = findMissing(lockfile);
    if (missing.length === 0) return added;
    for (const one of missing) {
      const at = `node_modules/${one.name}`;
      const key = at in lockfile.packages ? `${one.by}/${at}` : at;
      lockfile.packages[key] = await entryOf(one, lockfile.packages[one.by]?.dev === true);
      added += 1;
    }
    const sorted = Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
    lockfile.packages = Object.fromEntries(sorted);
    await writeFile(lockfilePath, `${JSON.stringify(lockfile, null, 2)}\n`);
  }
}

async function refusedByCi(): Promise<string[]> {
  try {
    await npm("ci", "--dry-run", "--ignore-scripts", "--no-audit", "--no-fund");
    return [];
  } catch (error) {
    return String(error)
      .split("\n")
      .filter((line) => /error (Missing|Invalid)/.test(line));
  }
}

async function check(): Promise<string[]> {
  const lockfile = await readLockfile();
  const missing = findMissing(lockfile).map(({ by, name }) => `${name}, which ${by || "the root"} asks for`);
  const addressed = Object.entries(lockfile.packages)
    .filter(([, { link, resolved }]) => link !== true && resolved !== undefined)
    .map(([key]) => `${key} carries a download address`);
  return [...missing, ...addressed, ...(await refusedByCi())];
}

if (process.argv.includes("--check")) {
  const problems = await check();
  for (const problem of problems) console.error(`package-lock.json: ${problem}`);
  if (problems.length > 0) {
    console.error("Run `npm run lockfile` and commit the file.");
    process.exitCode = 1;
  }
} else {
  console.log(`package-lock.json is complete; ${await complete()} packages of other platforms were added.`);
}
