import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { InterruptedError, parseCatalog, type StopSignal } from "@chorale/singer";
import type { CliIo } from "@chorale/singer/cli";
import { afterEach, expect, it } from "vitest";
import { runTapCli } from "../src/cli/index.ts";
import { defineTap, type Tap } from "../src/index.ts";
import { type LocalServer, type Route, serve } from "./support/local-server.ts";
import { orders, products, type ShopConfig, shop, shopRoute, tags, tapShop } from "./support/shop.ts";
import { shopData, shopToken } from "./support/shop-replica.ts";

const servers: LocalServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly lines: readonly {
    readonly level: string;
    readonly msg: string;
    readonly [key: string]: unknown;
  }[];
  readonly stderr: string;
  readonly server: LocalServer;
}

interface CliOptions {
  readonly tap?: Tap<ShopConfig>;
  readonly route?: Route;
  readonly files?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly onSignal?: CliIo["onSignal"];
}

/** Runs the command in this process; `good.json` is a config that works. */
async function run(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { tap = tapShop, route = shopRoute(shopData), env = {} } = options;
  const server = await serve(route);
  servers.push(server);
  const files: Readonly<Record<string, unknown>> = {
    "good.json": { base_url: server.url, api_token: shopToken },
    ...options.files,
  };
  const stdout = new PassThrough();
  const output = text(stdout);
  const errors: string[] = [];
  const code = await runTapCli(tap, {
    argv,
    env,
    stdout,
    writeError: (line) => errors.push(line),
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
      return typeof content === "string" ? content : JSON.stringify(content);
    },
    onSignal: options.onSignal ?? (() => () => undefined),
  });
  stdout.end();
  const stderr = errors.join("");
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return { code, stdout: await output, stderr, lines: lines.map((line) => JSON.parse(line)), server };
}

const good = ["--config", "good.json"];

function messagesOf({ stdout }: CliRun) {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

it("prints its version and the SDK's", async () => {
  const { code, stdout } = await run(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^tap-shop v\d+\.\d+\.\d+, Chorale tap SDK v\d+\.\d+\.\d+\n$/);
});

it("prints its help to stdout", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const option of [
    "--config",
    "--state",
    "--catalog",
    "--discover",
    "--test",
    "--about",
    "--version",
    "--select",
  ]) {
    expect(stdout).toContain(option);
  }
});

it("prints what it is as JSON, with secrets marked", async () => {
  const { stdout } = await run(["--about", "--format", "json"]);
  const about = JSON.parse(stdout);
  expect(about).toMatchObject({
    name: "tap-shop",
    description: "A shop of the tests",
    supported_python_versions: [],
    capabilities: ["about", "catalog", "discover", "state", "test"],
    namespace: "tap_shop",
    settings: {
      type: "object",
      required: ["base_url", "api_token"],
      properties: { api_token: { secret: true, writeOnly: true }, page_size: { default: 2 } },
    },
  });
  expect(about.streams[1]).toEqual({
    name: "order_lines",
    key_properties: ["id"],
    replication_method: "INCREMENTAL",
    replication_key: null,
    parent: "orders",
  });
});

it("prints the tables of a README as markdown", async () => {
  const { stdout } = await run(["--about", "--format=markdown"]);
  expect(stdout).toBe(`### Settings

| Setting | Required | Default | Description |
| --- | --- | --- | --- |
| \`base_url\` | yes |  |  |
| \`api_token\` | yes |  | Secret. |
| \`start_date\` |  |  |  |
| \`page_size\` |  | \`2\` |  |

### Streams

| Stream | Replication | Keys | Parent |
| --- | --- | --- | --- |
| \`orders\` | INCREMENTAL by \`updated_at\` | \`id\` |  |
| \`order_lines\` | INCREMENTAL | \`id\` | \`orders\` |
| \`line_notes\` | INCREMENTAL | \`id\` | \`order_lines\` |
| \`products\` | INCREMENTAL by \`changed\` | \`id\` |  |
| \`tags\` | FULL_TABLE | \`name\` |  |
`);
});

it("prints what it is for a person", async () => {
  const { stdout } = await run(["--about"]);
  expect(stdout).toContain("  api_token* (TAP_SHOP_API_TOKEN): Secret.\n");
  expect(stdout).toContain("  page_size (TAP_SHOP_PAGE_SIZE) [2]\n");
  expect(stdout).toContain("  order_lines: INCREMENTAL, keys id, for each of orders\n");
});

