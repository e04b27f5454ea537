import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  startAdaptive,
  startClari,
  startThoughtIndustries,
  startXactly,
  startZengrc,
  startZuoraRevenue,
} from "@chorale/sandbox";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const root = new URL("../../../", import.meta.url);
const execute = promisify(execFile);
const timeout = 120_000;

/** A stand-in to read from: the settings of the tap, and a stream. */
interface Source {
  readonly config: Readonly<Record<string, unknown>>;
  readonly stream: string;
}

async function zendeskSource(): Promise<Source> {
  return { config: tapConfig(await zendesk()), stream: "groups" };
}

/** What each tap reads; a tap that is missing here fails. */
const sources: Readonly<Record<string, () => Promise<Source>>> = {
  "tap-zendesk": zendeskSource,
  "tap-zendesk-community-relations": zendeskSource,
  async "tap-zengrc"() {
    const { url, close } = await startZengrc();
    onTestFinished(close);
    const key = { username: "sandbox-key-id", password: "sandbox-key-secret" };
    return { config: { base_url: url, ...key }, stream: "risks" };
  },
  async "tap-thought-industries"() {
    const { url, close } = await startThoughtIndustries({ data: { seed: 1, days: 2 } });
    onTestFinished(close);
    const start_date = new Date(Date.now() - 86_400_000).toISOString();
    return { config: { base_url: url, api_key: "sandbox-api-key", start_date }, stream: "content" };
  },
  async "tap-clari"() {
    const { url, close } = await startClari();
    onTestFinished(close);
    return { config: { base_url: `${url}/v4/`, api_token: "sandbox-api-token" }, stream: "audit_events" };
  },
  async "tap-zuora-revenue"() {
    const { url, close } = await startZuoraRevenue({ rows: 5 });
    onTestFinished(close);
    const user = { username: "sandbox-user", password: "sandbox-password", poll_interval_seconds: 0.01 };
    return { config: { base_url: `${url}/api/integration`, ...user }, stream: "bi3_book" };
  },
  async "tap-xactly"() {
    const { url, close } = await startXactly();
    onTestFinished(close);
    const user = { user: "sandbox-user", password: "sandbox-password" };
    const client = { client_id: "sandbox-client-id", consumer: "sandbox-consumer" };
    return { config: { api_url: `${url}/api`, ...user, ...client }, stream: "xc_user" };
  },
  async "tap-adaptive"() {
    const { url, close } = await startAdaptive();
    onTestFinished(close);
    const login = { username: "svc.finance@example.test", password: 'sandbox & <pass> "word"' };
    return {
      config: { base_url: `${url}/api/`, ...login, account_codes: ["Model.Account_0"] },
      stream: "levels",
    };
  },
};
const taps = readdirSync(new URL("packages/", root)).filter(
  (name) => name.startsWith("tap-") && name !== "tap-sdk",
);

/** The packages of this repository that a package needs, itself among them. */
function ownPackages(name: string): ReadonlySet<string> {
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(new URL(`packages/${name}/package.json`, root), "utf8"),
  );
  const own = Object.keys(manifest.dependencies ?? {}).filter((each) => each.startsWith("@chorale/"));
  return new Set([name, ...own.flatMap((each) => [...ownPackages(each.replace("@chorale/", ""))])]);
}

/** Packs every package that a tap needs, once for all of them; answers each one's tarball. */
async function pack(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(taps.flatMap((tap) => [...ownPackages(tap)]))];
  const folders = names.map((name) => fileURLToPath(new URL(`packages/${name}`, root)));
  const packed = await execute("npm", ["pack", "--json", "--pack-destination", folder, ...folders], {
    cwd: folder,
  });
  const tarballs: readonly { readonly name: string; readonly filename: string }[] = JSON.parse(packed.stdout);
  return new Map(tarballs.map(({ name, filename }) => [name, join(folder, filename)]));
}

/** Installs a package's tarball, and those of what it needs, into an empty folder. */
async function install(name: string, files: TestFolder): Promise<string> {
  const tarballs = [...ownPackages(name)].map((each) => packed.get(`@chorale/${each}`) ?? each);
  const folder = files.path("empty");
  await mkdir(folder);
  await execute("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs], {
    cwd: folder,
  });
  return folder;
}

let packed: ReadonlyMap<string, string> = new Map();
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "chorale-tarballs-"));
  packed = await pack(folder);
  return () => rm(folder, { recursive: true, force: true });
}, timeout);

describe("the package as npm gets it", () => {
  it.each(taps)("%s installs into an empty folder, and runs there", { timeout }, async (name) => {
    const source = await sources[name]?.();
    const files = testFolder();
    const folder = await install(name, files);
    const config = files.json("config.json", source?.config);
    const args = ["--config", config, "--select", `${source?.stream}.*`];
    const { stdout } = await execute(join(folder, "node_modules/.bin", name), args, { cwd: folder });
    const messages: readonly { type: string }[] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const types = new Set(messages.map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(["RECORD", "SCHEMA", "STATE"]));
  });
});
