import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { openSpoolFolder } from "../src/spool-folder.ts";
import { blockBytes, SpoolMemory } from "../src/spool-memory.ts";
import { readSpoolFile } from "../src/spool-reader.ts";
import { SpoolWriter } from "../src/spool-writer.ts";
import type { SpoolFile, SpoolRules } from "../src/warehouse.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();

function writerOf(rules: Partial<SpoolRules> = {}, memory = new SpoolMemory(8 * 1024 * 1024)) {
  const errors: Error[] = [];
  const ended: SpoolWriter[] = [];
  const writer = new SpoolWriter({
    folder: folder.path,
    name: `batch${Math.random()}`,
    rules: { compression: "none", maxFileBytes: 1e9, ...rules },
    memory,
    onError: (error) => errors.push(error),
    onEnd: (it) => ended.push(it),
  });
  return { writer, errors, ended, memory };
}

async function linesOf(file: SpoolFile): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const chunk of readSpoolFile(file)) {
    for (const { line, row } of chunk) {
      lines.push(line.toString());
      expect(row).toBe(lines.length);
    }
  }
  return lines;
}

describe("a spool writer", () => {
  it.each(["none", "gzip", "zstd"] as const)(
    "writes lines that can be read again: %s",
    async (compression) => {
      folder.remains([/^batch/]);
      const { writer, errors, ended } = writerOf({ compression });
      const expected = Array.from(
        { length: 20_000 },
        (_, id) => `{"id":${id},"text":"${"ü".repeat(id % 50)}"}`,
      );
      for (let at = 0; at < expected.length; at += 3) {
        const lines = expected.slice(at, at + 3);
        writer.append(Buffer.from(lines.join("\n")), lines.length);
        await writer.relief();
      }
      const files = await writer.close();
      expect(files).toHaveLength(1);
      const [file] = files;
      if (file === undefined) return;
      expect(await linesOf(file)).toEqual(expected);
      const found = await stat(file.path);
      expect(file).toMatchObject({ compression, rows: expected.length, bytes: found.size });
      expect(found.mode & 0o777).toBe(0o600);
      expect(errors).toEqual([]);
      expect(ended).toEqual([writer]);
    },
  );

  it("writes lines of any size whole", async () => {
    folder.remains([/^batch/]);
    const { writer } = writerOf();
    const sizes = [
      1,
      16_383,
      16_384,
      16_385,
      blockBytes - 1,
      blockBytes,
      blockBytes + 1,
      3 * blockBytes,
      2,
      0,
    ];
    const expected = sizes.filter((size) => size > 0).map((size) => `${size}`.padEnd(size, "x"));
    for (const line of expected) writer.append(Buffer.from(line), 1);
    const files = await writer.close();
    const lines = await Promise.all(files.map(linesOf));
    expect(lines.flat()).toEqual(expected);
  });

  it("goes on in another file when one has reached its size", async () => {
    folder.remains([/^batch/]);
    // There is room only when everything is on disk.
    const { writer } = writerOf({ maxFileBytes: 1 }, new SpoolMemory(1));
    const expected = Array.from({ length: 12 }, (_, id) => `${id}`.padEnd(200_000, "x"));
    for (const line of expected) {
      writer.append(Buffer.from(line), 1);
      await writer.relief();
    }
    const files = await writer.close();
    expect(files.length).toBeGreaterThan(2);
    expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(12);
    expect((await Promise.all(files.map(linesOf))).flat()).toEqual(expected);
  });

  it("answers no file for no line", async () => {
    expect(await writerOf().writer.close()).toEqual([]);
  });

  it("says where it could not write, and what to set", async () => {
    const { writer, errors } = writerOf();
    const lost = new SpoolWriter({
      folder: join(folder.path, "gone"),
      name: "x",
      rules: { compression: "zstd", maxFileBytes: 1e9 },
      memory: new SpoolMemory(1e6),
      onError: (error) => errors.push(error),
      onEnd: () => undefined,
    });
    lost.append(Buffer.from("{}"), 1);
    await expect(lost.close()).rejects.toMatchObject({ name: "ConnectorError", exitCode: 74 });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(
      /^spool: .*\/gone could not be written: ENOENT.* set temp_dir to a folder with more\.$/,
    );
    expect(await writer.close()).toEqual([]);
  });
});

