import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { object, silentLogger } from "@chorale/singer";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHttpClient } from "../../src/http/create-http-client.ts";
import { type SpooledLists, type SpoolListsOptions, spoolLists } from "../../src/index.ts";
import { collect } from "../support/collect.ts";
import { type Route, serve } from "../support/local-server.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chorale-spool-test-"));
  vi.stubEnv("TMPDIR", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const signal = new AbortController().signal;
const basics = { stream: "lines", path: "export", log: silentLogger, signal };

async function read(lists: SpooledLists | undefined, list = "a") {
  return lists === undefined ? [] : await collect(lists.records(list));
}

/** Downloads from a server of its own, and hands what was put on disk to a test. */
async function withLists(
  { route, ...options }: Pick<SpoolListsOptions, "lists"> & Partial<SpoolListsOptions> & { route: Route },
  test: (lists: SpooledLists | undefined) => Promise<void>,
): Promise<void> {
  const server = await serve(route);
  const http = createHttpClient({
    client: { config: object({}), baseUrl: () => server.url, attempts: 1 },
    config: {},
    userAgent: "test",
    signal,
    log: silentLogger,
    redact: (text) => text,
    env: {},
  });
  try {
    const lists = await spoolLists(http, { ...basics, ...options });
    await test(lists);
    await lists?.close();
  } finally {
    await http.close();
    await server.close();
  }
}

describe("lists on disk", () => {
  it("can be read more than once, and at the same time", async () => {
    const body = { a: [{ id: 1 }, { id: 2 }], b: [{ id: 3 }], c: null };
    await withLists({ lists: ["a", "b", "c", "d"], route: () => ({ body }) }, async (lists) => {
      const ids = async (name: string) => (await read(lists, name)).map(({ id }) => id);
      expect(await Promise.all([ids("a"), ids("a"), ids("b"), ids("c"), ids("d")])).toEqual([
        [1, 2],
        [1, 2],
        [3],
        [],
        [],
      ]);
      expect(["a", "b", "c", "d"].map((name) => lists?.has(name))).toEqual([true, true, true, false]);
      expect(["a", "b", "c", "d"].map((name) => lists?.count(name))).toEqual([2, 1, 0, 0]);
    });
  });

  it("have no names: nothing is left of them when the process is killed", async () => {
    await withLists({ lists: ["a"], route: () => ({ body: { a: [{ id: 1 }] } }) }, async (lists) => {
      expect(await readdir(folder)).toEqual([]);
      expect(await read(lists)).toEqual([{ id: 1 }]);
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("keep records of any size and any characters", async () => {
    const a = Array.from({ length: 300 }, (_, id) => ({ id, text: "ä\n🔐".repeat(id * 5) }));
    const body = JSON.stringify({ a }, undefined, 2);
    await withLists({ lists: ["a"], route: () => ({ body }) }, async (lists) => {
      expect(await read(lists)).toEqual(a);
    });
  });

  it("keep the digits of numbers when they are asked to", async () => {
    const body = '{"a":[{"amount":12345678901234567890.123456789}]}';
    const route: Route = () => ({ body });
    await withLists({ lists: ["a"], exactNumbers: true, route }, async (lists) => {
      const [record] = await read(lists);
      expect(JSON.stringify(record)).toBe('{"amount":12345678901234567890.123456789}');
    });
  });

  it("are undefined for an answer that is skipped", async () => {
    const classify = () => "skip" as const;
    await withLists({ lists: ["a"], classify, route: () => ({ status: 404 }) }, async (lists) => {
      expect(lists).toBeUndefined();
    });
  });

  it.each([
    [{ a: [[1]] }, {}, "lines: a[0] of the download is no object. Look at the stream's lists."],
    ['{"a":[{"id":1},{"id":}]}', {}, "lines: a[1] of the download is no JSON. Ask for the export again."],
  ])("of %j fail when they are read", async (body, options, message) => {
    await withLists({ lists: ["a"], route: () => ({ body }), ...options }, async (lists) => {
      await expect(read(lists)).rejects.toThrow(message);
    });
  });

  it("with a record that is too long are refused, and not asked for again", async () => {
    const body = { a: [{ text: "x".repeat(1000) }] };
    const route = vi.fn<Route>(() => ({ body }));
    const refused = withLists({ lists: ["a"], maxRecordBytes: 500, route }, async () => undefined);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(/more than 500 bytes in one record\. Ask for less at a time\.$/),
      exitCode: 70,
    });
    expect(route).toHaveBeenCalledTimes(1);
  });

  it("that cannot be written say where", async () => {
    vi.stubEnv("TMPDIR", join(folder, "missing"));
    const refused = withLists({ lists: ["a"], route: () => ({ body: {} }) }, async () => undefined);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(/^export: a file in .*missing cannot be used: ENOENT.*TMPDIR\.$/),
      exitCode: 75,
    });
  });
});
