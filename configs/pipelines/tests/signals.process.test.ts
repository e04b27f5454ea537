import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SnowflakeSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { seenIn, usersFeed } from "./support/feed.ts";
import { endOf, errorLines } from "./support/processes.ts";
import { startTarget } from "./support/pump.ts";
import { until } from "./support/until.ts";
import { snowflake, snowflakeWarehouse, targets, type Warehouse } from "./support/warehouses.ts";
import { type TestFolder, testFolder } from "./support/workspace.ts";

const methods = [
  { method: "upsert", settings: {} },
  {
    method: "append-only with state_table",
    settings: { load_method: "append-only", state_table: "_state", state_id: "signals" },
  },
];

interface Run {
  readonly files: TestFolder;
  readonly warehouse: Warehouse;
  readonly settings: Record<string, unknown>;
  /** Called for each state that is printed, with how many were. */
  onState?(count: number, stop: () => void): void;
}

/** Feeds a target without end, until it reads no more. */
function startEndless({ files, warehouse, settings, onState }: Run) {
  files.json("target.json", {
    ...warehouse.config,
    default_target_schema: "shop",
    batch_size_rows: 500,
    ...settings,
  });
  const target = startTarget(files, warehouse);
  const end = endOf(target);
  const printed: number[] = [];
  createInterface({ input: target.stdout }).on("line", (line) => {
    printed.push(seenIn(line));
    onState?.(printed.length, () => target.kill("SIGTERM"));
  });
  // Its reader leaves: writing fails, and that is not what is looked at.
  const isLeft = pipeline(Readable.from(usersFeed({ statesEvery: 100 })), target.stdin).catch(
    () => undefined,
  );
  return { target, end, printed, isLeft };
}

/** Every record up to a state is there once; answers how many rows there are in all. */
async function expectRows(warehouse: Warehouse, seen: number): Promise<number> {
  const rows = await warehouse.rows("shop.users");
  const ids = rows.map(({ id }) => Number(id)).sort((one, other) => one - other);
  expect(ids.slice(0, seen)).toEqual(Array.from({ length: seen }, (_, index) => index + 1));
  return ids.length;
}

const moments = [
  { name: "target-duckdb", states: [1, 2, 5, 9] },
  { name: "target-snowflake", states: [1, 3] },
];

describe("SIGTERM while one batch after another is committed", () => {
  it.each(
    targets.flatMap((target) =>
      methods.flatMap((method) =>
        moments
          .filter(({ name }) => name === target.name)
          .flatMap(({ states }) => states.map((count) => ({ target, name: target.name, ...method, count }))),
      ),
    ),
  )("$name, $method, after $count states: every state that was printed is in the table", async (test) => {
    const files = testFolder();
    const warehouse = await test.target.open(files);
    const { end, printed, isLeft } = startEndless({
      files,
      warehouse,
      settings: test.settings,
      onState: (count, stop) => {
        if (count === test.count) stop();
      },
    });
    const { code, stderr } = await end;
    await isLeft;
    expect(code, stderr).toBe(143);
    expect(printed).toEqual([...printed].sort((left, right) => left - right));
    const seen = printed.at(-1) ?? 0;
    const rows = await expectRows(warehouse, seen);
    if ("state_table" in test.settings) expect(rows).toBe(seen);
  });
});

/** Sends SIGTERM and waits until it was delivered: of two that wait the kernel makes one. */
async function sendTerm(child: ChildProcess): Promise<void> {
  expect(child.kill("SIGTERM")).toBe(true);
  await until("the signal is delivered", async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    return ((BigInt(`0x${pending}`) >> BigInt(constants.signals.SIGTERM - 1)) & 1n) === 0n;
  });
}

function commitOf({ statements }: SnowflakeSandbox) {
  return statements.find(({ sql }) => sql === "COMMIT");
}

describe("SIGTERM in the middle of a commit of target-snowflake", () => {
  it.each(methods)("$method: the commit is finished, its state is printed", async ({ settings }) => {
    const sandbox = await snowflake({ statementDelayMs: (sql) => (sql === "COMMIT" ? 2000 : 0) });
    const warehouse = snowflakeWarehouse(sandbox);
    const { target, end, printed, isLeft } = startEndless({ files: testFolder(), warehouse, settings });
    await until("a commit is in flight", () => commitOf(sandbox) !== undefined);
    await sendTerm(target);
    expect(commitOf(sandbox)?.outcome).toBeUndefined();
    const { code, stderr } = await end;
    await isLeft;
    expect(code, stderr).toBe(143);
    expect(errorLines({ code, signal: null, stdout: "", stderr })).toHaveLength(1);
    expect(commitOf(sandbox)?.outcome).toBe("ok");
    expect(printed).toHaveLength(1);
    const [seen = 0] = printed;
    expect(seen).toBeGreaterThan(0);
    const committed = sandbox.statements.filter(({ sql }) => sql === "COMMIT");
    expect(committed).toHaveLength(1);
    const rows = await expectRows(warehouse, seen);
    if ("state_table" in settings) expect(rows).toBe(seen);
    expect(await sandbox.query("SHOW TRANSACTIONS IN ACCOUNT")).toEqual([]);
  });

  it("a second signal ends it at once, and no state is printed", async () => {
    const sandbox = await snowflake({
      faults: { rules: [{ match: { sql: /^COMMIT$/ }, fault: { kind: "hang" } }] },
    });
    const warehouse = snowflakeWarehouse(sandbox);
    const run = startEndless({ files: testFolder(), warehouse, settings: {} });
    await until("a commit is in flight", () => commitOf(sandbox) !== undefined);
    await sendTerm(run.target);
    expect(run.target.exitCode).toBeNull();
    await sendTerm(run.target);
    const { code, stderr } = await run.end;
    expect(code, stderr).toBe(143);
    expect(commitOf(sandbox)?.outcome).toBeUndefined();
    expect(run.printed).toEqual([]);
  });
});
