import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createSchemaCompiler } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZendesk } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { runWell } from "./support/run-tap.ts";

const folder = fileURLToPath(new URL("../../../../shared/recordings/zendesk", import.meta.url));

describe.skipIf(!existsSync(folder))("recorded answers of the real API", () => {
  const recorded = ["tickets", "users", "groups", "group_memberships", "tags", "macros"];

  it.each(recorded)("give %s that fit the schema, each once", async (stream) => {
    const schema = tapZendesk.streams.find(({ name }) => name === stream)?.schema.json ?? {};
    const keys = tapZendesk.streams.find(({ name }) => name === stream)?.keyProperties ?? [];
    const validator = (await createSchemaCompiler())(schema);
    await withAccount({ data: { kind: "replay", folder } }, async (account) => {
      const config = { start_date: "1970-01-01T00:00:00Z" };
      const run = await runWell({ url: account.url, streams: [stream], config });
      const records = run.records(stream);
      expect(records.length).toBeGreaterThan(0);
      const violations = records.flatMap((record) => (validator(record) ? [] : [validator.violations]));
      expect(violations).toEqual([]);
      const found = records.map((record) => JSON.stringify(keys.map((key) => record[key])));
      expect(new Set(found).size).toBe(found.length);
    });
  });
});
