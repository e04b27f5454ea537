import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type LocalServer, type Route, serve } from "./support/local-server.ts";

const program = fileURLToPath(new URL("programs/stopping-tap.ts", import.meta.url));
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-sdk-stopping-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function start(server: LocalServer, ...args: readonly string[]) {
  const config = join(folder, "config.json");
  await writeFile(config, JSON.stringify({ base_url: server.url }));
  const node = ["--conditions=@chorale/source", program, "--config", config, ...args];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const out: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.resume();
  const ended = once(child, "exit").then(() => child.exitCode);
  return { child, ended, stdout: () => Buffer.concat(out).toString() };
}

async function serving(route: Route): Promise<LocalServer> {
  const server = await serve(route);
  onTestFinished(() => server.close());
  return server;
}

/** Answers the pages below `until` and the farewell; nothing else is ever answered. */
function pagesUntil(until: number, options: { hears?: boolean } = {}): Route {
  return async ({ path }) => {
    const page = Number(path.replace("/rows/", ""));
    if (page < until || (path === "/job" && options.hears !== false)) return { body: {} };
    return await new Promise<never>(() => undefined);
  };
}

function isAsked({ requests }: LocalServer, path: string): Promise<void> {
  return expect.poll(() => requests.some((each) => each.includes(path)), { timeout: 15_000 }).toBe(true);
}

describe("a tap that is stopped", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)(
    "by %s says farewell, activates nothing, and goes on with its version",
    async (signal, code) => {
      const server = await serving(pagesUntil(1));
      const tap = await start(server);
      await isAsked(server, "/rows/1");
      tap.child.kill(signal);
      expect(await tap.ended).toBe(code);
      await isAsked(server, "/job");
      const lines = tap.stdout().trimEnd().split("\n");
      const version: unknown = JSON.parse(lines.find((line) => line.includes('"RECORD"')) ?? "{}")["version"];
      expect(lines.map((line) => JSON.parse(line)["type"])).toEqual(["SCHEMA", "RECORD", "STATE"]);
      expect(Number.isSafeInteger(version)).toBe(true);
      const state = join(folder, "state.json");
      await writeFile(state, lines.at(-1) ?? "");
      const next = await start(await serving(pagesUntil(2)), "--state", state);
      expect(await next.ended).toBe(0);
      const messages = next
        .stdout()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(messages.map(({ type, version: found }) => [type, found])).toEqual([
        ["SCHEMA", undefined],
        ["RECORD", version],
        ["STATE", undefined],
        ["ACTIVATE_VERSION", version],
        ["STATE", undefined],
        ["STATE", undefined],
      ]);
      expect(messages.at(-1).value).toEqual({ bookmarks: {} });
    },
  );

  it("because nobody reads its output notices that while it waits, and says farewell", async () => {
    const schemaRead = Promise.withResolvers<void>();
    const rest = pagesUntil(1);
    const server = await serving(async (request) => {
      if (request.path === "/rows/0") await schemaRead.promise;
      return await rest(request);
    });
    const tap = await start(server);
    await expect.poll(tap.stdout, { timeout: 15_000 }).toContain("SCHEMA");
    tap.child.stdout.destroy();
    schemaRead.resolve();
    expect(await tap.ended).toBe(74);
    expect(server.requests.some((each) => each.includes("/job"))).toBe(true);
  });

  it("is not held for longer than its farewell may take", async () => {
    const server = await serving(pagesUntil(1, { hears: false }));
    const tap = await start(server);
    await isAsked(server, "/rows/1");
    const before = performance.now();
    tap.child.kill("SIGTERM");
    expect(await tap.ended).toBe(143);
    const seconds = (performance.now() - before) / 1000;
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(25);
  });
});
