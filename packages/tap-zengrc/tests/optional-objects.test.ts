import { exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { askedFor, withAccount } from "./support/account.ts";
import { credential, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const warnings = ({ logs }: Awaited<ReturnType<typeof runTap>>) =>
  logs.filter(({ level }) => level === "warn").map(({ message }) => message);

describe("an object that the account does not have", () => {
  it.each([
    { absent: ["people", "systems"], config: {} },
    { absent: ["policies"], config: { extra_objects: ["policies", "standards"] } },
    { absent: [], config: { extra_objects: ["nonsense"] } },
  ])("is left out with a warning: $absent of $config", async ({ absent, config }) => {
    const missing = absent.length === 0 ? ["nonsense"] : absent;
    await withAccount({ absent }, async (account) => {
      const run = await runWell({ url: account.url, config });
      expect(warnings(run)).toEqual(
        missing.map((name) => `${name} is left out: the account has no object of the name ${name} (404)`),
      );
      const streams = new Set(run.messages.flatMap((each) => ("stream" in each ? [each.stream] : [])));
      expect(missing.filter((name) => streams.has(name))).toEqual([]);
      expect(streams.size).toBe(11 + (config.extra_objects?.length ?? 0) - missing.length);
      for (const name of missing) expect(askedFor(account).filter((each) => each === name)).toEqual([name]);
    });
  });

  it.each([false, true])("fails where it is one of the nine, looked at or not: %s", async (looks) => {
    await withAccount({ absent: ["risks"] }, async ({ url }) => {
      const run = await runTap({ url, config: { discover_columns: looks } });
      expect(String(run.error)).toContain("/api/v2/risks answered 404");
      expect(run.ids("systems").length).toBe(12);
    });
  });

  it("is not taken for the end of a list that it was read from", async () => {
    const script = ({ query }: { query: Readonly<Record<string, string>> }) =>
      query["c"] === undefined
        ? { body: { data: [{ id: 1 }], links: { next: { href: "/api/v2/people?c=1" } } } }
        : { status: 404, body: "the cursor is too old" };
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, select: ["people.*"] });
      expect(run.ids("people")).toEqual([1]);
      expect(String(run.error)).toContain("answered 404: the cursor is too old");
    });
  });
});

describe("an extra object", () => {
  const config = { extra_objects: ["standards", "org_groups", "standards", "people"] };

  it("is a stream of its own, once, after the others", async () => {
    await withAccount({}, async ({ url }) => {
      const run = await runWell({ url, config });
      const schemas = run.messages.flatMap((each) => (each.type === "SCHEMA" ? [each.stream] : []));
      expect(schemas.slice(-4)).toEqual(["people", "systems", "standards", "org_groups"]);
      expect(run.ids("org_groups").length).toBe(12);
      expect(run.records("standards")[0]).toMatchObject({ id: 11, type: "Standard", code: "STANDARD-11" });
    });
  });

  it("is not asked for unless it is in the settings", async () => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url });
      expect(new Set(askedFor(account))).toEqual(new Set(tapZengrc.streams.map(({ name }) => name)));
    });
  });
});

describe("columns that the tap does not know", () => {
  const grow = (account: Parameters<Parameters<typeof withAccount>[1]>[0], name: string) => {
    account.store.table(name).update(11, { department: "IT", level: 3 });
    account.store.table(name).update(13, { $odd: [1], level: "high" });
  };

  it.each(["people", "systems", "standards"])("join %s", async (name) => {
    await withAccount({}, async (account) => {
      grow(account, name);
      const run = await runWell({
        url: account.url,
        select: [`${name}.*`],
        config: { extra_objects: ["standards"] },
      });
      const schema = run.messages.find((each) => each.type === "SCHEMA")?.schema;
      expect(schema?.properties).toMatchObject({ department: {}, level: {}, $odd: {} });
      expect(schema?.properties?.["updated_at"]).toEqual({ type: ["null", "string"], format: "date-time" });
      expect(run.records(name)[0]).toMatchObject({ department: "IT", level: 3 });
      expect(run.records(name)[1]).toMatchObject({ $odd: [1], level: "high" });
    });
  });

  it("are left out of the nine and named in the log", async () => {
    await withAccount({}, async (account) => {
      grow(account, "risks");
      const run = await runWell({ url: account.url, select: ["risks.*"] });
      expect(run.records("risks")[0]).not.toHaveProperty("level");
      const [line] = run.logs.filter(({ fields }) => "undeclared" in fields);
      expect(line?.fields["undeclared"]).toEqual({ department: 1, level: 2, $odd: 1 });
      expect(account.requests.length).toBe(3);
    });
  });

  it("join the nine when discover_columns is set", async () => {
    await withAccount({}, async (account) => {
      grow(account, "risks");
      const config = { discover_columns: true };
      const run = await runWell({ url: account.url, select: ["risks.*"], config });
      expect(run.records("risks")[1]).toMatchObject({ $odd: [1], level: "high" });
      expect(account.requests.length).toBe(4);
    });
  });

  it("are in the catalog of the account", async () => {
    await withAccount({ absent: ["systems"] }, async (account) => {
      grow(account, "people");
      const catalog = await tapZengrc.discover({
        config: { base_url: account.url, ...credential, extra_objects: ["standards", "tickets"] },
      });
      expect(catalog.streams.map(({ stream }) => stream)).toEqual([
        ...tapZengrc.streams.map(({ name }) => name).filter((name) => name !== "systems"),
        "standards",
      ]);
      const people = catalog.streams.find(({ stream }) => stream === "people");
      expect(people?.schema.properties).toHaveProperty("department", {});
      expect(new Set(askedFor(account))).toEqual(new Set(["people", "systems", "standards", "tickets"]));
    });
  });

  it("are not done without when the page cannot be had for now", async () => {
    const script = ({ path }: { path: string }) =>
      path.endsWith("/people")
        ? { status: 429, headers: { "retry-after": "86400" }, body: "come back tomorrow" }
        : { body: { data: [{ id: 1 }], links: {} } };
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url });
      expect(exitCodeOf(run.error)).toBe(75);
      expect(String(run.error)).toContain("/api/v2/people answered 429: come back tomorrow");
      expect(run.messages).toEqual([]);
    });
  });
});

describe("an object that the key may not read", () => {
  it.each(["people", "risks"])("fails and says so, and the others still run: %s", async (name) => {
    await withAccount({ denied: [name] }, async ({ url }) => {
      const run = await runTap({ url });
      expect(String(run.error)).toMatch(
        new RegExp(`/api/v2/${name} answered 403: .*The role of this key may not read this object`),
      );
      expect(run.ids("systems").length).toBe(12);
      expect(run.ids("assessments").length).toBe(12);
    });
  });
});