it("discovers without a config", async () => {
  const { code, stdout } = await run(["--discover"]);
  expect(code).toBe(0);
  const catalog = parseCatalog(stdout);
  expect(catalog).toEqual(await tapShop.discover());
  expect(catalog.streams[1]?.metadata[0]).toEqual({
    breadcrumb: [],
    metadata: {
      inclusion: "available",
      "selected-by-default": true,
      "table-key-properties": ["id"],
      "forced-replication-method": "INCREMENTAL",
      "parent-tap-stream-id": "orders",
    },
  });
});

it("discovers what the account has when it is given a config", async () => {
  const asking = shop.stream({
    name: "asking",
    schema: tags.schema,
    keyProperties: ["name"],
    path: "tags",
    recordsAt: "tags",
    discover: async ({ http }) => {
      await http.request("GET", "tags");
      return { unavailable: "not in this plan" };
    },
  });
  const tap = defineTap({ ...tapShop, streams: [asking, products] });
  const { code, stdout, lines, server } = await run([...good, "--discover"], { tap });
  expect(code).toBe(0);
  expect(parseCatalog(stdout).streams.map(({ stream }) => stream)).toEqual(["products"]);
  expect(server.requests).toEqual(["/tags"]);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: "asking is left out: not in this plan", stream: "asking" }),
  );
  const bare = await run(["--discover"], { tap });
  expect(parseCatalog(bare.stdout).streams.length).toBe(2);
  expect(bare.server.requests).toEqual([]);
});

it("answers 78 for a config that a discovery cannot use", async () => {
  const { code, stdout } = await run(["--config", "bad.json", "--discover"], { files: { "bad.json": {} } });
  expect([code, stdout]).toEqual([78, ""]);
});

it.each([["--catalog"], ["--properties"], ["-p"]])(
  "reads the catalog that %s names, and the state",
  async (option) => {
    const { streams } = await tapShop.discover();
    const select = (id: string, selected: boolean) =>
      streams
        .filter(({ stream }) => stream === id)
        .map((entry) => ({ ...entry, metadata: [{ breadcrumb: [], metadata: { selected } }] }));
    const result = await run([...good, option, "c.json", "-s", "s.json"], {
      files: {
        "c.json": { streams: [...select("products", true), ...select("tags", false)] },
        "s.json": { bookmarks: { products: { changed: "2026-01-15T00:00:00Z" } } },
      },
    });
    expect(result.code).toBe(0);
    expect(result.server.requests).toEqual(["/products"]);
    expect(
      messagesOf(result)
        .filter(({ type }) => type === "RECORD")
        .map(({ record }) => record.id),
    ).toEqual([1, 2]);
  },
);

it("merges configs from left to right", async () => {
  const result = await run(["-c", "good.json", "-c", "more.json", "--select", "orders"], {
    files: { "more.json": { page_size: 5 } },
  });
  expect(result.server.requests).toEqual(["/orders?limit=5"]);
});

it("selects by rules", async () => {
  const result = await run([
    ...good,
    "--select",
    "orders.*",
    "--select",
    "!orders.total",
    "--select",
    "!orders.customer.email",
  ]);
  const [schema, record] = messagesOf(result);
  expect(Object.keys(schema.schema.properties)).toEqual(["id", "updated_at", "customer"]);
  expect(record.record).toEqual({ id: 1, updated_at: "2026-01-01T00:00:00Z", customer: { name: "Ann" } });
});

it("reads one record of each stream for a test, prints nothing, and says what it saw", async () => {
  const result = await run([...good, "--test"]);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 0, stdout: "" });
  expect(result.lines.at(-1)).toMatchObject({
    level: "info",
    records: { orders: 1, order_lines: 1, line_notes: 1, products: 1, tags: 1 },
  });
  expect(result.server.requests).toEqual([
    "/orders?limit=2",
    "/orders/1/lines",
    "/lines/11/notes",
    "/products",
    "/tags",
  ]);
});

it("looks at the credentials before a test", async () => {
  const asked: unknown[] = [];
  const tap = defineTap({
    ...tapShop,
    check: async ({ http, config }) => {
      asked.push(config.page_size, (await http.request("GET", "tags")).status);
    },
  });
  const { code } = await run([...good, "--test=all", "--select", "tags"], { tap });
  expect({ code, asked }).toEqual({ code: 0, asked: [2, 200] });
  await run([...good, "--select", "tags"], { tap });
  expect(asked).toHaveLength(2);
});

