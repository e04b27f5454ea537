import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMeltanoDbBackend, hasMeltanoTables } from "../../src/state/meltano-db-backend.ts";
import { openStateBackend } from "../../src/state/open-backend.ts";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { closedGuard, openGuard } from "./guards.ts";
import { inMeltanoDb, makeMeltanoDb, meltanoRows } from "./meltano-db.ts";

async function setUp() {
  const path = join(tempFolder(), "meltano.db");
  makeMeltanoDb(path);
  const backend = await createMeltanoDbBackend({ path });
  onTestFinished(() => backend.close());
  return { path, backend };
}

describe("Meltano's database", () => {
  it("is written as Meltano writes it", async () => {
    const { path, backend } = await setUp();
    await backend.write(
      "dev:a-to-b",
      { completed: '{"a":{"lsn":9007199254740993,"f":1.0}}', partial: undefined },
      openGuard,
    );
    await backend.write("x", { completed: undefined, partial: '{"b":1}' }, openGuard);
    expect(meltanoRows(path)).toEqual([
      {
        state_id: "dev:a-to-b",
        completed_state: '{"singer_state":{"a":{"lsn":9007199254740993,"f":1.0}}}',
        partial_state: "{}",
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
      },
      {
        state_id: "x",
        completed_state: "{}",
        partial_state: '{"singer_state":{"b":1}}',
        updated_at: expect.any(String),
      },
    ]);
    expect(await backend.read("x")).toEqual({ completed: undefined, partial: '{"b":1}' });
    expect(await backend.list()).toEqual(["dev:a-to-b", "x"]);
    await backend.remove("x", openGuard);
    expect(await backend.read("x")).toBeUndefined();
    expect(await backend.list()).toEqual(["dev:a-to-b"]);
  });

  it("is read as Meltano writes it, also with NULLs, and keeps what is beside the state", async () => {
    const { path, backend } = await setUp();
    inMeltanoDb(
      path,
      `INSERT INTO state (state_id, partial_state, completed_state) VALUES
       ('s', '{"singer_state": {"bookmarks": {"b": 2}}}', '{"singer_state": {"bookmarks": {"a": 1.0}}, "note": 1.0}'),
       ('n', NULL, NULL)`,
    );
    expect(await backend.read("s")).toEqual({
      completed: '{"bookmarks":{"a":1.0}}',
      partial: '{"bookmarks":{"b":2}}',
    });
    expect(await backend.read("n")).toEqual({ completed: undefined, partial: undefined });
    await backend.write("s", { completed: "{}", partial: undefined }, openGuard);
    expect(meltanoRows(path)[1]).toMatchObject({
      completed_state: '{"singer_state":{},"note":1.0}',
      partial_state: "{}",
    });
  });

  it.each(["{", "[]", "5"])("says when a state is %s", async (text) => {
    const { path, backend } = await setUp();
    inMeltanoDb(path, `INSERT INTO state (state_id, completed_state) VALUES ('s', '${text}')`);
    await expect(backend.read("s")).rejects.toMatchObject({ exitCode: 17 });
    await backend.write("s", { completed: "{}", partial: undefined }, openGuard);
    expect(await backend.read("s")).toEqual({ completed: "{}", partial: undefined });
  });

  it("changes nothing without the lease", async () => {
    const { path, backend } = await setUp();
    await expect(backend.write("s", { completed: "{}", partial: undefined }, closedGuard)).rejects.toThrow(
      "the lease is lost",
    );
    expect(meltanoRows(path)).toEqual([]);
  });

  it("is waited for while Meltano writes", async () => {
    const { path, backend } = await setUp();
    const store = await openRunStore({ root: tempFolder() });
    onTestFinished(() => store.close());
    const lease = await store.acquireLease({ stateId: "s", runId: "a", takeOver: false });
    if (!("release" in lease)) throw new Error("held");
    const meltano = new DatabaseSync(path);
    meltano.exec("BEGIN IMMEDIATE; INSERT INTO state (state_id) VALUES ('other')");
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
      if (turns === 5) meltano.exec("COMMIT");
    }, 10);
    await backend.write("s", { completed: "{}", partial: undefined }, lease);
    clearInterval(turning);
    meltano.close();
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(await backend.list()).toEqual(["other", "s"]);
  });

  it("is never made: a database without its tables is refused", async () => {
    const path = join(tempFolder(), "other.db");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE state (state_id TEXT)");
    database.close();
    expect(await hasMeltanoTables(path)).toBe(false);
    await expect(createMeltanoDbBackend({ path })).rejects.toMatchObject({ exitCode: 17 });
  });
});

