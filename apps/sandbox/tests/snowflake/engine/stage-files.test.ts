import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";

describe("PUT, LIST and REMOVE", () => {
  it.each([
    [
      "put file:///tmp/a.csv @~",
      {
        sources: ["/tmp/a.csv"],
        autoCompress: true,
        sourceCompression: "auto_detect",
        overwrite: false,
        parallel: 4,
      },
    ],
    [
      "PUT 'file:///tmp/a b''c.json.zst' '@~/some path' AUTO_COMPRESS=FALSE OVERWRITE=TRUE PARALLEL=8;",
      {
        sources: ["/tmp/a b'c.json.zst"],
        autoCompress: false,
        overwrite: true,
        parallel: 8,
        stage: { path: "some path/" },
      },
    ],
    [
      "/* raw */ put\nfile:///tmp/*.gz @st/a/b source_compression = gzip",
      { sources: ["/tmp/*.gz"], sourceCompression: "gzip", stage: { path: "a/b/", isEncrypted: false } },
    ],
    ["put file:///x @raw.public.%t", { stage: { path: "", isEncrypted: true } }],
    ['put file:///x @"Mixed"."lower"."s t"/p', { stage: { path: "p/", isEncrypted: true } }],
  ])("%s", async (statement, expected) => {
    await withAccount(async (_account, { put, rows }) => {
      await rows("create table t (a int)");
      await rows("create stage st encryption = (type = 'SNOWFLAKE_SSE')");
      await rows('create stage "Mixed"."lower"."s t"');
      expect(await put(statement)).toMatchObject({ kind: "put", ...expected });
    });
  });

  it("lists and removes by path and pattern", async () => {
    await withAccount(async (account, asker) => {
      await asker.rows("create stage st");
      await account.stage(asker, "@st/a", { "1.csv": "x", "2.csv": "yy", "b/3.txt": "zzz" });
      const { columns, rows } = await asker.run("list @st");
      expect(columns.map(({ name }) => name)).toEqual(["name", "size", "md5", "last_modified"]);
      expect(rows.map(([name, size]) => [name, size])).toEqual([
        ["st/a/1.csv", "1"],
        ["st/a/2.csv", "2"],
        ["st/a/b/3.txt", "3"],
      ]);
      expect(await asker.rows("ls @st/a/b")).toHaveLength(1);
      expect(await asker.rows("list @st pattern = '.*[.]csv'")).toHaveLength(2);
      expect(await asker.rows("remove @st/a pattern = '.*2[.]csv'")).toEqual([["st/a/2.csv", "removed"]]);
      expect(await asker.rows("rm '@st/a/b/'")).toEqual([["st/a/b/3.txt", "removed"]]);
      expect(await asker.rows("rm @st/none")).toEqual([]);
      expect((await asker.rows("list @st")).map(([name]) => name)).toEqual(["st/a/1.csv"]);
      await asker.rows("create or replace stage st");
      expect(await asker.rows("list @st")).toEqual([]);
    });
  });
});
