import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { StageStore } from "../../../src/snowflake/store/stage-store.ts";

interface Shelf {
  readonly store: StageStore;
  readonly folder: string;
  put(stageId: string, path: string, content: string): Promise<void>;
}

async function withStore(test: (shelf: Shelf) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-store-"));
  const store = new StageStore(folder);
  const put: Shelf["put"] = async (stageId, path, content) => {
    const disk = await store.freshFile();
    await writeFile(disk, content);
    const sizes = { bytes: content.length, blobBytes: content.length };
    await store.put(stageId, { path, disk, ...sizes, md5: "", modifiedAt: new Date(0), metadata: {} });
  };
  try {
    await test({ store, folder, put });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it("lists a stage's files under a prefix, in the order of their code units", () =>
  withStore(async ({ store, put }) => {
    for (const path of ["a/2", "a/10", "a", "b/1", "a/Z", "aé"]) await put("one", path, path);
    await put("two", "a/1", "other");
    const paths = async (prefix: string) => (await store.list("one", prefix)).map(({ path }) => path);
    expect(await paths("a")).toEqual(["a", "a/10", "a/2", "a/Z", "aé"]);
    expect(await paths("a/")).toEqual(["a/10", "a/2", "a/Z"]);
    expect(await paths("c")).toEqual([]);
    expect((await store.all()).map(({ stageId, path }) => `${stageId}:${path}`)).toEqual([
      ...["a", "a/10", "a/2", "a/Z", "aé", "b/1"].map((path) => `one:${path}`),
      "two:a/1",
    ]);
  }));

it("replaces, removes and drops files, and leaves nothing of them", () =>
  withStore(async ({ store, folder, put }) => {
    const objects = async () => (await readdir(join(folder, "objects"))).length;
    await put("one", "a", "first");
    await put("one", "a", "second");
    expect(await text(store.open("one", "a"))).toBe("second");
    expect(await objects()).toBe(1);
    await put("one", "b", "third");
    await store.remove("one", "a");
    await store.remove("one", "a");
    expect(await objects()).toBe(1);
    await expect(text(store.open("one", "a"))).rejects.toThrow("The stage has no file a.");
    await store.drop("one");
    expect([await objects(), await store.all()]).toEqual([0, []]);
  }));

it("takes in what was copied into a stage's folder, again when it changes", () =>
  withStore(async ({ store }) => {
    const folder = store.localFolder("../../one");
    await mkdir(join(folder, "a/b"), { recursive: true });
    await writeFile(join(folder, "a/b/x.gz"), "first");
    const md5 = "8b04d5e3775d298e78455efc5ca404d5";
    expect(await store.list("../../one", "a/")).toMatchObject([{ path: "a/b/x.gz", bytes: 5, md5 }]);
    await writeFile(join(folder, "a/b/x.gz"), "second one");
    expect(await store.list("../../one", "")).toMatchObject([{ bytes: 10 }]);
    expect(await text(store.open("../../one", "a/b/x.gz"))).toBe("second one");
    await store.remove("../../one", "a/b/x.gz");
    expect(await store.list("../../one", "")).toEqual([]);
  }));
