import { pages } from "@chorale/sandbox";
import { ConfigError, checkConfig, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZendesk, zendesk } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const config = await checkConfig(
  zendesk.config,
  { start_date: "2026-01-01T00:00:00Z" },
  { name: "tap-zendesk" },
);
const noTags = { tags: [], meta: { has_more: false } };

describe("the base address", () => {
  it.each([
    { given: { subdomain: "acme" }, url: "https://acme.zendesk.com/api/v2/" },
    { given: { subdomain: "15five" }, url: "https://15five.zendesk.com/api/v2/" },
    { given: { subdomain: "acme-staging.zendesk.com" }, url: "https://acme-staging.zendesk.com/api/v2/" },
    { given: { subdomain: "https://acme.zendesk.com/" }, url: "https://acme.zendesk.com/api/v2/" },
    { given: { subdomain: "https://acme.zendesk.com/agent/home" }, url: "https://acme.zendesk.com/api/v2/" },
    { given: { base_url: "http://127.0.0.1:8080" }, url: "http://127.0.0.1:8080/api/v2/" },
    { given: { base_url: "http://127.0.0.1:8080/" }, url: "http://127.0.0.1:8080/api/v2/" },
    {
      given: { base_url: "https://gateway.example/zendesk" },
      url: "https://gateway.example/zendesk/api/v2/",
    },
    {
      given: { base_url: "https://gateway.example/zendesk/" },
      url: "https://gateway.example/zendesk/api/v2/",
    },
    { given: { base_url: "https://acme.zendesk.com/api/v2" }, url: "https://acme.zendesk.com/api/v2/" },
    { given: { base_url: "https://acme.zendesk.com/api/v2/" }, url: "https://acme.zendesk.com/api/v2/" },
    { given: { base_url: "https://a.example", subdomain: "acme" }, url: "https://a.example/api/v2/" },
    { given: { base_url: "", subdomain: "acme" }, url: "https://acme.zendesk.com/api/v2/" },
  ])("of $given is $url", ({ given, url }) => {
    expect(zendesk.options.baseUrl({ ...config, ...given })).toBe(url);
  });

  it.each([
    undefined,
    "",
    "a b",
    "-acme",
    "acme.example.com",
    "acme.zendesk.com.evil.example",
    "https://evil.example/acme.zendesk.com",
  ])("is refused for the subdomain %s", (subdomain) => {
    const given = subdomain === undefined ? config : { ...config, subdomain };
    expect(() => zendesk.options.baseUrl(given)).toThrow(
      new ConfigError(
        'config: "subdomain" is missing or no Zendesk subdomain. Set it to `acme` for https://acme.zendesk.com.',
      ),
    );
  });

  it("that is none is a wrong setting", async () => {
    const run = await runTap({ url: "not an address", streams: ["tags"] });
    expect(exitCodeOf(run.error)).toBe(78);
    expect(String(run.error)).not.toContain("\n");
  });
});

describe("the credentials", () => {
  it.each([
    { name: "an access token", given: { access_token: "sandbox-access-token" } },
    {
      name: "an API token with its e-mail address",
      given: { access_token: "", email: "admin@example.com", api_token: "sandbox-token" },
    },
    {
      name: "both, of which the access token wins",
      given: { access_token: "sandbox-access-token", email: "nobody@example.com", api_token: "wrong" },
    },
  ])("may be $name", async ({ given }) => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, streams: ["tags"], config: given });
      expect(run.records("tags").length).toBe(25);
    });
  });

  it("may hold any character", () => {
    const headers = zendesk.options.headers?.({ ...config, email: "zoë@例え.jp", api_token: "t/k=n" });
    const [scheme, text = ""] = headers?.["authorization"]?.split(" ") ?? [];
    expect([scheme, Buffer.from(text, "base64").toString()]).toEqual(["Basic", "zoë@例え.jp/token:t/k=n"]);
  });

  it.each([
    { name: "none", given: {} },
    { name: "an e-mail address alone", given: { email: "admin@example.com" } },
    { name: "an API token alone", given: { api_token: "sandbox-token" } },
    { name: "empty ones", given: { email: "", api_token: "" } },
  ])("are missing: $name", async ({ given }) => {
    await withAccount({}, async (account) => {
      const run = await runTap({
        url: account.url,
        streams: ["tags"],
        config: { access_token: "", ...given },
      });
      expect(run.error).toEqual(
        new ConfigError(
          'config: there are no credentials. Set "client_id" and "client_secret", with "refresh_token" or without, or "access_token", or "email" together with "api_token".',
        ),
      );
      expect(exitCodeOf(run.error)).toBe(78);
      expect(account.requests).toEqual([]);
    });
  });

  it("are nowhere in what the tap says, echoed by the API or not", async () => {
    const secret = "very-secret-token-0123456789";
    const basic = Buffer.from(`admin@example.com/token:${secret}`).toString("base64");
    const echo = ({ headers }: { headers: Readonly<Record<string, string | undefined>> }) => ({
      status: 400,
      body: `bad request: ${headers["authorization"]} ${secret}`,
    });
    await withScript(echo, async (server) => {
      const run = await runTap({
        url: server.url,
        config: { access_token: "", email: "admin@example.com", api_token: secret },
      });
      expect(server.requests[0]?.headers["authorization"]).toBe(`Basic ${basic}`);
      const said = JSON.stringify([run.messages, run.logs, String(run.error), await tapZendesk.about()]);
      expect(said).toContain("answered 400: bad request");
      expect(said).not.toContain(secret);
      expect(said).not.toContain(basic);
    });
  });
});

describe("every request", () => {
  it("names the tap and its version, and asks for JSON", async () => {
    await withScript(pages(noTags), async (server) => {
      await runWell({ url: server.url, streams: ["tags"] });
      const headers = server.requests[0]?.headers;
      const { version } = await tapZendesk.about();
      expect(headers?.["user-agent"]).toBe(`tap-zendesk/${version}`);
      expect(headers?.["accept"]).toContain("application/json");
    });
  });

  it("has the User-Agent of the settings", async () => {
    await withScript(pages(noTags), async (server) => {
      await runWell({
        url: server.url,
        streams: ["tags"],
        config: { user_agent: "acme-etl (me@acme.example)" },
      });
      expect(server.requests[0]?.headers["user-agent"]).toBe("acme-etl (me@acme.example)");
    });
  });

  it.each([
    { given: 300, seconds: 300 },
    { given: 0, seconds: 300 },
    { given: -1, seconds: 300 },
    { given: 0.5, seconds: 0.5 },
  ])("may take $seconds seconds when the setting is $given", ({ given, seconds }) => {
    expect(zendesk.options.requestTimeoutSeconds?.({ ...config, request_timeout: given })).toBe(seconds);
  });
});
