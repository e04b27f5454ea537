import { ConfigError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZengrc, zengrc } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { credential, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const config = {
  ...credential,
  base_url: "https://acme.api.zengrc.com",
  replication: "full",
  extra_objects: [],
  discover_columns: false,
  stringify_custom_attributes: false,
  request_timeout: 300,
} as const;
const empty = { data: [], links: {} };

describe("the base address", () => {
  it.each([
    "https://acme.api.zengrc.com",
    "https://acme.api.zengrc.com/",
    "https://acme.api.zengrc.com/api/v2",
    "https://acme.api.zengrc.com/api/v2/",
    "https://acme.api.zengrc.com//api/v2//",
    "https://acme.api.zengrc.com/#/",
    " https://acme.api.zengrc.com \n",
  ])("may be %j", (base_url) => {
    const url = zengrc.options.baseUrl({ ...config, base_url });
    expect(new URL(url).href).toBe("https://acme.api.zengrc.com/api/v2/");
  });

  it.each(["", "/", "/api/v2", "/api/v2/"])("asks the same with %j at its end", async (end) => {
    await withAccount({}, async ({ url, requests }) => {
      await runWell({ url: `${url}${end}`, select: ["risks.*"] });
      expect(requests.map(({ target }) => target)).toEqual([
        "/api/v2/risks",
        "/api/v2/risks?page%5Bcursor%5D=MTk",
        "/api/v2/risks?page%5Bcursor%5D=Mjk",
      ]);
    });
  });

  it.each(["acme", "acme.api.zengrc.com", "ftp://acme.api.zengrc.com", ""])(
    "that is none is a wrong setting: %j",
    async (url) => {
      const run = await runTap({ url, select: ["risks.*"] });
      expect(exitCodeOf(run.error)).toBe(78);
      expect(String(run.error)).toMatch(/^ConfigError: base address: [^\n]*$/);
      expect(run.messages).toEqual([]);
    },
  );

  it("with credentials in it is refused without showing them", async () => {
    const run = await runTap({ url: "https://key:very-secret@acme.api.zengrc.com", select: ["risks.*"] });
    expect(exitCodeOf(run.error)).toBe(78);
    expect(String(run.error)).not.toContain("very-secret");
  });
});

describe("the credentials", () => {
  it("are the key's id and secret, of any characters", async () => {
    const own = { username: "Ükey", password: "s:cret/=" };
    await withAccount({ credential: own }, async ({ url }) => {
      const run = await runWell({ url, select: ["risks.*"], config: own });
      expect(run.ids("risks").length).toBe(12);
    });
  });

  it.each(["base_url", "username", "password"])("are not complete without %s", async (name) => {
    await withAccount({}, async ({ url, requests }) => {
      const run = await runTap({ url, config: { [name]: null } });
      expect(run.error).toBeInstanceOf(ConfigError);
      expect(String(run.error)).toContain(`"${name}" is missing`);
      expect([run.messages, requests]).toEqual([[], []]);
    });
  });

  it("are nowhere in what the tap says, echoed by the API or not", async () => {
    const password = "very-secret-0123456789";
    const basic = Buffer.from(`key:${password}`).toString("base64");
    const echo = ({ headers }: { headers: Readonly<Record<string, string | undefined>> }) => ({
      status: 400,
      body: `bad request: ${headers["authorization"]} ${password}`,
    });
    await withScript(echo, async (server) => {
      const run = await runTap({ url: server.url, config: { username: "key", password } });
      expect(server.requests[0]?.headers["authorization"]).toBe(`Basic ${basic}`);
      const said = JSON.stringify([run.messages, run.logs, String(run.error), await tapZengrc.about()]);
      expect(said).toContain("answered 400: bad request");
      expect(said).not.toContain(password);
      expect(said).not.toContain(basic);
    });
  });
});

describe("every request", () => {
  it("names the tap and its version, and asks for JSON", async () => {
    await withScript(
      () => ({ body: empty }),
      async (server) => {
        await runWell({ url: server.url });
        const { version } = await tapZengrc.about();
        expect(server.requests.length).toBe(13);
        for (const { headers } of server.requests) {
          expect(headers["user-agent"]).toBe(`tap-zengrc/${version}`);
          expect(headers["accept"]).toContain("application/json");
        }
      },
    );
  });

  it("has the User-Agent of the settings", async () => {
    await withScript(
      () => ({ body: empty }),
      async (server) => {
        await runWell({ url: server.url, select: ["risks.*"], config: { user_agent: "acme-etl (me)" } });
        expect(server.requests.map(({ headers }) => headers["user-agent"])).toEqual(["acme-etl (me)"]);
      },
    );
  });

  it.each([
    { given: 300, seconds: 300 },
    { given: 0, seconds: 300 },
    { given: -1, seconds: 300 },
    { given: 0.5, seconds: 0.5 },
  ])("may take $seconds seconds when the setting is $given", ({ given, seconds }) => {
    expect(zengrc.options.requestTimeoutSeconds?.({ ...config, request_timeout: given })).toBe(seconds);
  });
});

describe("settings", () => {
  it.each([
    { name: "an address for an object", given: { extra_objects: ["../v1/keys"] } },
    { name: "a query for an object", given: { extra_objects: ["risks?x=1"] } },
    { name: "an object in capitals", given: { extra_objects: ["OrgGroups"] } },
    { name: "an object without a name", given: { extra_objects: [""] } },
    { name: "an unknown replication", given: { replication: "log_based" } },
  ])("are refused: $name", async ({ given }) => {
    await withAccount({}, async ({ url, requests }) => {
      const run = await runTap({ url, config: given });
      expect(exitCodeOf(run.error)).toBe(78);
      expect(String(run.error)).toContain(Object.keys(given)[0]);
      expect([run.messages, requests]).toEqual([[], []]);
    });
  });
});
