import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileBackend } from "../../src/state/file-backend.ts";
import type { StoredState } from "../../src/state/state-backend.ts";
import { folderNameOf, stateIdOf } from "../../src/state/state-folder-name.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { closedGuard, openGuard } from "./guards.ts";

const completed = (state: string): StoredState => ({ completed: state, partial: undefined });

/** A folder that has one file, as somebody else left it. */
function folderWith(text: string, stateId = "dev:tap-a-to-target-b"): string {
  const folder = tempFolder();
  mkdirSync(join(folder, stateId));
  writeFileSync(join(folder, stateId, "state.json"), text, { mode: 0o640 });
  return folder;
}

describe("the file backend", () => {
  const stateId = "dev:tap-a-to-target-b";

  it("writes Meltano's layout, compact, digits and all, and keeps the file before", async () => {
    const folder = tempFolder();
    const backend = createFileBackend({ folder });
    const path = join(folder, stateId, "state.json");
    expect(await backend.read(stateId)).toBeUndefined();
    await backend.write(
      stateId,
      completed('{"bookmarks":{"a":{"lsn":9007199254740993,"f":1.0}}}'),
      openGuard,
    );
    const first =
      '{"completed":{"singer_state":{"bookmarks":{"a":{"lsn":9007199254740993,"f":1.0}}}},"partial":{}}\n';
    expect(readFileSync(path, "utf8")).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await backend.write(stateId, { completed: '{"a":1}', partial: '{"b":2}' }, openGuard);
    expect(readFileSync(path, "utf8")).toBe(
      '{"completed":{"singer_state":{"a":1}},"partial":{"singer_state":{"b":2}}}\n',
    );
    expect(readFileSync(`${path}.prev`, "utf8")).toBe(first);
    expect(readdirSync(join(folder, stateId)).sort()).toEqual(["state.json", "state.json.prev"]);
    expect(await backend.read(stateId)).toEqual({ completed: '{"a":1}', partial: '{"b":2}' });
  });

  it("reads what Meltano 4.4.1 writes", async () => {
    const folder = folderWith(
      '{"completed": {"singer_state": {"bookmarks": {"a": {"replication_key_value": 12345678901234567890123, "f": 1.0, "s": "\\u00e9"}}, "currently_syncing": null}}, "partial": {"singer_state": {"bookmarks": {"b": {"x": 1}}}}}',
    );
    expect(await createFileBackend({ folder }).read(stateId)).toEqual({
      completed:
        '{"bookmarks":{"a":{"replication_key_value":12345678901234567890123,"f":1.0,"s":"é"}},"currently_syncing":null}',
      partial: '{"bookmarks":{"b":{"x":1}}}',
    });
  });

  it("keeps what it does not know, and who may read the file", async () => {
    const folder = folderWith(
      '{"x": 1.0, "completed": {"note": "n", "singer_state": {"a": 1}}, "partial": {}}',
    );
    await createFileBackend({ folder }).write(stateId, completed('{"a":2}'), openGuard);
    const path = join(folder, stateId, "state.json");
    expect(readFileSync(path, "utf8")).toBe(
      '{"completed":{"singer_state":{"a":2},"note":"n"},"partial":{},"x":1.0}\n',
    );
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
  ])("does not take %s for a state; it can be written over", async (_name, text) => {
    const folder = folderWith(text);
    const backend = createFileBackend({ folder });
    const message = expect.stringContaining("state.json: it is no state file: it holds no JSON object.");
    await expect(backend.read(stateId)).rejects.toMatchObject({ exitCode: 17, message });
    await backend.write(stateId, completed("{}"), openGuard);
    expect(await backend.read(stateId)).toEqual(completed("{}"));
    expect(readFileSync(join(folder, stateId, "state.json.prev"), "utf8")).toBe(text);
  });

  it.each(["{}", '{"completed": {}, "partial": {}}', '{"completed": null, "partial": {"singer_state": 5}}'])(
    "reads %s as no state",
    async (text) => {
      const backend = createFileBackend({ folder: folderWith(text) });
      expect(await backend.read(stateId)).toEqual({ completed: undefined, partial: undefined });
    },
  );

  it("changes nothing without the lease", async () => {
    const folder = folderWith('{"completed": {}}');
    const backend = createFileBackend({ folder });
    await expect(backend.write(stateId, completed("{}"), closedGuard)).rejects.toThrow("the lease is lost");
    await expect(backend.remove(stateId, closedGuard)).rejects.toThrow("the lease is lost");
    expect(readdirSync(join(folder, stateId))).toEqual(["state.json"]);
  });

  it("lists what has a state, sorted, and removes states", async () => {
    const folder = tempFolder();
    const backend = createFileBackend({ folder: join(folder, "states") });
    expect(await backend.list()).toEqual([]);
    const ids = ["prod:b", "a", "../x", "a/b", "..", "~id~x", "é%2F"];
    for (const id of ids) await backend.write(id, completed(JSON.stringify({ id })), openGuard);
    mkdirSync(join(folder, "states", "empty"));
    writeFileSync(join(folder, "states", "file"), "");
    expect(await backend.list()).toEqual([...ids].sort());
    expect(readdirSync(folder)).toEqual(["states"]);
    for (const id of ids) expect(await backend.read(id)).toEqual(completed(JSON.stringify({ id })));
    await backend.write("a", completed("{}"), openGuard);
    await backend.remove("a", openGuard);
    await backend.remove("a", openGuard);
    await backend.remove("never", openGuard);
    expect(await backend.read("a")).toBeUndefined();
    expect(await backend.list()).not.toContain("a");
    expect(readdirSync(join(folder, "states", "a"))).toEqual([]);
    expect(existsSync(join(folder, "states", "never"))).toBe(false);
  });

  it("waits for a lock of Meltano's, and takes one that has expired or never can", async () => {
    for (const [lock, waits] of [
      [String(Date.now() / 1000), true],
      [String(Date.now() / 1000 - 11), false],
      [String(Date.now() / 1000 + 1000), false],
    ] as const) {
      const folder = folderWith('{"completed": {"singer_state": {"a": 1}}}');
      const path = join(folder, stateId, "lock");
      writeFileSync(path, lock);
      const order: string[] = [];
      const writing = createFileBackend({ folder })
        .write(stateId, completed("{}"), {
          async exclusively(write) {
            order.push(`held by us: ${readFileSync(path, "utf8") !== lock}`);
            write();
          },
        })
        .then(() => order.push("written"));
      if (waits) {
        await new Promise((resolve) => setImmediate(resolve));
        order.push("released");
        await rm(path);
      }
      await writing;
      expect(order).toEqual([...(waits ? ["released"] : []), "held by us: true", "written"]);
      expect(readdirSync(join(folder, stateId)).sort()).toEqual(["state.json", "state.json.prev"]);
    }
  });

  it("leaves a lock alone that somebody else took when its own had expired", async () => {
    const folder = tempFolder();
    const path = join(folder, stateId, "lock");
    await createFileBackend({ folder }).write(stateId, completed("{}"), {
      async exclusively(write) {
        write();
        writeFileSync(path, "123.5");
      },
    });
    expect(readFileSync(path, "utf8")).toBe("123.5");
  });

  it("waits for the end of a file that Meltano is writing", async () => {
    const folder = folderWith("");
    writeFileSync(join(folder, stateId, "lock"), String(Date.now() / 1000));
    const reading = createFileBackend({ folder }).read(stateId);
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(join(folder, stateId, "state.json"), '{"completed": {"singer_state": {"a": 1}}}');
    expect(await reading).toEqual(completed('{"a":1}'));
  });

  it("removes what killed writers left behind", async () => {
    const folder = folderWith("{}");
    for (const name of ["state.json.5f0c.tmp", "state.json.prev.tmp", "other.tmp"]) {
      writeFileSync(join(folder, stateId, name), "{");
    }
    await createFileBackend({ folder }).write(stateId, completed("{}"), openGuard);
    expect(readdirSync(join(folder, stateId)).sort()).toEqual(["other.tmp", "state.json", "state.json.prev"]);
  });
});

describe("folderNameOf", () => {
  it.each([
    ["dev:tap-a-to-target-b", "posix", "dev:tap-a-to-target-b"],
    ["dev:tap-a-to-target-b", "windows", "ZGV2OnRhcC1hLXRvLXRhcmdldC1i"],
    ["..", "posix", "~id~Li4"],
    ["a/../b", "posix", "~id~YS8uLi9i"],
    ["a\\b", "posix", "~id~YVxi"],
    ["a\0b", "posix", "~id~YQBi"],
    ["", "posix", "~id~"],
    ["???>>>", "windows", "~id~Pz8_Pj4-"],
  ] as const)("%j on %s", (stateId, naming, name) => {
    expect(folderNameOf(stateId, naming)).toBe(name);
    expect(stateIdOf(name, naming)).toBe(stateId);
  });

  it("refuses an id that no folder can be called after", () => {
    expect(() => folderNameOf("x".repeat(256), "posix")).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
