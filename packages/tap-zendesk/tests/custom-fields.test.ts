import type { JsonSchema, Message } from "@chorale/singer";
import { createSchemaCompiler } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZendesk } from "../src/index.ts";
import { queriesOf, withAccount } from "./support/account.ts";
import { accessToken, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const definitions = [
  { id: 1, key: "plan", title: "Plan", type: "dropdown" },
  { id: 2, key: "seats", title: "Seats", type: "integer" },
  { id: 3, key: "score", title: "Score", type: "decimal" },
  { id: 4, key: "vip", title: "VIP", type: "checkbox" },
  { id: 5, key: "joined", title: "Joined", type: "date" },
  { id: 6, key: "areas", title: "Areas", type: "multiselect" },
  { id: 7, key: "owner", title: "Owner", type: "lookup" },
  { id: 8, key: "novel", title: "Novel", type: "hologram" },
  { id: 9, key: null, title: "Größe (cm)", type: "text" },
  { id: 10, key: null, title: "Größe / cm", type: "text" },
  { id: 11, key: null, title: "Status", type: "status" },
];

const values = {
  plan: "gold",
  seats: "745",
  score: 5.1,
  vip: true,
  joined: "2012-07-23T00:00:00Z",
  areas: ["a", "b"],
  owner: 77,
  novel: { x: 1 },
};

/** An account of one user, one organization and one ticket, all with the same fields. */
function script(given: Readonly<Record<string, unknown>> = values) {
  const byId = definitions.map(({ id, key }) => ({ id, value: key === null ? "text" : given[key] }));
  const user = { id: 1, updated_at: "2026-01-01T00:00:00Z", user_fields: given };
  const organization = { id: 2, updated_at: "2026-01-01T00:00:00Z", organization_fields: given };
  const ticket = { id: 3, status: "open", generated_timestamp: 1767225600, custom_fields: byId };
  const bodies: Readonly<Record<string, unknown>> = {
    user_fields: { user_fields: definitions, meta: { has_more: false } },
    organization_fields: { organization_fields: definitions, meta: { has_more: false } },
    ticket_fields: { ticket_fields: definitions, meta: { has_more: false } },
    "incremental/users/cursor": { users: [user], after_cursor: "e", end_of_stream: true },
    "incremental/organizations": { organizations: [organization], end_of_stream: true, end_time: 1 },
    "incremental/tickets/cursor": { tickets: [ticket], after_cursor: "e", end_of_stream: true },
  };
  return ({ path }: { path: string }) => ({ body: bodies[path.replace("/api/v2/", "")] ?? {} });
}

const scripted = { definitions: "scripted" } as const;

function schemaIn(messages: readonly Message[], stream: string): JsonSchema {
  const found = messages.find((message) => message.type === "SCHEMA" && message.stream === stream);
  return found?.type === "SCHEMA" ? found.schema : {};
}

describe("the custom fields of an account", () => {
  const loose = {
    plan: { type: ["null", "string"] },
    seats: { type: ["null", "integer", "string"] },
    score: { type: ["null", "number", "string"] },
    vip: { type: ["null", "boolean", "string"] },
    joined: { type: ["null", "string"] },
    areas: { type: ["null", "array"], items: { type: ["null", "string"] } },
    owner: { type: ["null", "integer", "string"] },
    novel: { type: ["null", "string", "number", "boolean", "array", "object"] },
  };

  it.each([
    { stream: "users", property: "user_fields" },
    { stream: "organizations", property: "organization_fields" },
  ])("are in the schema of $stream at discovery and in each run, without enumerations", async (each) => {
    await withScript(
      script(),
      async (server) => {
        const config = { base_url: server.url, access_token: accessToken, start_date: "2020-01-01" };
        const run = await runWell({ url: server.url, streams: [each.stream] });
        const ofRun = schemaIn(run.messages, each.stream);
        expect(ofRun.properties?.[each.property]).toMatchObject({
          type: ["null", "object"],
          properties: loose,
        });
        expect(JSON.stringify(ofRun)).not.toContain("enum");
        const users = (await createSchemaCompiler())(ofRun);
        expect(run.records(each.stream).filter((record) => !users(record))).toEqual([]);
        expect(run.records(each.stream)[0]?.[each.property]).toEqual(values);
        expect(server.targets()).toContain(`${each.property}?page[size]=100`);
        expect(config).toBeDefined();
      },
      scripted,
    );
  });

  it("are discovered with the settings, and not without", async () => {
    await withAccount({}, async (account) => {
      const config = { base_url: account.url, access_token: accessToken, start_date: "2020-01-01T00:00:00Z" };
      const fieldsOf = async (given?: unknown): Promise<readonly string[]> => {
        const { streams } = await tapZendesk.discover({ config: given });
        const users = streams.find(({ stream }) => stream === "users");
        return Object.keys(users?.schema.properties?.["user_fields"]?.properties ?? {});
      };
      expect(await fieldsOf()).toEqual([]);
      expect(await fieldsOf(config)).toEqual(account.shown("user_fields").map(({ key }) => key));
    });
  });

  it("that were added since the discovery are in the next run", async () => {
    await withAccount({}, async (account) => {
      account.store.lists.user_fields.add({ key: "brand_new", title: "New", type: "text" });
      const run = await runWell({ url: account.url, streams: ["users"] });
      const { properties } = schemaIn(run.messages, "users").properties?.["user_fields"] ?? {};
      expect(properties).toHaveProperty("brand_new");
      expect(run.records("users")[0]?.["user_fields"]).toHaveProperty("brand_new");
    });
  });

  it("are not asked for where nobody wants them", async () => {
    await withAccount({}, async (account) => {
      await runWell({ url: account.url, streams: ["users"], deselected: ["user_fields"] });
      expect(queriesOf(account, "user_fields")).toEqual([]);
      await runWell({ url: account.url, streams: ["tickets", "groups"] });
      expect(account.requests.filter(({ path }) => path.endsWith("_fields"))).toEqual([]);
    });
  });

  it("that may not be seen do not hold up the records", async () => {
    await withAccount({ denied: [{ path: "/api/v2/user_fields", reason: "role" }] }, async (account) => {
      const run = await runWell({ url: account.url, streams: ["users"] });
      expect(run.ids("users").length).toBe(20);
    });
  });
});

describe("custom_fields_mode", () => {
  const columns = {
    plan: "gold",
    seats: 745,
    score: 5.1,
    vip: true,
    joined: "2012-07-23T00:00:00Z",
    areas: ["a", "b"],
    owner: 77,
    novel: { x: 1 },
  };
  const prefixed = (record: Readonly<Record<string, unknown>> | undefined) =>
    Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => name.startsWith("custom_field_")));
  const named = (nameOf: (definition: (typeof definitions)[number]) => string) =>
    Object.fromEntries(
      definitions
        .filter(({ key }) => key !== null)
        .map((definition) => [
          `custom_field_${nameOf(definition)}`,
          Reflect.get(columns, String(definition.key)),
        ]),
    );

  it.each(["tickets", "users", "organizations"])("array adds no columns to %s", async (stream) => {
    await withScript(
      script(),
      async (server) => {
        const run = await runWell({ url: server.url, streams: [stream] });
        expect(prefixed(run.records(stream)[0])).toEqual({});
        expect(server.targets().filter((target) => target.startsWith("ticket_fields"))).toEqual([]);
      },
      scripted,
    );
  });

  it.each([
    { mode: "pivot_id", stream: "tickets", more: { custom_field_9: "text", custom_field_10: "text" } },
    {
      mode: "pivot_key",
      stream: "tickets",
      more: { custom_field_größe_cm: "text", custom_field_größe_cm_10: "text" },
    },
    { mode: "pivot_id", stream: "users", more: { custom_field_9: null, custom_field_10: null } },
    {
      mode: "pivot_key",
      stream: "organizations",
      more: { custom_field_größe_cm: null, custom_field_größe_cm_10: null },
    },
  ])("$mode gives each field of $stream a column of its type, and keeps them all", async (each) => {
    const { mode, stream, more } = each;
    await withScript(
      script(),
      async (server) => {
        const config = { custom_fields_mode: mode };
        const run = await runWell({ url: server.url, streams: [stream], config });
        const [record] = run.records(stream);
        const own = named(({ id, key }) => (mode === "pivot_id" ? String(id) : String(key)));
        expect(prefixed(record)).toEqual({ ...own, ...more });
        const schema = schemaIn(run.messages, stream);
        expect(schema.properties?.[mode === "pivot_id" ? "custom_field_2" : "custom_field_seats"]).toEqual({
          type: ["null", "integer"],
        });
        const validator = (await createSchemaCompiler())(schema);
        expect([validator(record), validator.violations]).toEqual([true, []]);
        expect(record).toHaveProperty(
          { tickets: "custom_fields", users: "user_fields", organizations: "organization_fields" }[stream] ??
            "",
        );
      },
      scripted,
    );
  });

  it("makes null of what does not fit its column, which stays where it came from", async () => {
    const drifted = { seats: "many", score: "NaN", vip: "yes", areas: "a", plan: 5, owner: 1.5 };
    await withScript(
      script(drifted),
      async (server) => {
        const config = { custom_fields_mode: "pivot_key" };
        const run = await runWell({ url: server.url, streams: ["users"], config });
        const [record] = run.records("users");
        expect(prefixed(record)).toMatchObject({
          custom_field_seats: null,
          custom_field_score: null,
          custom_field_vip: null,
          custom_field_areas: null,
          custom_field_plan: "5",
          custom_field_owner: null,
        });
        expect(record?.["user_fields"]).toEqual(drifted);
      },
      scripted,
    );
  });
});
