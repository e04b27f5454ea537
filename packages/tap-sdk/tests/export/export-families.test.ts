import { type Catalog, integer, object, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { defineRestClient, defineTap } from "../../src/index.ts";
import { collect } from "../support/collect.ts";

/** An export whose records have children, all without an API. */
function familyTap(events: string[]) {
  const client = defineRestClient({ config: object({}), baseUrl: () => "http://127.0.0.1:9/" });
  const sheets = client.exportStream({
    name: "sheets",
    schema: object({ name: string() }),
    keyProperties: ["name"],
    job: object({ id: string() }),
    orders: () => [{ key: "a" }, { key: "b" }],
    submit: async ({ order, attempt }) => {
      events.push(`submit ${order.key} ${attempt}`);
      return order.key === "a" ? undefined : { id: "1" };
    },
    poll: async () => ({ state: "done" }),
    download: async ({ order, job, release }) => {
      events.push(`download ${order.key} ${job?.id ?? "without a job"}`);
      release(async () => {
        events.push(`release ${order.key}`);
      });
      return [{ name: order.key }];
    },
  });
  const cells = client.customStream({
    name: "cells",
    schema: object({ sheet: string(), id: integer() }),
    keyProperties: ["sheet", "id"],
    parent: sheets,
    records: async function* ({ parent }) {
      events.push(`cells ${parent.name}`);
      yield { sheet: parent.name, id: 1 };
    },
  });
  return defineTap({
    name: "tap-sheets",
    package: new URL("../../package.json", import.meta.url),
    description: "Sheets of the tests",
    config: object({}),
    streams: [sheets, cells],
  });
}

describe("an export with streams below it", () => {
  it("is released when their records were read, and not before", async () => {
    const events: string[] = [];
    await collect(familyTap(events).sync({ config: {} }));
    expect(events).toEqual([
      "submit a 1",
      "download a without a job",
      "cells a",
      "release a",
      "submit b 1",
      "download b 1",
      "cells b",
      "release b",
    ]);
  });

  it("is released when the reader leaves", async () => {
    const events: string[] = [];
    for await (const message of familyTap(events).sync({ config: {} })) {
      if (message.type === "RECORD") break;
    }
    expect(events.at(-1)).toBe("release a");
  });

  it("is a snapshot, and keeps its jobs in the state all the same, selected or not", async () => {
    const tap = familyTap([]);
    const catalog: Catalog = await tap.discover();
    expect(catalog.streams.map(({ replication_method: method }) => method)).toEqual([
      "FULL_TABLE",
      "FULL_TABLE",
    ]);
    for (const select of [["sheets.*", "cells.*"], ["cells.*"]]) {
      const messages = await collect(tap.sync({ config: {}, catalog, select }));
      const [, second] = messages.filter(({ type }) => type === "STATE");
      expect(JSON.stringify(second)).toContain('"b":{"since":');
      expect(JSON.stringify(second)).toContain('"job":{"id":"1"}');
    }
  });
});