describe("openStateBackend", () => {
  /** Opens a backend, writes a state into it, and answers which files there are then. */
  async function filesAfterWrite(root: string, uri: string | undefined, env = {}) {
    const backend = await openStateBackend({ root, uri, env });
    await backend.write("s", { completed: '{"a":1}', partial: undefined }, openGuard);
    await backend.close();
    return {
      description: backend.description,
      files: readdirSync(root, { recursive: true }).map(String).sort(),
    };
  }

  it.each([
    ["nothing", undefined, ".chorale/state"],
    ["an empty address", "", ".chorale/state"],
    ["a folder", "my/states", "my/states"],
    ["file:///", "file://ROOT/in%20it", "in%20it"],
  ])("takes %s for a folder of files", async (_name, uri, folder) => {
    const root = tempFolder();
    const { description, files } = await filesAfterWrite(root, uri?.replace("ROOT", root));
    expect(description).toBe(folder);
    expect(files).toContain(join(folder, "s", "state.json"));
  });

  it.each([
    ["without an address", undefined, {}, ".meltano/meltano.db"],
    [
      "without an address, with one of the database",
      undefined,
      { MELTANO_DATABASE_URI: "sqlite:///db/other.db" },
      "db/other.db",
    ],
    ["as systemdb", "systemdb", {}, ".meltano/meltano.db"],
    [
      "as systemdb with its own address",
      "systemdb",
      { MELTANO_DATABASE_URI: "sqlite:///db/other.db" },
      "db/other.db",
    ],
    ["by a relative path", "sqlite:///db/other.db", {}, "db/other.db"],
    ["by an absolute path", "sqlite:///ROOT/db/other.db", {}, "db/other.db"],
  ])("finds Meltano's database %s", async (_name, uri, env, path) => {
    const root = tempFolder();
    makeMeltanoDb(join(root, path));
    const { description } = await filesAfterWrite(root, uri?.replace("ROOT", root), env);
    expect(description).toBe(path);
    expect(meltanoRows(join(root, path))).toMatchObject([{ state_id: "s" }]);
  });

  it("takes files where Meltano's database has no tables for states", async () => {
    const root = tempFolder();
    mkdirSync(join(root, ".meltano"));
    writeFileSync(join(root, ".meltano", "meltano.db"), "");
    expect((await filesAfterWrite(root, undefined)).description).toBe(".chorale/state");
  });

  it("goes to no files where Meltano has the states in a server's database", async () => {
    const env = { MELTANO_DATABASE_URI: "postgresql+psycopg://user:secret@host/db" };
    await expect(openStateBackend({ root: tempFolder(), uri: undefined, env })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^database_uri: postgresql\+psycopg:… cannot keep states\. Only a SQLite file is read: /,
      ),
    });
    const named = await openStateBackend({ root: tempFolder(), uri: "states", env });
    expect(named.description).toBe("states");
  });

  it.each([
    ["s3://key:secret@bucket/prefix", "s3:"],
    ["postgresql://user:secret@host/db", "postgresql:"],
    ["file://host/folder", "file:"],
    ["sqlite:///:memory:", "sqlite:"],
  ])("refuses %s, and shows none of its secrets", async (uri, scheme) => {
    const opening = openStateBackend({ root: tempFolder(), uri, env: {} });
    await expect(opening).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        new RegExp(
          `^state_backend\\.uri: ${scheme}… cannot keep states\\. Give |^state_backend\\.uri: ${scheme}… cannot keep states\\. Only `,
        ),
      ),
    });
    await expect(opening).rejects.not.toThrow("secret");
  });

  it.each(["systemdb", "sqlite:///none.db"])("does not make a database for %s", async (uri) => {
    const root = tempFolder();
    await expect(openStateBackend({ root, uri, env: {} })).rejects.toMatchObject({ exitCode: 17 });
    expect(existsSync(join(root, "none.db"))).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });
});
