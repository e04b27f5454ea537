import { decimal, integer, nullable, object, string } from "@chorale/singer";
import { expect, it } from "vitest";
import { defineRestClient, defineTap } from "../../src/index.ts";
import { collect } from "../support/collect.ts";
import { serve } from "../support/local-server.ts";

it("files are read one after another, exactly, and what the transform leaves out is not emitted", async () => {
  const files: Readonly<Record<string, string>> = {
    "/one": '{"data":{"rows":[{"id":1,"amount":12345678901234567890.5},{"id":2}]}}',
    "/two": '{"data":{"rows":[{"id":3,"amount":0.1}]}}',
  };
  const server = await serve(({ path }) => ({ body: files[path] }));
  const client = defineRestClient({
    config: object({ base_url: string() }),
    baseUrl: ({ base_url }) => base_url,
  });
  const tap = defineTap({
    name: "tap-files",
    package: new URL("../../package.json", import.meta.url),
    description: "Files of the tests",
    config: client.config,
    streams: [
      client.exportStream({
        name: "rows",
        schema: object({ id: integer(), amount: nullable(decimal()) }),
        keyProperties: ["id"],
        job: object({ id: string() }),
        submit: async () => ({ id: "1" }),
        poll: async () => ({ state: "done", files: ["one", "two"] }),
        recordsAt: "data.rows",
        transform: (row) => (row.id === 2 ? undefined : row),
      }),
    ],
  });
  try {
    const messages = await collect(tap.sync({ config: { base_url: server.url } }));
    expect(messages.flatMap((message) => (message.type === "RECORD" ? [message.record] : []))).toEqual([
      { id: 1, amount: "12345678901234567890.5" },
      { id: 3, amount: "0.1" },
    ]);
    expect(server.requests).toEqual(["/one", "/two"]);
  } finally {
    await server.close();
  }
});

it("a run without files has no records", async () => {
  const client = defineRestClient({ config: object({}), baseUrl: () => "http://127.0.0.1:9/" });
  const rows = client.exportStream({
    name: "rows",
    schema: object({ id: integer() }),
    keyProperties: ["id"],
    job: object({ id: string() }),
    submit: async () => ({ id: "1" }),
    poll: async () => ({ state: "done" }),
    recordsAt: "rows",
  });
  const tap = defineTap({
    name: "tap-files",
    package: new URL("../../package.json", import.meta.url),
    description: "Files of the tests",
    config: client.config,
    streams: [rows],
  });
  const messages = await collect(tap.sync({ config: {} }));
  expect(messages.filter(({ type }) => type === "RECORD")).toEqual([]);
});
