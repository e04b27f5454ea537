import { once } from "node:events";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type LocalServer, type Route, serve } from "./support/local-server.ts";
import { shopRoute } from "./support/shop.ts";
import { shopData, shopToken } from "./support/shop-replica.ts";
import { logLines, spawnShop } from "./support/spawn-shop.ts";

let folder = "";
const servers: LocalServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-sdk-cli-"));
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

async function start(route: Route = shopRoute(shopData)): Promise<{ server: LocalServer; config: string }> {
  const server = await serve(route);
  servers.push(server);
  const config = join(folder, "config.json");
  await writeFile(config, JSON.stringify({ base_url: server.url, api_token: shopToken }));
  return { server, config };
}

/** Pages without end; who asks for the fourth waits for ever. */
function endless(): { readonly route: Route; readonly isWaiting: Promise<void> } {
  const waiting = Promise.withResolvers<void>();
  const route: Route = async ({ query }) => {
    const page = Number(query.get("cursor") ?? "0");
    if (page === 3) {
      waiting.resolve();
      await new Promise<never>(() => undefined);
    }
    const rows = [{ id: page, updated_at: "2026-01-01T00:00:00Z" }];
    return { body: { orders: rows, next: String(page + 1), more: true } };
  };
  return { route, isWaiting: waiting.promise };
}

/** A page of 10 MB, in records so large that the first few of them fill every buffer on the way. */
function large(): Route {
  const orders = Array.from({ length: 2000 }, (_, id) => ({
    id,
    updated_at: "2026-01-01T00:00:00Z",
    customer: { name: "x".repeat(5000) },
  }));
  return () => ({ body: { orders, more: false } });
}

it.each([["--version"], ["--help"], ["--about"], ["--about", "--format=json"], ["--discover"]])(
  "answers %s %s without loading what only a run needs",
  async (...argv) => {
    const list = join(folder, "modules.txt");
    const preload = new URL("support/list-modules.ts", import.meta.url).href;
    const shop = spawnShop(argv, { nodeArguments: ["--import", preload], env: { LIST_MODULES_INTO: list } });
    expect(await shop.ended).toEqual({ code: 0, signal: null });
    expect(shop.stderr()).toBe("");
    expect(shop.stdout()).not.toBe("");
    const modules = await readFile(list, "utf8");
    expect(modules).toContain("node_modules/commander/");
    expect(modules).toContain("src/cli/index.ts");
    expect(modules.match(/node_modules\/(?!commander)[^/\n]+/g) ?? []).toEqual([]);
  },
);

it("runs into stdout, with its log and metrics on stderr, and does not wait for stdin", async () => {
  const { config } = await start();
  const shop = spawnShop(["--config", config]);
  expect(await shop.ended).toEqual({ code: 0, signal: null });
  const types = shop
    .stdout()
    .trimEnd()
    .split("\n")
    .map((line) => String(JSON.parse(line).type));
  const counts = [...Map.groupBy(types, (type) => type)].map(([type, all]) => [type, all.length]);
  expect(Object.fromEntries(counts)).toEqual({
    SCHEMA: 5,
    RECORD: 18,
    STATE: 6,
  });
  expect(logLines(shop.stderr()).every(({ level, name }) => level !== "error" && name === "tap-shop")).toBe(
    true,
  );
  expect(shop.stderr()).toContain('INFO METRIC: {"type":"counter","metric":"record_count"');
  expect(shop.stdout() + shop.stderr()).not.toContain(shopToken);
});

it("takes settings from the environment when it is told to, and only then", async () => {
  const { server } = await start();
  const env = { TAP_SHOP_BASE_URL: server.url, TAP_SHOP_API_TOKEN: shopToken, TAP_SHOP_PAGE_SIZE: "4" };
  const told = spawnShop(["--config", "ENV", "--select", "orders"], { env });
  expect(await told.ended).toEqual({ code: 0, signal: null });
  expect(server.requests[0]).toBe("/orders?limit=4");
  const untold = spawnShop(["--select", "orders"], { env });
  expect(await untold.ended).toEqual({ code: 78, signal: null });
});

