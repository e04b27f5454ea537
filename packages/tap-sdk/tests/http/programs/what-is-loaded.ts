import { createServer } from "node:http";
import { registerHooks } from "node:module";

const watched = ["ajv", "got", "hpagent", "p-retry", "stream-json"];
const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const name = specifier.split("/")[0] ?? "";
    if (watched.includes(name)) loaded.add(name);
    return next(specifier, context);
  },
});
const report = (moment: string) => process.stdout.write(`${moment}: ${[...loaded].sort().join(" ")}\n`);

const { cursorPages, linkPages, pageNumberPages } = await import("@chorale/tap-sdk");
const { createHttpClient } = await import("../../../src/http/create-http-client.ts");
const { object, silentLogger, string } = await import("@chorale/singer");
cursorPages({ next: "next", param: "cursor" });
linkPages({ next: "next" });
pageNumberPages({ param: "page" });
report("import");

const server = createServer((_request, response) => response.end('{"items":[{"id":"1"}]}'));
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
const address = server.address();
const port = typeof address === "object" ? address?.port : undefined;
const options = {
  client: { config: object({}), baseUrl: () => `http://127.0.0.1:${port}` },
  config: {},
  userAgent: "test",
  signal: new AbortController().signal,
  log: silentLogger,
  redact: (text: string) => text,
};
const http = createHttpClient({ ...options, env: {} });
const small = createHttpClient({ ...options, env: {}, maxBufferedBytes: 1 });
report("client");
await http.records("x", { stream: "items", recordsAt: "items" });
report("request");
for await (const _ of (await small.records("x", { stream: "items", recordsAt: "items" })).records);
report("large body");
await http.get("x", { response: object({ items: string() }) }).catch(() => undefined);
report("checked answer");
await Promise.all([http.close(), small.close()]);
server.close();
// Nothing is left that would keep the process alive.