it("fails a test whose record does not fit", async () => {
  const result = await run([...good, "--test", "--select", "tags"], {
    route: () => ({ body: { tags: [{ name: 7 }] } }),
  });
  expect(result.code).toBe(65);
  expect(result.lines.filter(({ level }) => level === "error")).toMatchObject([
    {
      msg: "tags: a record does not fit its schema: /name must be a text. Compare the API's answer with the schema.",
      error: "SchemaError",
      exit_code: 65,
    },
  ]);
});

it("prints schemas alone, without a config or a request", async () => {
  const result = await run(["--test=schema", "--select", "order_lines", "--select", "tags"]);
  expect(result.code).toBe(0);
  expect(messagesOf(result).map(({ type, stream }) => `${type} ${stream}`)).toEqual([
    "SCHEMA order_lines",
    "SCHEMA tags",
  ]);
  expect(result.server.requests).toEqual([]);
});

it("runs when the test is disabled", async () => {
  const result = await run([...good, "--test=disabled", "--select", "tags"]);
  expect(messagesOf(result)).toHaveLength(5);
});

it.each([
  {
    name: "an unknown option",
    argv: ["--frobnicate"],
    code: 64,
    message: "tap-shop: unknown option '--frobnicate'. See tap-shop --help.",
  },
  {
    name: "an option without its value",
    argv: ["--config"],
    code: 64,
    message: "tap-shop: option '-c, --config <path>' argument missing. See tap-shop --help.",
  },
  {
    name: "an argument too many",
    argv: ["sync"],
    code: 64,
    message: /^tap-shop: too many arguments.* See tap-shop --help\.$/,
  },
  {
    name: "an unknown mode",
    argv: ["--test=some"],
    code: 64,
    message: /argument 'some' is invalid.* See tap-shop --help\.$/,
  },
  { name: "no config", argv: [], code: 78, message: /"base_url" is missing.*"api_token" is missing/ },
  { name: "a config that is not there", argv: ["-c", "none.json"], code: 78, message: /none\.json/ },
  {
    name: "a config of the wrong type",
    argv: [...good, "-c", "bad.json"],
    code: 78,
    message: /"page_size" must be an integer/,
  },
  {
    name: "a state that is not there",
    argv: [...good, "-s", "none.json"],
    code: 78,
    message: "state: cannot read none.json: ENOENT: no such file, open 'none.json'. Give the path of a file.",
  },
  { name: "a state that is no object", argv: [...good, "-s", "list.json"], code: 78, message: /^state: / },
  {
    name: "a catalog that is no catalog",
    argv: [...good, "--catalog", "list.json"],
    code: 78,
    message: /^catalog: /,
  },
  {
    name: "a rule without a match",
    argv: [...good, "--select", "nothing"],
    code: 78,
    message: /^select: nothing matches no stream/,
  },
  {
    name: "a level that does not exist",
    argv: good,
    env: { LOGLEVEL: "loud" },
    code: 78,
    message: /^log level: there is no "loud"/,
  },
])("answers $code and one line for $name", async ({ argv, code, message, env = {} }) => {
  const files = { "bad.json": { page_size: "many" }, "list.json": [1] };
  const result = await run(argv, { files, env });
  const errors = result.lines.filter(({ level }) => level === "error");
  expect({ code: result.code, stdout: result.stdout, count: errors.length }).toEqual({
    code,
    stdout: "",
    count: 1,
  });
  expect(errors[0]?.msg).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  expect(result.stderr).not.toContain(shopToken);
});

