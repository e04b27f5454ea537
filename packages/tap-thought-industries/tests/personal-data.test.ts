import { createHmac } from "node:crypto";
import { pages } from "@chorale/sandbox";
import { ConfigError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapThoughtIndustries } from "../src/index.ts";
import { treatmentOf } from "../src/personal-data.ts";
import { eventAt, hour, iso } from "./support/events.ts";
import { withPortal } from "./support/portal.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const salt = "pepper-and-salt";
const hash = (text: string | number): string => createHmac("sha256", salt).update(String(text)).digest("hex");
const hashing = { pii: "hash", pii_salt: salt } as const;
const dropping = { pii: "drop" } as const;

/** Texts that name a person in the generated data. */
const named = /@example\.com|Zoë|Müller|美咲|佐藤|"ext-\d|Main Street|203\.0\.113|Mozilla|team-\d|cus_\d/;

describe("personal data", () => {
  const personal = { properties: ["email", "tags"], people: ["person"] };
  const record = {
    id: "1",
    email: "lee@example.com",
    tags: ["a", 7, null, true, { deep: "b" }],
    title: "Git",
    person: {
      id: "u",
      clientId: "c",
      client: "d",
      email: "lee@example.com",
      nick: "Lee",
      age: 9,
      active: true,
      none: null,
      empty: "",
    },
  };

  it("is kept as it is", () => {
    expect(treatmentOf({ pii: "keep" }, personal)(record)).toBe(record);
  });

  it("is hashed to any depth; identifiers, null, nothing and truth values stay", () => {
    expect(treatmentOf(hashing, personal)(record)).toEqual({
      id: "1",
      email: hash("lee@example.com"),
      tags: [hash("a"), hash(7), null, true, { deep: hash("b") }],
      title: "Git",
      person: {
        id: "u",
        clientId: "c",
        client: "d",
        email: hash("lee@example.com"),
        nick: hash("Lee"),
        age: hash(9),
        active: true,
        none: null,
        empty: "",
      },
    });
  });

  it("is dropped with its names", () => {
    expect(treatmentOf(dropping, personal)(record)).toEqual({
      id: "1",
      title: "Git",
      person: { id: "u", clientId: "c", client: "d" },
    });
  });

  it.each([
    ["null", { person: null }, { person: null }, {}],
    ["a text", { person: "lee@example.com" }, { person: hash("lee@example.com") }, {}],
  ])("may be %s where a person is expected", (_name, given, hashed, dropped) => {
    expect(treatmentOf(hashing, personal)(given)).toEqual(hashed);
    expect(treatmentOf(dropping, personal)(given)).toEqual(dropped);
  });

  it("differs by salt", () => {
    const [one, other] = ["a", "b"].map(
      (pii_salt) => treatmentOf({ pii: "hash", pii_salt }, personal)(record)["email"],
    );
    expect(one).not.toBe(other);
  });
});

