import { object, string } from "@chorale/singer";
import { expect, it } from "vitest";
import { defineRestClient, defineTap } from "../src/index.ts";

it.each([
  ["how many records a look takes", 2, ["2 a", "2 b"]],
  ["nothing in a run that takes all", undefined, ["undefined a", "undefined b", "undefined c"]],
])("tells streams %s", async (_name, recordLimit, ids) => {
  const client = defineRestClient({ config: object({}), baseUrl: () => "https://api.test/" });
  const letters = client.customStream({
    name: "letters",
    schema: object({ id: string() }),
    keyProperties: ["id"],
    async *records(context) {
      for (const letter of ["a", "b", "c"]) yield { id: `${context.recordLimit} ${letter}` };
    },
  });
  const tap = defineTap({
    name: "tap-letters",
    package: new URL("../package.json", import.meta.url),
    description: "Letters",
    config: object({}),
    streams: [letters],
  });
  const found: unknown[] = [];
  for await (const message of tap.sync({ config: {}, recordLimit })) {
    if (message.type === "RECORD") found.push(message.record["id"]);
  }
  expect(found).toEqual(ids);
});
