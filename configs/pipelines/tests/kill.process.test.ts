import { describe, expect, it } from "vitest";
import { firstKillSeed, killTimes, randomOf } from "./support/kill-seeds.ts";
import { attempt, committedState, configure } from "./support/pump.ts";
import { streams, streamsWithoutRepeats } from "./support/streams.ts";
import { type Contents, differencesOf } from "./support/values.ts";
import { duckdbWarehouse, targets, type Warehouse } from "./support/warehouses.ts";
import { query, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const schema = "zendesk";
const methods = [
  { method: "upsert", streams, settings: {} },
  {
    // Rows that the tap itself sends again are appended again, as they should be.
    method: "append-only with state_table",
    streams: streamsWithoutRepeats,
    settings: { load_method: "append-only", state_table: "_chorale_state", state_id: "kill" },
  },
];
const kinds = methods.flatMap((method) => targets.map((target) => ({ ...method, target })));
/** All kinds with the first seed, then with the next one. */
const cases = Array.from({ length: killTimes }, (_, index) => ({
  seed: firstKillSeed + Math.floor(index / kinds.length),
  kind: kinds.slice(index % kinds.length),
})).flatMap(({ seed, kind: [kind] }) =>
  kind === undefined ? [] : [{ ...kind, seed, targetName: kind.target.name }],
);

async function allContents(
  warehouse: Warehouse,
  of: readonly string[],
): Promise<ReadonlyMap<string, Contents>> {
  const contents = new Map<string, Contents>();
  for (const stream of of) contents.set(stream, await warehouse.contents(`${schema}.${stream}`));
  return contents;
}

const now = Date.parse("2026-01-31T12:00:00Z");

/** An account that is the same for the same seed. */
function account(seed: number) {
  return zendesk({
    data: { kind: "generated", seed, tickets: 40, users: 400, organizations: 30 },
    clock: () => now,
  });
}

/** Loads everything of an account into a file of DuckDB, with nobody killed. */
async function loadedOnce(seed: number, of: readonly string[] = streams) {
  const tap = tapConfig(await account(seed));
  const files = testFolder();
  const warehouse = duckdbWarehouse(files);
  configure(files, { tap, target: { ...warehouse.config, default_target_schema: schema } });
  const end = await attempt({ files, warehouse, streams: of });
  expect({ tap: end.tapCode, target: end.targetCode }, end.stderr).toEqual({ tap: 0, target: 0 });
  return { files, bytes: end.bytes, contents: await allContents(warehouse, of) };
}

type Loaded = Pick<Awaited<ReturnType<typeof loadedOnce>>, "bytes" | "contents">;
const references = new Map<string, Promise<Loaded>>();

/** What an account's tables hold when nobody is killed: worked out once. */
function referenceOf(seed: number, of: readonly string[]): Promise<Loaded> {
  const key = `${seed} ${of.join()}`;
  const reference = references.get(key) ?? loadedOnce(seed, of);
  references.set(key, reference);
  return reference;
}

describe("killed twice at moments of a seed", () => {
  it.each(cases)(
    "$seed: $targetName, $method, ends with exactly the right rows",
    { timeout: 180_000 },
    async ({ seed, target, settings, streams: of }) => {
      const random = randomOf(seed);
      const reference = await referenceOf(seed, of);
      const tap = tapConfig(await account(seed));
      const files = testFolder();
      const warehouse = await target.open(files);
      // Small batches, so that a kill finds some committed, some staged and some still open.
      const batchRows = 20 + Math.floor(random() * 100);
      configure(files, {
        tap,
        target: {
          ...warehouse.config,
          default_target_schema: schema,
          batch_size_rows: batchRows,
          ...settings,
        },
      });
      let state: string | undefined;
      for (let tries = 0, done = false; !done; tries += 1) {
        const kill =
          tries < 2
            ? {
                victim: random() < 0.5 ? ("tap" as const) : ("target" as const),
                afterBytes: 1 + Math.floor(random() * reference.bytes),
              }
            : undefined;
        const end = await warehouse.afterKill(() => attempt({ files, warehouse, streams: of, state, kill }));
        done = end.tapCode === 0 && end.targetCode === 0;
        if (kill === undefined) expect(done, end.stderr).toBe(true);
        const isKept = "state_table" in settings;
        const printed = end.state ?? state;
        state = isKept ? await warehouse.afterKill(() => committedState(files, warehouse)) : printed;
      }
      for (const [stream, expected] of reference.contents) {
        const found = await warehouse.contents(`${schema}.${stream}`);
        expect(differencesOf(found, expected), stream).toEqual([]);
      }
    },
  );
});

describe("the tables of a clean run", () => {
  it("hold as many rows as the account has", async () => {
    const { files } = await loadedOnce(3);
    const counted = ["tickets", "users", "organizations"].map(
      (stream) => `(SELECT count(*) FROM ${schema}.${stream}) AS ${stream}`,
    );
    expect(await query(files.path("w.duckdb"), `SELECT ${counted.join(", ")}`)).toEqual([
      { tickets: "40", users: "400", organizations: "30" },
    ]);
  });
});