it.each([
  { signal: "SIGTERM", code: 143 },
  { signal: "SIGINT", code: 130 },
] as const)(
  "ends with exit code $code at $signal, after the last state that was due",
  async ({ signal, code }) => {
    const { route, isWaiting } = endless();
    const { config } = await start(route);
    const shop = spawnShop(["--config", config, "--select", "orders"]);
    await isWaiting;
    await until(() => shop.stdout().includes('"cursor":"3"'), shop.child.stdout);
    shop.child.kill(signal);
    expect(await shop.ended).toEqual({ code, signal: null });
    const lines = shop.stdout().split("\n");
    expect(lines.pop()).toBe("");
    expect(JSON.parse(lines.at(-1) ?? "").value.bookmarks.orders.cursor).toBe("3");
    const errors = logLines(shop.stderr()).filter(({ level }) => level === "error");
    expect(errors).toMatchObject([{ error: "InterruptedError", exit_code: code }]);
  },
);

it("ends at once at the second signal, even where nobody reads its output", async () => {
  const { config } = await start(large());
  const shop = spawnShop(["--config", config, "--select", "orders"], { isUnread: true });
  await readUntil(shop.child.stdout, '"RECORD"');
  shop.child.kill("SIGTERM");
  // Output that is due waits for its reader.
  await until(() => shop.stderr().includes("a second signal ends at once"), shop.child.stderr);
  shop.child.kill("SIGTERM");
  expect(await shop.ended).toEqual({ code: 143, signal: null });
});

it("writes everything to a reader that is slow", async () => {
  const { config } = await start(large());
  const shop = spawnShop(["--config", config, "--select", "orders"], { isUnread: true });
  let bytes = 0;
  let tail = "";
  const { stdout } = shop.child;
  if (stdout === null) throw new Error("no stdout");
  for await (const chunk of stdout) {
    bytes += Buffer.byteLength(chunk);
    tail = `${tail}${String(chunk)}`.slice(-500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await shop.ended).toEqual({ code: 0, signal: null });
  expect(bytes).toBeGreaterThan(5_000_000);
  expect(tail.trimEnd().split("\n").at(-1)).toBe(
    '{"type":"STATE","value":{"bookmarks":{"orders":{"updated_at":"2026-01-01T00:00:00Z"}}}}',
  );
});

it("says in one line that its reader has gone", async () => {
  const { config } = await start(large());
  const shop = spawnShop(["--config", config, "--select", "orders"], { isUnread: true });
  await readUntil(shop.child.stdout, '"RECORD"');
  shop.child.stdout?.destroy();
  expect(await shop.ended).toEqual({ code: 74, signal: null });
  const errors = logLines(shop.stderr()).filter(({ level }) => level === "error");
  expect(errors).toMatchObject([{ error: "ConnectorError", exit_code: 74 }]);
});

it.each([{ argv: ["--version"] }, { argv: ["--discover"] }, { argv: ["--select", "orders", "--config"] }])(
  "says in one line that the disk is full: $argv",
  async ({ argv }) => {
    const { config } = await start();
    const full = await open("/dev/full", "w");
    const shop = spawnShop(argv.at(-1) === "--config" ? [...argv, config] : argv, { stdout: full.fd });
    expect(await shop.ended).toEqual({ code: 74, signal: null });
    const errors = logLines(shop.stderr()).filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    await full.close();
  },
);

it("tells a defect in one line, with its stack only at level debug", async () => {
  const { config } = await start();
  const quiet = spawnShop(["--config", config, "--select", "broken"]);
  expect(await quiet.ended).toEqual({ code: 70, signal: null });
  expect(logLines(quiet.stderr()).filter(({ level }) => level === "error")).toMatchObject([
    { msg: "unexpected error: a defect of two lines. Report it.", error: "RangeError", exit_code: 70 },
  ]);
  expect(quiet.stderr()).not.toContain("shop-bin.ts");
  const loud = spawnShop(["--config", config, "--select", "broken"], { env: { TAP_SHOP_LOGLEVEL: "debug" } });
  expect(await loud.ended).toEqual({ code: 70, signal: null });
  expect(loud.stderr()).toContain("shop-bin.ts");
});

/** Resolves when the condition holds; it is looked at whenever the stream has news. */
async function until(condition: () => boolean, news: NodeJS.ReadableStream | null): Promise<void> {
  while (!condition()) await once(news ?? process, "data");
}

/** Reads no further than it must to have seen the text. */
async function readUntil(stream: Readable | null, text: string): Promise<void> {
  for (let seen = ""; !seen.includes(text); seen += String(stream?.read() ?? "")) {
    await once(stream ?? process, "readable");
  }
}
