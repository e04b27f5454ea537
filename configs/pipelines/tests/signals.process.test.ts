import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { endOf, start } from "./support/processes.ts";
import { query, testFolder } from "./support/workspace.ts";

const schema = {
  type: "SCHEMA",
  stream: "users",
  schema: { type: "object", properties: { id: { type: "integer" }, name: { type: "string" } } },
  key_properties: ["id"],
};

/** Messages without end: a hundred records, and the state that says so. */
function* messages(): Generator<string> {
  yield `${JSON.stringify(schema)}\n`;
  for (let id = 1; ; id += 1) {
    const record = { type: "RECORD", stream: "users", record: { id, name: `user ${id} `.repeat(10) } };
    yield `${JSON.stringify(record)}\n`;
    if (id % 100 === 0) yield `${JSON.stringify({ type: "STATE", value: { seen: id } })}\n`;
  }
}

describe("SIGTERM while target-duckdb commits one batch after another", () => {
  it.each(
    ["upsert", "append-only with state_table"].flatMap((method) =>
      [1, 2, 5, 9].map((states) => ({ method, states })),
    ),
  )(
    "$method, after $states states: every state that was printed is in the table",
    async ({ method, states }) => {
      const files = testFolder();
      const isExact = method !== "upsert";
      const config = files.json("target.json", {
        path: files.path("w.duckdb"),
        batch_size_rows: 500,
        ...(isExact ? { load_method: "append-only", state_table: "_state", state_id: "signals" } : {}),
      });
      const target = start("target-duckdb", ["--config", config]);
      const end = endOf(target);
      const printed: number[] = [];
      createInterface({ input: target.stdout }).on("line", (line) => {
        const { seen }: { seen: number } = JSON.parse(line);
        printed.push(seen);
        if (printed.length === states) target.kill("SIGTERM");
      });
      // Its reader leaves: writing fails, and that is not what is looked at.
      await pipeline(Readable.from(messages()), target.stdin).catch(() => undefined);
      const { code, stderr } = await end;
      expect(code, stderr).toBe(143);
      expect(printed).toEqual([...printed].sort((left, right) => left - right));
      const last = printed.at(-1) ?? 0;
      const rows = "count(*) AS rows, count(DISTINCT id) AS ids, coalesce(max(id), 0) AS newest";
      const [table] = await query(files.path("w.duckdb"), `SELECT ${rows} FROM users WHERE id <= ${last}`);
      expect(table).toEqual({ rows: String(last), ids: String(last), newest: String(last) });
      if (!isExact) return;
      const [all] = await query(files.path("w.duckdb"), `SELECT ${rows} FROM users`);
      expect(all).toEqual(table);
    },
  );
});
