import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gunzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { withSnowflake } from "./driver.ts";

const script = fileURLToPath(new URL("../put-client.ts", import.meta.url));

function putClient(url: string, ...statements: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@chorale/source", script, url, ...statements], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("a PUT in a process of its own", () => {
  it("copies files into a local stage", () =>
    withSnowflake({ store: "local" }, async ({ snowflake, folder, login }) => {
      const bytes = zstdCompressSync("rows");
      await writeFile(join(folder, "1.json.zst"), bytes);
      await writeFile(join(folder, "2.json"), "rows");
      const child = putClient(
        snowflake.url,
        `PUT file://${join(folder, "1.json.zst")} @encrypted/a/b AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
        `PUT file://${join(folder, "2.json")} @encrypted/a OVERWRITE=TRUE`,
      );
      const printed = child.stdout === null ? "" : await text(child.stdout);
      expect(printed.match(/UPLOADED/gu)).toHaveLength(2);
      const client = await login();
      expect(await client.run("READ encrypted/a/b/1.json.zst")).toEqual([[bytes.toString("hex")]]);
      const [row] = await client.run("READ encrypted/a/2.json.gz");
      expect(gunzipSync(Buffer.from(String(row?.[0]), "hex")).toString()).toBe("rows");
      expect((await snowflake.stagedFiles()).map(({ path }) => path)).toEqual([
        "a/2.json.gz",
        "a/b/1.json.zst",
      ]);
    }));

  it.each([
    ["for one PUT", 1, ["UPLOADED"]],
    ["for every PUT", undefined, []],
  ])("tries for ever with an expired credential of Azure: %s", (_name, nth, statuses) =>
    withSnowflake({}, async ({ snowflake, folder }) => {
      const rule = { match: { blob: true }, fault: { kind: "credential-expired" } } as const;
      snowflake.faults.add(nth === undefined ? rule : { ...rule, nth });
      const file = join(folder, "x.gz");
      await writeFile(file, zstdCompressSync("rows"));
      const sql = `PUT file://${file} @plain AUTO_COMPRESS=FALSE OVERWRITE=TRUE`;
      const refusals = () => snowflake.requests.filter(({ status }) => status === 403).length;
      const stuck = putClient(snowflake.url, sql);
      await expect.poll(refusals, { timeout: 20_000 }).toBeGreaterThan(20);
      const ended = once(stuck, "exit");
      stuck.kill("SIGKILL");
      await ended;
      const before = refusals();
      const next = putClient(snowflake.url, sql);
      const printed = next.stdout === null ? Promise.resolve("") : text(next.stdout);
      if (statuses.length === 0) {
        await expect.poll(refusals, { timeout: 20_000 }).toBeGreaterThan(before + 20);
        next.kill("SIGKILL");
      }
      expect((await printed).match(/UPLOADED/gu) ?? []).toEqual(statuses);
    }),
  );
});