it.each([
  { name: "refused credentials", status: 401, code: 77 },
  { name: "an API that is down", status: 503, code: 75 },
  { name: "a request that the API refuses", status: 400, code: 70 },
])("answers $code for $name, in one line", async ({ status, code }) => {
  const result = await run([...good, "--select", "tags"], {
    route: () => ({ status, body: { error: `token ${shopToken} is bad` }, headers: { "retry-after": "0" } }),
  });
  expect(result.code).toBe(code);
  expect(result.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  expect(result.stderr).not.toContain(shopToken);
});

it("logs at the level that is asked for", async () => {
  const args = [...good, "--select", "tags"];
  const levels = async (env: Readonly<Record<string, string>>) =>
    new Set((await run(args, { env })).lines.map(({ level }) => level));
  expect([...(await levels({ LOGLEVEL: "debug" }))].toSorted()).toEqual(["debug", "info"]);
  expect([...(await levels({ LOGLEVEL: "debug", TAP_SHOP_LOGLEVEL: "error" }))]).toEqual([]);
});

it("keeps secrets out of its log at every level", async () => {
  const result = await run(good, { env: { LOGLEVEL: "debug" } });
  expect(result.stderr + result.stdout).not.toContain(shopToken);
});

it("keeps secrets out of what a stream logs and throws", async () => {
  const chatty = shop.customStream({
    name: "chatty",
    schema: tags.schema,
    keyProperties: ["name"],
    // biome-ignore lint/correctness/useYield: it throws before it yields
    async *records({ log, config }) {
      log.info(`calling with ${config.api_token}`, { header: `Bearer ${config.api_token}` });
      throw new Error(`no luck with ${config.api_token}`);
    },
  });
  const result = await run(good, {
    tap: defineTap({ ...tapShop, streams: [chatty] }),
    env: { LOGLEVEL: "debug" },
  });
  expect(result.code).toBe(70);
  expect(
    result.lines.filter(({ msg }) => msg.includes("calling with") || msg.includes("no luck")),
  ).toHaveLength(2);
  expect(result.stderr).not.toContain(shopToken);
});

it("says that a signal ended it, whatever a stream makes of that", async () => {
  let stop: ((signal: StopSignal) => void) | undefined;
  const clumsy = shop.customStream({
    name: "clumsy",
    schema: tags.schema,
    keyProperties: ["name"],
    // biome-ignore lint/correctness/useYield: it throws before it yields
    async *records() {
      stop?.("SIGINT");
      throw new TypeError("socket is undefined");
    },
  });
  const result = await run(good, {
    tap: defineTap({ ...tapShop, streams: [clumsy] }),
    onSignal: (handler) => {
      stop = handler;
      return () => undefined;
    },
  });
  expect(result.code).toBe(130);
});

it("ends after what was due when it is told to stop", async () => {
  let stop: ((signal: StopSignal) => void) | undefined;
  let released = 0;
  const result = await run([...good, "--select", "orders"], {
    onSignal: (handler) => {
      stop = handler;
      return () => {
        released += 1;
      };
    },
    route: async (request) => {
      if (request.query.get("cursor") !== "4") return await shopRoute(shopData)(request);
      stop?.("SIGTERM");
      return await new Promise<never>(() => undefined);
    },
  });
  expect({ code: result.code, released }).toEqual({ code: 143, released: 1 });
  expect(messagesOf(result).at(-1)).toEqual({
    type: "STATE",
    value: {
      currently_syncing: "orders",
      bookmarks: { orders: { updated_at: "2026-01-02T00:00:00Z", cursor: "4" } },
    },
  });
  expect(result.lines.at(-1)).toMatchObject({ level: "error", msg: new InterruptedError("SIGTERM").message });
});

it("uses the proxy of the environment", async () => {
  const shop = await serve(shopRoute(shopData));
  servers.push(shop);
  const tunnels: (string | undefined)[] = [];
  const proxy = createServer().on("connect", ({ url }, socket) => {
    tunnels.push(url);
    const upstream = connect(Number(new URL(shop.url).port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const result = await run(["-c", "far.json", "--select", "tags"], {
    files: { "far.json": { base_url: "http://shop.invalid/", api_token: shopToken } },
    env: { HTTP_PROXY: `http://127.0.0.1:${port}` },
  });
  proxy.close();
  expect({ code: result.code, tunnels }).toEqual({ code: 0, tunnels: ["shop.invalid:80"] });
  expect(messagesOf(result)[1].record).toEqual({ name: "red" });
});

it("runs an inherited tap under its own name", async () => {
  const inherited = defineTap({
    ...tapShop,
    name: "tap-shop-two",
    namespace: "second",
    streams: [orders, products, tags],
  });
  const about = await inherited.about();
  expect([about.name, about.namespace, about.streams.length]).toEqual(["tap-shop-two", "second", 3]);
  expect((await run(["--version"], { tap: inherited })).stdout).toMatch(/^tap-shop-two v/);
});
