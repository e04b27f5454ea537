import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { SnowflakeSandbox } from "../../src/snowflake/sandbox.ts";
import type { StoreKind } from "../../src/snowflake/store/stage-uploads.ts";
import { type Client, withDuckDb } from "./wire/driver.ts";

const place = { database: "RAW", schema: "PUBLIC", warehouse: "LOADING", role: "LOADER" };
const rows = [
  { id: 1, name: "Ünï ✓", big: "12345678901234567890123456789012345678", nested: { a: [1, null] } },
  { id: 2, name: null, big: "-1", nested: null },
];
const lines = rows.map((row) => `${JSON.stringify({ type: "RECORD", record: row })}\n`).join("");

async function stagedFile(
  client: Client,
  folder: string,
  file: { name: string; bytes: Buffer },
): Promise<void> {
  const path = join(folder, file.name);
  await writeFile(path, file.bytes);
  const [row] = await client.run(
    `PUT 'file://${path}' @LOADS/tickets/b1/ AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
  );
  expect(row?.[6]).toBe("UPLOADED");
}

function copy(name: string, compression: string): string {
  return `COPY INTO "TMP" ("_FILE", "_ROW", "c0", "c1", "c2", "c3")
    FROM (SELECT METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, $1:"record":"id", $1:"record":"name", $1:"record":"big", $1:"record":"nested"
    FROM @LOADS/tickets/b1/) FILES=('${name}') FILE_FORMAT=(TYPE=JSON COMPRESSION=${compression}) ON_ERROR=ABORT_STATEMENT PURGE=FALSE`;
}

const createTarget = `CREATE TABLE "TICKETS" ("ID" NUMBER(38,0), "NAME" VARCHAR, "BIG" NUMBER(38,0), "NESTED" VARIANT)`;
const createTemporary = `CREATE TEMPORARY TABLE "TMP" ("_FILE" VARCHAR, "_ROW" NUMBER(38,0), "c0" VARIANT, "c1" VARIANT, "c2" VARIANT, "c3" VARIANT)`;
const insert = `INSERT INTO "TICKETS" ("ID", "NAME", "BIG", "NESTED")
  SELECT "c0"::NUMBER(38,0), "c1"::VARCHAR, "c2"::NUMBER(38,0), "c3" FROM "TMP"`;

function loaded(snowflake: SnowflakeSandbox) {
  return snowflake.query('SELECT "ID", "NAME", "BIG", "NESTED" FROM RAW.PUBLIC."TICKETS" ORDER BY "ID"');
}

const stores = ["azure", "gcs", "gcs-presigned"] as const satisfies readonly StoreKind[];
const encryptions = ["SNOWFLAKE_FULL", "SNOWFLAKE_SSE"];

describe.each(stores.flatMap((store) => encryptions.map((encryption) => ({ store, encryption }))))(
  "a load by the driver through $store with $encryption",
  ({ store, encryption }) => {
    it.each([
      ["0001.json.zst", "ZSTD", zstdCompressSync(lines)],
      ["0001.json.gz", "GZIP", gzipSync(lines)],
    ])("reads %s back as it was written", (name, compression, bytes) =>
      withDuckDb({ store }, async ({ snowflake, login, folder }) => {
        const client = await login(place);
        await client.run(`CREATE STAGE LOADS ENCRYPTION=(TYPE='${encryption}')`);
        await client.run(createTarget);
        await stagedFile(client, folder, { name, bytes });
        await client.run(createTemporary);
        await client.run("BEGIN");
        await client.run(copy(name, compression));
        await client.run(insert);
        expect(await loaded(snowflake)).toEqual([]);
        await client.run("COMMIT");
        expect(await loaded(snowflake)).toEqual([
          {
            ID: 1n,
            NAME: rows[0]?.name,
            BIG: 12345678901234567890123456789012345678n,
            NESTED: expect.any(String),
          },
          { ID: 2n, NAME: null, BIG: -1n, NESTED: expect.toBeOneOf([null, "null"]) },
        ]);
        await client.run("REMOVE @LOADS/tickets/b1/");
        expect(await snowflake.stagedFiles()).toEqual([]);
      }),
    );
  },
);

describe("a session that ends in the middle", () => {
  it("rolls its transaction back and drops its temporary tables", () =>
    withDuckDb({}, async ({ snowflake, login }) => {
      const client = await login(place);
      await client.run(createTarget);
      await client.run(createTemporary);
      await client.run("BEGIN");
      await client.run(`INSERT INTO "TICKETS" ("ID") VALUES (1)`);
      snowflake.faults.add({ match: { sql: /^COMMIT/u }, nth: 1, fault: { kind: "session-gone" } });
      expect((await client.failure("COMMIT")).code).toBe("407002");
      expect(await loaded(snowflake)).toEqual([]);
      const next = await login(place);
      expect((await next.failure('SELECT * FROM "TMP"')).code).toBe("002003");
    }));

  it("keeps a commit whose outcome was forgotten", () =>
    withDuckDb({}, async ({ snowflake, login }) => {
      const client = await login(place);
      await client.run(createTarget);
      await client.run("BEGIN");
      await client.run(`INSERT INTO "TICKETS" ("ID") VALUES (1)`);
      const fault = { kind: "lost-answer", forget: true } as const;
      snowflake.faults.add({ match: { sql: /^COMMIT/u }, nth: 1, fault });
      expect((await client.failure("COMMIT")).code).toBe("407002");
      expect(await loaded(snowflake)).toMatchObject([{ ID: 1n }]);
    }));
});

describe("a client that goes away without a logout", () => {
  it("leaves its transaction open, which is aborted when another statement waits for its table", () =>
    withDuckDb({ abandonedTransactionMs: 50 }, async ({ snowflake, login }) => {
      const gone = await login(place);
      await gone.run(createTarget);
      await gone.run(`INSERT INTO "TICKETS" ("ID") VALUES (1), (2)`);
      await gone.run("BEGIN");
      await gone.run(`DELETE FROM "TICKETS" WHERE "ID" = 1`);
      const next = await login(place);
      expect(await snowflake.query("SHOW TRANSACTIONS")).toMatchObject([{ session: "1" }]);
      expect(await next.run(`DELETE FROM "TICKETS" WHERE "ID" = 1`)).toEqual([[1]]);
      expect(await loaded(snowflake)).toMatchObject([{ ID: 2n }]);
      expect(snowflake.sessions).toMatchObject([{ isOpen: true }, { isOpen: true }]);
    }));
});

describe("a session's number", () => {
  it("is the same in SQL, for its client and in the log", () =>
    withDuckDb({}, async ({ snowflake, login }) => {
      const [one, other] = [await login(place), await login(place)];
      await snowflake.query("SELECT 1");
      const third = await login(place);
      for (const [index, client] of [one, other, third].entries()) {
        expect(await client.run("SELECT CURRENT_SESSION()")).toEqual([[String(index + 1)]]);
        await client.run("BEGIN");
      }
      expect(snowflake.sessions.map(({ id }) => id)).toEqual([1, 2, 3]);
      const transactions = await snowflake.query("SHOW TRANSACTIONS");
      expect(transactions.map(({ session }) => session)).toEqual(["1", "2", "3"]);
      const [own] = await snowflake.query("SELECT CURRENT_SESSION() AS ID");
      expect(Number(own?.["ID"])).toBeGreaterThan(3);
    }));
});

it("can be closed twice", () =>
  withDuckDb({}, async ({ snowflake }) => {
    expect(await snowflake.query("SELECT 1 AS A")).toEqual([{ A: 1n }]);
    await snowflake.close();
  }));