describe("the setting pii", () => {
  const streams = tapThoughtIndustries.streams.map(({ name }) => name);
  const data = { seed: 3, days: 2, users: 30, assessmentAttempts: 30 };

  it("keeps people by default", async () => {
    await withPortal({ data }, async ({ url }) => {
      const run = await runWell({ url });
      const seen = streams.filter((stream) => named.test(JSON.stringify(run.records(stream))));
      expect(seen).toEqual(
        streams.filter((name) => !["content", "meetings", "clients", "coupons"].includes(name)),
      );
    });
  });

  it.each([hashing, dropping])("lets nothing personal out of any stream: %o", async (config) => {
    await withPortal({ data }, async ({ url }) => {
      const plain = await runWell({ url });
      const run = await runWell({ url, config });
      const output = JSON.stringify([run.messages, run.logs]);
      expect(named.exec(output)).toBeNull();
      expect(output.includes(salt)).toBe(false);
      for (const stream of streams) {
        expect(run.records(stream).length, stream).toBe(plain.records(stream).length);
        expect(new Set(run.ids(stream)).size, stream).toBe(plain.records(stream).length);
      }
    });
  });

  it("hashes alike in every run and every stream, so that people can still be joined", async () => {
    await withPortal({ data: { ...data, users: 300 } }, async ({ url }) => {
      const first = await runWell({ url, config: hashing });
      const second = await runWell({ url, config: hashing });
      expect(second.records("logins")).toEqual(first.records("logins"));
      const users = new Map(first.records("users").map(({ id, email }) => [id, email]));
      for (const { user, userDetail } of first.records("logins")) {
        expect(userDetail).toMatchObject({ email: user });
        expect(users.get(Object(userDetail).id)).toBe(user);
      }
    });
  });

  it("covers the device of a login, its place included", async () => {
    const device = {
      userAgent: "Mozilla",
      ipAddress: "203.0.113.7",
      ipGeoInfo: { country: "US", ll: [1.5] },
    };
    const event = eventAt(now - 1, "lee@example.com", { ...device, companyHost: "learn.example" });
    const range = { start_date: iso(now - hour) };
    const loginOf = async (pii: object): Promise<unknown> => {
      let login: unknown;
      await withScript(pages({ events: [event], pageInfo: { hasMore: false } }), async (server) => {
        const run = await runWell({ url: server.url, streams: ["logins"], config: { ...range, ...pii } });
        [login] = run.records("logins");
      });
      return login;
    };
    const rest = {
      _event_key: expect.any(String),
      timestamp: iso(now - 1),
      companyId: "c",
      companyHost: "learn.example",
    };
    expect(await loginOf(dropping)).toEqual(rest);
    expect(await loginOf(hashing)).toEqual({
      ...rest,
      user: hash("lee@example.com"),
      userAgent: hash("Mozilla"),
      ipAddress: hash("203.0.113.7"),
      ipGeoInfo: { country: hash("US"), ll: [hash(1.5)] },
    });
  });

  it("covers what the vendor may add to a person", async () => {
    const event = eventAt(now - 1, "lee@example.com", {
      userDetail: { id: "u", nickname: "leelee", age: 33 },
    });
    const config = { start_date: iso(now - hour), ...dropping };
    await withScript(pages({ events: [event], pageInfo: { hasMore: false } }), async (server) => {
      const run = await runWell({ url: server.url, streams: ["visits"], config });
      expect(run.records("visits")[0]?.["userDetail"]).toEqual({ id: "u" });
    });
  });

  it.each([
    ["hash", hashing],
    ["drop", dropping],
  ])("makes keys that tell nothing of a person whose id is not known (%s)", async (_name, pii) => {
    const captured = (user: string) => eventAt(now - 1, user, { anonymousId: `anonymous of ${user}` });
    const bodies = ["lee@example.com", "ann@example.com"].map((user) => ({
      events: [captured(user)],
      pageInfo: { hasMore: false },
    }));
    const config = { start_date: iso(now - hour) };
    const keyOf = async (body: unknown, settings: object): Promise<unknown> => {
      let key: unknown;
      await withScript(pages(body), async (server) => {
        const run = await runWell({
          url: server.url,
          streams: ["email_captures"],
          config: { ...config, ...settings },
        });
        [key] = run.ids("email_captures");
      });
      return key;
    };
    const [lee, ann] = bodies;
    expect(await keyOf(lee, pii)).not.toBe(await keyOf(lee, {}));
    expect(await keyOf(lee, pii)).not.toBe(await keyOf(ann, pii));
  });

  it("wants a salt to hash with, and says so before any request", async () => {
    await withPortal({ data }, async (portal) => {
      for (const config of [{ pii: "hash" }, { pii: "hash", pii_salt: "" }]) {
        const run = await runTap({ url: portal.url, config });
        expect(ConfigError.isInstance(run.error)).toBe(true);
        expect(String(run.error)).toContain('"pii" is "hash", but there is no "pii_salt"');
        expect(run.messages).toEqual([]);
      }
      expect(portal.requests.length).toBe(0);
    });
  });
});