describe("the spool's memory", () => {
  it("lets its writers wait while too much is on its way", async () => {
    folder.remains([/^batch/]);
    const { writer, memory } = writerOf({ compression: "zstd" }, new SpoolMemory(blockBytes));
    writer.append(Buffer.alloc(blockBytes - 1, "x"), 1);
    expect(memory.relief()).toBeUndefined();
    writer.append(Buffer.from("y"), 1);
    const relief = memory.relief();
    expect(relief).toBeInstanceOf(Promise);
    await relief;
    expect(memory.relief()).toBeUndefined();
    await writer.close();
  });

  it("makes those rest that were not used for longest, and loses nothing of them", async () => {
    folder.remains([/^batch/]);
    const memory = new SpoolMemory(1e9);
    const writers = Array.from({ length: 120 }, () => writerOf({ compression: "gzip" }, memory).writer);
    for (let round = 0; round < 3; round += 1) {
      for (const [index, writer] of writers.entries()) {
        writer.append(Buffer.from(`${round} ${index} `.padEnd(blockBytes - 1, "x")), 1);
      }
    }
    const counts: number[] = [];
    for (const [index, writer] of writers.entries()) {
      const files = await writer.close();
      counts.push(files.length);
      const lines = (await Promise.all(files.map(linesOf))).flat();
      expect(lines.map((line) => line.slice(0, 8).trim().replace(/ x+$/, ""))).toEqual(
        [0, 1, 2].map((round) => `${round} ${index}`),
      );
    }
    expect(Math.max(...counts)).toBeGreaterThan(1);
  });
});

describe("a spool folder", () => {
  const open = () => openSpoolFolder({ tempDir: folder.path, log: silentLogger });

  it("is private, and removed with all that is in it", async () => {
    const spool = await open();
    expect(spool.parent).toBe(folder.path);
    expect((await stat(spool.path)).mode & 0o777).toBe(0o700);
    await mkdir(join(spool.path, "session"));
    await writeFile(join(spool.path, "session", "x"), "x");
    await spool.remove();
    await spool.remove();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("makes the folder that it is in", async () => {
    folder.remains([/^deep$/]);
    const spool = await openSpoolFolder({ tempDir: join(folder.path, "deep", "er"), log: silentLogger });
    expect(spool.path.startsWith(join(folder.path, "deep", "er", "chorale-spool-"))).toBe(true);
    await spool.remove();
  });

  it("removes those of processes that are gone, and no others", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const living = await open();
    const [, , , start = "", machine = ""] = living.path.split("/").at(-1)?.split("-") ?? [];
    expect(machine).toMatch(/^[0-9a-f]{12}$/);
    const gone = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
    await once(gone, "exit");
    const keep = [
      `chorale-spool-${gone.pid}-1-000000000000-abcdef`,
      `chorale-spool-${gone.pid}-1-${machine}-abcdefg`,
      `other-spool-${gone.pid}-1-${machine}-abcdef`,
      `chorale-spool-${child.pid}-0-${machine}-abcdef`,
    ];
    const remove = [`chorale-spool-${gone.pid}-${start}-${machine}-abcdef`];
    // Another process got the number since: only Linux tells when it began.
    if (process.platform === "linux") remove.push(`chorale-spool-${child.pid}-${start}9-${machine}-abcdef`);
    for (const name of [...keep, ...remove]) {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, "batch.jsonl"), "{}");
    }
    const link = `chorale-spool-${gone.pid}-2-${machine}-abcdef`;
    await symlink(join(folder.path, keep[0] ?? ""), join(folder.path, link));
    const spool = await open();
    const left = new Set(await readdir(folder.path));
    child.kill();
    await spool.remove();
    await living.remove();
    folder.remains([/./]);
    expect(remove.filter((name) => left.has(name))).toEqual([]);
    expect([...keep, link].filter((name) => !left.has(name))).toEqual([]);
    expect(left.has(living.path.split("/").at(-1) ?? "")).toBe(true);
    expect(await readFile(join(folder.path, keep[0] ?? "", "batch.jsonl"), "utf8")).toBe("{}");
  });
});
