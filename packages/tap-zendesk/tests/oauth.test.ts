import { writeFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ZendeskSandbox } from "@chorale/sandbox";
import { AuthenticationError, ConfigError } from "@chorale/singer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const client = { access_token: "", client_id: "sandbox-client", client_secret: "sandbox-secret" };
const refreshing = { ...client, refresh_token: "sandbox-refresh-token" };
const streams = ["tags", "groups", "macros"];

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-zendesk-oauth-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

let stores = 0;

function newStore(): string {
  stores += 1;
  return join(folder, `${stores}.json`);
}

function tokenRequests({ requests }: ZendeskSandbox): number {
  return requests.filter(({ path }) => path === "/oauth/tokens").length;
}

function refusals({ requests }: ZendeskSandbox): number {
  return requests.filter(({ status }) => status === 401).length;
}

async function kept(path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(path, "utf8"));
}

describe("client credentials", () => {
  it("fetch a token before the first request, and nothing else", async () => {
    await withAccount({}, async (account) => {
      const run = await runWell({ url: account.url, streams, config: client });
      expect(run.ids("groups").length).toBe(8);
      expect(account.requests[0]?.path).toBe("/oauth/tokens");
      expect(tokenRequests(account)).toBe(1);
      expect(account.tokens.issued.length).toBe(1);
    });
  });

  it("fetch another for each 401, once, and the run goes on", async () => {
    await withAccount({ oauth: { accessTokenRequests: 2 } }, async (account) => {
      const run = await runWell({ url: account.url, streams, config: client });
      expect([run.ids("groups").length, run.records("tags").length]).toEqual([8, 25]);
      expect(refusals(account)).toBe(tokenRequests(account) - 1);
      expect(refusals(account)).toBeGreaterThan(0);
    });
  });

  it("that are refused end the run in one line, and show no secret", async () => {
    await withAccount({}, async (account) => {
      const config = { ...client, client_secret: "wrong-secret-0123" };
      const run = await runTap({ url: account.url, streams, config });
      expect(AuthenticationError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain("oauth/tokens answered 401");
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("wrong-secret-0123");
      expect(account.requests.length).toBe(1);
    });
  });

  it("replace a token before it ends, without a refusal", async () => {
    let issued = 0;
    const seen: string[] = [];
    await withScript(
      ({ path, headers }) => {
        if (path === "/oauth/tokens") {
          issued += 1;
          // A token of half a second is replaced after a quarter.
          return { status: 201, body: { access_token: `token-${issued}`, expires_in: 0.5 } };
        }
        seen.push(headers["authorization"] ?? "");
        const list = path.replace("/api/v2/", "");
        return new Promise((resolve) => {
          setTimeout(() => resolve({ body: { [list]: [], meta: { has_more: false } } }), 300);
        });
      },
      async (server) => {
        await runWell({ url: server.url, streams, config: client });
        expect(seen).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
      },
    );
  });
});

describe("a refresh token", () => {
  it("is used once; the new pair is saved before it is used, and the next run begins with it", async () => {
    await withAccount({}, async (account) => {
      const config = { ...refreshing, token_store: newStore() };
      await runWell({ url: account.url, streams, config });
      const first = await kept(config.token_store);
      expect(first).toMatchObject({
        access_token: account.tokens.issued.at(-1)?.access_token,
        refresh_token: expect.not.stringContaining("sandbox-refresh-token"),
      });
      expect((await stat(config.token_store)).mode & 0o777).toBe(0o600);
      await runWell({ url: account.url, streams, config });
      expect(tokenRequests(account)).toBe(1);
      account.tokens.expireAll();
      await runWell({ url: account.url, streams, config });
      expect([tokenRequests(account), refusals(account)]).toEqual([2, 1]);
      expect(await kept(config.token_store)).not.toEqual(first);
      expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    });
  });

  it("leaves the pair in the store whenever the run is cut off after the refresh", async () => {
    await withAccount({}, async (account) => {
      const config = { ...refreshing, token_store: newStore() };
      account.faults.add({ path: "/api/v2/**", fault: { kind: "status", status: 400 } });
      await runTap({ url: account.url, streams: ["tags"], config });
      account.faults.clear();
      expect((await runWell({ url: account.url, streams: ["tags"], config })).records("tags").length).toBe(
        25,
      );
      expect(tokenRequests(account)).toBe(1);
    });
  });

  it("is replaced by each refresh of a long run", async () => {
    await withAccount({ oauth: { accessTokenRequests: 2 } }, async (account) => {
      const config = { ...refreshing, token_store: newStore() };
      const run = await runWell({ url: account.url, streams, config });
      expect(run.ids("groups").length).toBe(8);
      expect(refusals(account)).toBe(tokenRequests(account) - 1);
      expect(refusals(account)).toBeGreaterThan(0);
      expect(await kept(config.token_store)).toMatchObject({
        access_token: account.tokens.issued.at(-1)?.access_token,
      });
    });
  });

  it("uses the access token that is there until it is refused", async () => {
    await withAccount({}, async (account) => {
      const config = { ...refreshing, access_token: "sandbox-access-token", token_store: newStore() };
      await runWell({ url: account.url, streams, config });
      expect(tokenRequests(account)).toBe(0);
    });
  });

  it("goes back into the file of settings where there is no store", async () => {
    await withAccount({ oauth: { accessTokenRequests: 2 } }, async (account) => {
      const saved: Readonly<Record<string, string>>[] = [];
      const saveSettings = async (changes: Readonly<Record<string, string>>) => void saved.push(changes);
      await runWell({ url: account.url, streams, config: refreshing, saveSettings });
      // Each refresh first tries whether saving works.
      expect(saved.length).toBe(2 * tokenRequests(account));
      expect(saved[0]).toEqual({ access_token: "", refresh_token: "sandbox-refresh-token" });
      expect(saved.at(-1)).toMatchObject({ access_token: account.tokens.issued.at(-1)?.access_token });
    });
  });

  it("is not spent where the new one could not be kept", async () => {
    await withAccount({}, async (account) => {
      const nowhere = await runTap({ url: account.url, streams, config: refreshing });
      expect(String(nowhere.error)).toContain('Set "token_store" to the path of a file');
      const unwritable = join(folder, "missing", "store.json");
      const failed = await runTap({
        url: account.url,
        streams,
        config: { ...refreshing, token_store: unwritable },
      });
      expect(ConfigError.isInstance(failed.error)).toBe(true);
      expect(String(failed.error)).toContain(`cannot write ${unwritable}`);
      expect(account.requests).toEqual([]);
    });
  });

  it("is the configuration's again when somebody gave a new one", async () => {
    await withAccount({}, async (account) => {
      const token_store = newStore();
      await writeFile(
        token_store,
        JSON.stringify({ origin: "another", access_token: "stale", refresh_token: "stale" }),
      );
      await runWell({ url: account.url, streams, config: { ...refreshing, token_store } });
      expect(refusals(account)).toBe(0);
      expect(await kept(token_store)).not.toMatchObject({ refresh_token: "stale" });
    });
  });

  it("is taken from the store when another run was faster", async () => {
    await withAccount({}, async (account) => {
      const config = { ...refreshing, token_store: newStore() };
      await runWell({ url: account.url, streams: ["tags"], config });
      const old = await kept(config.token_store);
      account.tokens.expireAll();
      await runWell({ url: account.url, streams: ["tags"], config });
      const fresh = await kept(config.token_store);
      await writeFile(config.token_store, JSON.stringify(old));
      const run = await runWell({
        url: account.url,
        streams: ["tags"],
        config,
        // The old access token is refused; by then the other run's pair lies in the store.
        onLog: ({ fields }) => {
          if (fields["status"] === 401) writeFileSync(config.token_store, JSON.stringify(fresh));
        },
      });
      expect(run.records("tags").length).toBe(25);
      expect(tokenRequests(account)).toBe(2);
    });
  });

  it("that was withdrawn ends the run in one line that names no token", async () => {
    await withAccount({ oauth: { refreshTokens: [] } }, async (account) => {
      const config = { ...refreshing, token_store: newStore() };
      const run = await runTap({ url: account.url, streams, config });
      expect(AuthenticationError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain("oauth/tokens answered 400");
      expect(String(run.error)).not.toContain("\n");
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("sandbox-refresh-token");
    });
  });

  it("is never quoted from a store that cannot be read", async () => {
    await withAccount({}, async (account) => {
      const token_store = newStore();
      await writeFile(token_store, '{"refresh_token":"very-secret-refresh');
      const run = await runTap({ url: account.url, streams, config: { ...refreshing, token_store } });
      expect(String(run.error)).toBe(
        `ConfigError: token_store: cannot read ${token_store}. Correct or remove the file.`,
      );
      await chmod(token_store, 0o600);
    });
  });

  it("is never quoted from an answer that is cut off", async () => {
    const script = () => ({ body: '{"access_token":"very-secret-access","refresh_to' });
    await withScript(script, async (server) => {
      const config = { ...refreshing, token_store: newStore() };
      const run = await runTap({ url: server.url, streams, config });
      expect(String(run.error)).toContain("answered 200 without an access token");
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("very-secret-access");
      // What may have been spent is not sent again.
      expect(server.requests.length).toBe(1);
    });
  });
});

describe("the headers of a marketplace app", () => {
  const app = {
    marketplace_name: "Chorale",
    marketplace_organization_id: "12",
    marketplace_app_id: "345",
  };

  it.each([
    { name: "are sent with each request", given: app, sent: ["Chorale", "12", "345"] },
    {
      name: "are not sent when one is missing",
      given: { ...app, marketplace_app_id: "" },
      sent: [undefined, undefined, undefined],
    },
  ])("$name", async ({ given, sent }) => {
    const script = () => ({ body: { tags: [], meta: { has_more: false } } });
    await withScript(script, async (server) => {
      await runWell({ url: server.url, streams: ["tags"], config: given });
      const headers = server.requests[0]?.headers ?? {};
      expect([
        headers["x-zendesk-marketplace-name"],
        headers["x-zendesk-marketplace-organization-id"],
        headers["x-zendesk-marketplace-app-id"],
      ]).toEqual(sent);
    });
  });
});
