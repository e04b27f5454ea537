import { AuthenticationError } from "@chorale/singer";
import { type LogLine, logInto } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { tapZendesk } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { accessToken, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

/** Streams that some plans do not have, by what switches them on, and how the log says so. */
const gated = [
  {
    feature: "talk",
    streams: ["talk_calls", "talk_call_legs", "talk_phone_numbers", "talk_agents_activity", "talk_ivrs"],
  },
  { feature: "ticket_forms", streams: ["ticket_forms"] },
  { feature: "customer_satisfaction", streams: ["satisfaction_ratings", "satisfaction_reasons"] },
  { feature: "slas", streams: ["sla_policies"] },
  { feature: "group_slas", streams: ["group_sla_policies"] },
  { feature: "business_hours", streams: ["schedules", "schedule_holidays"] },
  { feature: "audit_logs", streams: ["audit_logs"] },
  { feature: "custom_roles", streams: ["custom_roles"] },
  {
    feature: "skills",
    streams: ["routing_attributes", "routing_attribute_values", "routing_instance_values_export"],
  },
  { feature: "queues", streams: ["queues"] },
  { feature: "workspaces", streams: ["workspaces"] },
  { feature: "dynamic_content", streams: ["dynamic_content_items"] },
  { feature: "custom_objects", streams: ["custom_objects", "custom_object_fields", "custom_object_records"] },
  { feature: "help_center", streams: ["articles", "article_comments", "categories", "sections"] },
  { feature: "community", streams: ["topics", "posts", "post_comments", "post_comment_votes"] },
  { feature: "jira", streams: ["jira_links"] },
] as const;

function settingsOf(url: string): Readonly<Record<string, unknown>> {
  return { base_url: url, access_token: accessToken, start_date: "2020-01-01T00:00:00Z" };
}

describe("what an account does not have", () => {
  it.each(gated)(
    "is left out with its reason, and the rest is read: $feature",
    async ({ feature, streams }) => {
      await withAccount({ features: { [feature]: false } }, async (account) => {
        const run = await runWell({ url: account.url, streams: [...streams, "tags"] });
        for (const stream of streams) {
          expect(run.records(stream)).toEqual([]);
          expect(run.logs).toContainEqual(
            expect.objectContaining({
              level: "warn",
              message: expect.stringMatching(new RegExp(`^${stream} is left out: .*\\(40[34]\\)`)),
            }),
          );
        }
        expect(run.messages.filter(({ type }) => type === "SCHEMA").length).toBe(1);
        expect(run.records("tags").length).toBe(25);
      });
    },
  );

  it("is not in a catalog that is discovered with its settings, and all else is", async () => {
    await withAccount({ features: { talk: false, community: false } }, async (account) => {
      const logs: LogLine[] = [];
      const { streams } = await tapZendesk.discover({
        config: settingsOf(account.url),
        log: logInto((line) => logs.push(line)),
      });
      const found = streams.map(({ stream }) => stream);
      const missing = tapZendesk.streams.map(({ name }) => name).filter((name) => !found.includes(name));
      expect(missing.filter((name) => !/^talk_|^topics$|^post/.test(name))).toEqual([]);
      expect(missing.length).toBe(14);
      expect(logs.filter(({ level }) => level === "warn").length).toBe(14);
    });
  });

  it("is told from a token without the scope", async () => {
    await withAccount({ denied: [{ path: "/api/v2/slas/**", reason: "scope" }] }, async (account) => {
      const run = await runWell({ url: account.url, streams: ["sla_policies"] });
      expect(run.logs.map(({ message }) => message)).toContain(
        "sla_policies is left out: the access token may not read it (403): Missing the following required scopes: read",
      );
    });
  });

  it.each(["empty", "not-found", "no-page", "restricted", "role"] as const)(
    "may be said in any way: %s",
    async (reason) => {
      await withAccount({ denied: [{ path: "/api/v2/queues", reason }] }, async (account) => {
        const run = await runWell({ url: account.url, streams: ["queues", "tags"] });
        expect(run.records("tags").length).toBe(25);
        const [line] = run.logs.filter(({ level }) => level === "warn");
        expect(line?.message).toMatch(/^queues is left out: .*\(40[34]\)/);
        expect(line?.message).not.toMatch(/[<{\n]/);
      });
    },
  );
});

describe("a probe", () => {
  it.each([401, 500, 400])("that is answered %s is an error, not an absence", async (status) => {
    await withScript(
      () => ({ status, body: { error: "no" } }),
      async (server) => {
        const stop = new AbortController();
        const run = await runTap({
          url: server.url,
          streams: ["sla_policies"],
          signal: stop.signal,
          onLog: ({ message }) => {
            if (message.includes("Trying again")) stop.abort(new Error("seen"));
          },
        });
        expect(run.error).toBeDefined();
        expect(AuthenticationError.isInstance(run.error)).toBe(status === 401);
        expect(run.logs.filter(({ message }) => message.includes("left out:"))).toEqual([]);
      },
    );
  });

  it("asks for one row, and is made for streams that are read only", async () => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, streams: ["sla_policies"] });
      expect(account.requests.map(({ path, query }) => [path, { ...query }])).toEqual([
        ["/api/v2/slas/policies", { per_page: "1" }],
        ["/api/v2/slas/policies", { per_page: "100" }],
      ]);
    });
  });
});

it("reads with an agent's rights what an agent may see", async () => {
  await withAccount({ role: "agent" }, async (account) => {
    const run = await runWell({
      url: account.url,
      streams: ["tickets", "users", "audit_logs", "satisfaction_ratings", "groups"],
    });
    expect(run.ids("groups").length).toBe(8);
    expect(new Set(run.ids("users")).size).toBeGreaterThan(0);
    const warned = run.logs.filter(({ level }) => level === "warn").map(({ message }) => message);
    expect(warned.filter((message) => message.includes("is left out")).length).toBe(2);
    expect(warned.filter((message) => message.includes("reading the list instead")).length).toBe(2);
  });
});
