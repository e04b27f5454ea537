import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { keptThreads } from "./kept-threads.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import {
  encrypted,
  patience,
  plain,
  problemOf,
  putsOf,
  stagedNames,
  uploadTest,
  withStages,
} from "./upload-test.ts";

describe("an upload", () => {
  it.each([
    ["the user's stage", "~", "azure"],
    ["a stage that clients encrypt for", encrypted, "azure"],
    ["a stage that Snowflake encrypts", plain, "azure"],
    ["a stage that clients encrypt for, at another cloud", encrypted, "gcs"],
    ["a stage that Snowflake encrypts, at another cloud", plain, "gcs"],
    ["a stage with an address for each file", encrypted, "gcs-presigned"],
  ] as const)("into %s puts the bytes there", async (_name, stage, store) => {
    const snowflake = await withStages({ store });
    // Nothing of this may have to be quoted right.
    const tempDir = join(await temporaryFolder(), "it's a \\folder\\ * ünï \"x\" 'y' $HOME {a}");
    await mkdir(tempDir);
    const test = await uploadTest(snowflake, {}, { stage, tempDir });
    const file = await test.file("0001");
    await test.uploads.upload(file);
    const staged = await snowflake.stagedFiles();
    expect(staged).toMatchObject([{ path: file.name, bytes: file.bytes }]);
    if (stage === plain) {
      expect(staged[0]?.md5).toBe(createHash("md5").update(file.content).digest("hex"));
    }
    await test.uploads.close();
    expect(await readdir(tempDir)).toEqual(["spool-0001"]);
    expect(test.log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("of many megabytes, one after the other, goes over one connection", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake, {}, { stage: plain });
    const names = ["0001", "0002", "0003"];
    for (const name of names) await test.uploads.upload(await test.file(name, randomBytes(5_000_000)));
    expect(await stagedNames(snowflake)).toEqual(names.map((name) => `chorale/users/b1/${name}.json.zst`));
    expect(snowflake.sessions.filter(({ user }) => user === "LOADER")).toHaveLength(1);
  });

  it("repeated replaces the file", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    await test.uploads.upload(await test.file("0001", "old\n"));
    const file = await test.file("0001", "newer and longer\n");
    await test.uploads.upload(file);
    expect(await snowflake.stagedFiles()).toMatchObject([{ bytes: file.bytes }]);
  });

  it("of a file that is a link to another folder's", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    const file = await test.file("0001");
    await mkdir(join(test.folder, "links"));
    const path = join(test.folder, "links", "to-it");
    await symlink("../spool-0001", path);
    await test.uploads.upload({ ...file, path });
    expect(await snowflake.stagedFiles()).toMatchObject([{ bytes: file.bytes }]);
  });

  it("goes on with others, as many at a time as upload_parallelism says", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true, method: "PUT" }, fault: { kind: "slow", ms: 300 } });
    const test = await uploadTest(snowflake, { upload_parallelism: 2 });
    const files = await Promise.all(["1", "2", "3", "4"].map((name) => test.file(name)));
    let done = 0;
    let most = 0;
    const all = files.map(async (file) => {
      await test.uploads.upload(file);
      done += 1;
    });
    const watching = setInterval(() => {
      most = Math.max(most, putsOf(snowflake).length - done);
    }, 5);
    await Promise.all(all).finally(() => clearInterval(watching));
    expect(most).toBe(2);
    expect(await stagedNames(snowflake)).toHaveLength(4);
  });

  it("lets the driver's encrypted copies lie in temp_dir, and nowhere else", async () => {
    const snowflake = await withStages();
    snowflake.faults.add({ match: { blob: true, method: "PUT" }, fault: { kind: "slow", ms: 400 } });
    const test = await uploadTest(snowflake, {}, { stage: encrypted });
    const uploading = test.uploads.upload(await test.file("0001"));
    const copies = async (): Promise<number> => {
      const all = await readdir(test.folder, { recursive: true });
      return all.filter((name) => /^thread-\w+\/tmp\w+$/.test(name)).length;
    };
    await expect.poll(copies, patience).toBe(1);
    await uploading;
    expect(await copies()).toBe(0);
    await test.uploads.close();
    expect(await readdir(test.folder)).toEqual(["spool-0001"]);
  });
});

describe("closing uploads", () => {
  const threads: Worker[] = [];
  const remember = (thread: Worker): void => {
    threads.push(thread);
  };
  process.on("worker", remember);
  beforeEach(() => {
    threads.length = 0;
  });
  afterAll(() => {
    process.off("worker", remember);
  });

  it("logs out and ends the thread", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    await test.uploads.upload(await test.file("0001"));
    expect(threads.length).toBe(1);
    await Promise.all([test.uploads.close(), test.uploads.close()]);
    expect(threads[0]?.threadId).toBe(-1);
    expect(snowflake.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(await problemOf(test.uploads.upload(await test.file("0002")))).toMatchObject({
      name: "LoadError",
      message: "cannot upload: the run has ended. Start it again.",
    });
  });

  it("leaves a thread that is kept to others, who log in and have a folder of their own", async () => {
    const kept = keptThreads();
    for (const name of ["0001", "0002"]) {
      const snowflake = await withStages();
      const test = await uploadTest(snowflake, {}, { threads: kept });
      const file = await test.file(name);
      await test.uploads.upload(file);
      await test.uploads.close();
      expect(await stagedNames(snowflake)).toEqual([file.name]);
      expect(await readdir(test.folder)).toEqual([`spool-${name}`]);
      expect(snowflake.sessions.filter(({ user }) => user === "LOADER")).toMatchObject([{ isOpen: false }]);
    }
    expect(threads.map(({ threadId }) => threadId > 0)).toEqual([true]);
    await threads[0]?.terminate();
  });

  it("does not keep a thread that could not log in", async () => {
    const kept = keptThreads();
    const snowflake = await withStages();
    const refused = await uploadTest(snowflake, { password: "wrong" }, { threads: kept });
    expect(await problemOf(refused.uploads.upload(await refused.file("0001")))).toMatchObject({
      name: "AuthenticationError",
    });
    const test = await uploadTest(snowflake, {}, { threads: kept });
    await test.uploads.upload(await test.file("0002"));
    await test.uploads.close();
    expect(threads.map(({ threadId }) => threadId > 0)).toEqual([false, true]);
    await threads[1]?.terminate();
  });

  it("before anything was uploaded starts nothing", async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    await test.uploads.close();
    expect(threads.length).toBe(0);
  });

  it("does not wait for a logout that is not answered", { timeout: 20_000 }, async () => {
    const snowflake = await withStages();
    const test = await uploadTest(snowflake);
    await test.uploads.upload(await test.file("0001"));
    snowflake.faults.add({ match: { endpoint: "logout" }, fault: { kind: "withheld" } });
    const begin = performance.now();
    await test.uploads.close();
    expect(performance.now() - begin).toBeLessThan(9000);
    expect(threads[0]?.threadId).toBe(-1);
  });
});
