import { describe, expect, it } from "vitest";
import { testSession } from "./duckdb-session.ts";

const rows = 100_000;

describe("memory_limit", () => {
  it("is kept to: batches larger than it are staged, committed together, and replace one another", async () => {
    const test = await testSession({ memory_limit: "128MB" });
    const properties = { id: { type: "integer" }, text: { type: "string" }, doc: { type: "object" } };
    const shape = await test.prepare({ properties, keys: ["id"], metadata: true });
    const files = [0, 1].map((file) => ({
      rows,
      bytes: Array.from({ length: rows }, (_, index) => {
        const id = file * (rows / 2) + index;
        return `{"record":{"id":${id},"text":"${`text ${id * 7919} `.repeat(40)}","doc":{"n":${id},"t":"${"x".repeat(200)}"}},"time_extracted":"2024-05-01T10:00:00Z"}\n`;
      }).join(""),
    }));
    await test.load(shape, { files });
    await test.load(shape, { files });
    expect(await test.query('SELECT count(*), count(DISTINCT id), max(length(text)) FROM "users"')).toEqual([
      ["150000", "150000", "640"],
    ]);
    expect(await test.query("SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'")).toEqual([
      ["122.0 MiB"],
    ]);
  });
});
