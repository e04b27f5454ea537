import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { type Client, object, objects, withZendesk } from "../zendesk-client.ts";
import { sortedById, walkCursor, walkNumbers } from "./walks.ts";

const data = { kind: "generated", seed: 5, tickets: 60, users: 30, organizations: 14 } as const;

const byCursor = [
  ["group_memberships", "group_memberships", "group_memberships"],
  ["organization_memberships", "organization_memberships", "organization_memberships"],
  ["organization_subscriptions", "organization_subscriptions", "organization_subscriptions"],
  ["brands", "brands", "brands"],
  ["brand_agents", "brand_agents", "brand_agents"],
  ["recipient_addresses", "recipient_addresses", "recipient_addresses"],
  ["macros", "macros", "macros"],
  ["tags", "tags", "tags"],
  ["triggers", "triggers", "triggers"],
  ["trigger_categories", "trigger_categories", "trigger_categories"],
  ["automations", "automations", "automations"],
  ["views", "views", "views"],
  ["deletion_schedules", "deletion_schedules", "deletion_schedules"],
  ["dynamic_content_items", "dynamic_content/items", "items"],
  ["ticket_fields", "ticket_fields", "ticket_fields"],
  ["user_fields", "user_fields", "user_fields"],
  ["organization_fields", "organization_fields", "organization_fields"],
  ["ticket_form_statuses", "ticket_form_statuses", "ticket_form_statuses"],
  ["satisfaction_ratings", "satisfaction_ratings", "satisfaction_ratings"],
  ["ticket_skips", "skips", "skips"],
  ["ticket_activities", "activities", "activities"],
  ["suspended_tickets", "suspended_tickets", "suspended_tickets"],
  ["email_notifications", "email_notifications", "email_notifications"],
  ["audit_logs", "audit_logs", "audit_logs"],
  ["custom_objects", "custom_objects", "custom_objects"],
  ["deleted_tickets", "deleted_tickets", "deleted_tickets"],
  ["deleted_users", "deleted_users", "deleted_users"],
  ["listed_ticket_metrics", "ticket_metrics", "ticket_metrics"],
  ["listed_ticket_audits", "ticket_audits", "audits"],
] as const;

const byNumber = [
  ["custom_roles", "custom_roles", "custom_roles"],
  ["sharing_agreements", "sharing_agreements", "sharing_agreements"],
  ["locales", "locales", "locales"],
  ["sla_policies", "slas/policies", "sla_policies"],
  ["workspaces", "workspaces", "workspaces"],
  ["ticket_forms", "ticket_forms", "ticket_forms"],
  ["routing_attributes", "routing/attributes", "attributes"],
  ["talk_phone_numbers", "channels/voice/phone_numbers", "phone_numbers"],
  ["talk_greetings", "channels/voice/greetings", "greetings"],
  ["talk_greeting_categories", "channels/voice/greeting_categories", "greeting_categories"],
  ["talk_ivrs", "channels/voice/ivr", "ivrs"],
  ["talk_addresses", "channels/voice/addresses", "addresses"],
  ["talk_lines", "channels/voice/lines", "lines"],
] as const;

const whole = [
  ["group_sla_policies", "/api/v2/group_slas/policies", "group_sla_policies", 200],
  ["queues", "/api/v2/queues", "queues", 200],
  ["custom_statuses", "/api/v2/custom_statuses", "custom_statuses", 200],
  ["satisfaction_reasons", "/api/v2/satisfaction_reasons", "reasons", 200],
  ["jira_links", "/api/services/jira/links", "links", 200],
  ["talk_agents_activity", "/api/v2/channels/voice/stats/agents_activity", "agents_activity", 200],
  ["schedules", "/api/v2/business_hours/schedules", "schedules", 400],
] as const;

const guide = [
  ["categories", "help_center/categories", "categories"],
  ["sections", "help_center/sections", "sections"],
  ["articles", "help_center/articles", "articles"],
  ["topics", "community/topics", "topics"],
  ["posts", "community/posts", "posts"],
] as const;

/** Name, path, key of rows, and where its parents are: list of theirs, key of theirs. */
const children = [
  ["article_attachments", "help_center/articles/{}/attachments", "article_attachments", "articles", "id"],
  ["article_comments", "help_center/articles/{}/comments", "comments", "articles", "id"],
  ["article_votes", "help_center/articles/{}/votes", "votes", "articles", "id"],
  ["article_subscriptions", "help_center/articles/{}/subscriptions", "subscriptions", "articles", "id"],
  ["section_subscriptions", "help_center/sections/{}/subscriptions", "subscriptions", "sections", "id"],
  ["post_comments", "community/posts/{}/comments", "comments", "posts", "id"],
  ["post_votes", "community/posts/{}/votes", "votes", "posts", "id"],
  ["post_subscriptions", "community/posts/{}/subscriptions", "subscriptions", "posts", "id"],
  ["topic_subscriptions", "community/topics/{}/subscriptions", "subscriptions", "topics", "id"],
  ["custom_object_fields", "custom_objects/{}/fields", "custom_object_fields", "custom_objects", "key"],
  ["custom_object_records", "custom_objects/{}/records", "custom_object_records", "custom_objects", "key"],
] as const;

async function ofAllParents(
  client: Client,
  row: readonly [string, string, string, string, string],
): Promise<JsonObject[]> {
  const [, path, key, parents, parentKey] = row;
  const found: JsonObject[] = [];
  for (const parent of client.sandbox.shown(parents)) {
    const target = `/api/v2/${path.replace("{}", String(parent[parentKey]))}?page[size]=2`;
    found.push(...(await walkCursor(client, target, key)));
  }
  return found;
}

describe("lists by cursor", () => {
  it.each(byCursor)("%s: all rows, two a page", async (name, path, key) => {
    await withZendesk({ data }, async (client) => {
      const { store } = client.sandbox;
      for (const { id } of store.tickets.all().slice(0, 3)) store.tickets.delete(id);
      for (const { id } of store.users.all().slice(1, 4)) store.users.delete(id);
      const expected = client.sandbox.shown(name);
      expect(expected.length).toBeGreaterThan(0);
      expect(await walkCursor(client, `/api/v2/${path}.json?page[size]=2`, key)).toEqual(expected);
    });
  });

  it.each(byCursor)("%s: no more than 100 a page", async (_, path) => {
    await withZendesk({ data }, async ({ get }) => {
      const { status, body } = await get(`/api/v2/${path}?page[size]=101`);
      const error = "InvalidPaginationParameter";
      expect([status, body]).toEqual([400, { error, description: "page[size] cannot be greater than 100" }]);
    });
  });

  it.each(byCursor)("%s: by number without page[size]", async (name, path, key) => {
    await withZendesk({ data }, async (client) => {
      const rows = await walkNumbers(client, `/api/v2/${path}?per_page=40`, key);
      expect(rows).toEqual(client.sandbox.shown(name));
      expect((await client.get(`/api/v2/${path}?page=101`)).status).toBe(400);
    });
  });

  it("walks back from the last page to the first", async () => {
    await withZendesk({ data }, async (client) => {
      for (const path of ["ticket_audits", "audit_logs", "skips"]) {
        const first = await client.get(`/api/v2/${path}?page[size]=3`);
        const second = await client.get(String(object(first.body, "links")["next"]));
        const back = await client.get(String(object(second.body, "links")["prev"]));
        const key = path === "ticket_audits" ? "audits" : path;
        expect(objects(back.body, key)).toEqual(objects(first.body, key));
        expect(objects(second.body, key)).not.toEqual(objects(first.body, key));
      }
    });
  });
});

describe("lists by number only", () => {
  it.each(byNumber)("%s: all rows, whatever page[size] says", async (name, path, key) => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown(name);
      const { body } = await client.get(`/api/v2/${path}?page[size]=1`);
      expect(Object.keys(body)).toEqual([key, "next_page", "previous_page", "count"]);
      expect(body[key]).toEqual(expected);
      expect(body["count"]).toBe(expected.length);
      expect(await walkNumbers(client, `/api/v2/${path}?per_page=1`, key)).toEqual(expected);
    });
  });
});

describe("lists in one answer", () => {
  it.each(whole)("%s: nothing but the rows", async (name, path, key, status) => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown(name);
      expect(expected.length).toBeGreaterThan(0);
      expect((await client.get(path)).body).toEqual({ [key]: expected });
      expect((await client.get(`${path}?page[size]=1`)).status).toBe(status);
    });
  });
});

describe("lists of the Help Center", () => {
  it.each(guide)("%s: all rows, two a page, a last page without a next", async (name, path, key) => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown(name);
      expect(await walkCursor(client, `/api/v2/${path}?page[size]=2`, key)).toEqual(expected);
      const { body } = await client.get(`/api/v2/${path}?page[size]=100`);
      expect(Object.keys(body)).toEqual(["meta", "links", key]);
      expect(Object.keys(object(body, "links"))).toEqual(["first", "last"]);
      const { body: last } = await client.get(
        String(object((await client.get(`/api/v2/${path}?page[size]=2`)).body, "links")["last"]),
      );
      expect(objects(last, key).at(-1)).toEqual(expected.at(-1));
    });
  });

  it.each(guide)("%s: by number, thirty a page", async (name, path, key) => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown(name);
      const { body } = await client.get(`/api/v2/${path}`);
      const { [key]: rows, ...rest } = body;
      expect(rows).toEqual(expected.slice(0, 30));
      expect(rest).toMatchObject({
        page: 1,
        previous_page: null,
        per_page: 30,
        page_count: Math.ceil(expected.length / 30),
        count: expected.length,
      });
      expect(await walkNumbers(client, `/api/v2/${path}?per_page=4`, key)).toEqual(expected);
    });
  });

  it("refuses another list's cursor", async () => {
    await withZendesk({ data }, async ({ get }) => {
      const { body } = await get("/api/v2/help_center/categories?page[size]=1");
      const cursor = encodeURIComponent(String(object(body, "meta")["after_cursor"]));
      const other = await get(`/api/v2/community/topics?page[size]=1&page[after]=${cursor}`);
      expect(other.status).toBe(400);
    });
  });

  it("answers the community at its other address too, where its links lead", async () => {
    await withZendesk({ data }, async ({ sandbox, get }) => {
      const { body } = await get("/api/v2/community/topics?page[size]=1");
      const next = String(object(body, "links")["next"]);
      expect(next).toMatch(`${sandbox.url}/api/v2/help_center/community/topics?page%5Bafter%5D=`);
      expect((await get(next)).status).toBe(200);
    });
  });
});

describe("children", () => {
  it.each(children)("%s: all rows of all parents", async (...row) => {
    await withZendesk({ data }, async (client) => {
      const expected = client.sandbox.shown(row[0]);
      expect(expected.length).toBeGreaterThan(0);
      expect(sortedById(await ofAllParents(client, row))).toEqual(sortedById(expected));
    });
  });

  it.each(children)("%s: none of a parent that is not there", async (_, path) => {
    await withZendesk({ data }, async ({ get }) => {
      const { status, body } = await get(`/api/v2/${path.replace("{}", "77")}?page[size]=2`);
      expect([status, body]).toEqual([404, { error: "RecordNotFound", description: "Not found" }]);
    });
  });

  it.each([
    ["article_comment_votes", "help_center/articles", "article_comments", "source_id"],
    ["post_comment_votes", "community/posts", "post_comments", "post_id"],
  ])("%s: those of each comment, below its own parent only", async (name, path, comments, key) => {
    await withZendesk({ data }, async (client) => {
      const found = [];
      for (const comment of client.sandbox.shown(comments)) {
        const target = `/api/v2/${path}/${String(comment[key])}/comments/${String(comment["id"])}/votes`;
        found.push(...(await walkCursor(client, `${target}?page[size]=2`, "votes")));
      }
      expect(sortedById(found)).toEqual(sortedById(client.sandbox.shown(name)));
      const [first, ...others] = client.sandbox.shown(comments);
      const stranger = others.find((comment) => comment[key] !== first?.[key]);
      const wrong = `/api/v2/${path}/${String(first?.[key])}/comments/${String(stranger?.["id"])}/votes`;
      expect((await client.get(wrong)).status).toBe(404);
    });
  });

  it.each([
    ["routing_attribute_values", "routing/attributes/{}/values", "attribute_values", "routing_attributes"],
    ["schedule_holidays", "business_hours/schedules/{}/holidays", "holidays", "schedules"],
  ])("%s: in one answer", async (name, path, key, parents) => {
    await withZendesk({ data }, async (client) => {
      const found = [];
      for (const parent of client.sandbox.shown(parents)) {
        const { body } = await client.get(`/api/v2/${path.replace("{}", String(parent["id"]))}`);
        expect(Object.keys(body)).toEqual([key]);
        found.push(...objects(body, key));
      }
      expect(sortedById(found)).toEqual(sortedById(client.sandbox.shown(name)));
      expect((await client.get(`/api/v2/${path.replace("{}", "nobody")}`)).status).toBe(404);
    });
  });

  it("shows the side conversations of tickets that are not deleted", async () => {
    await withZendesk({ data }, async (client) => {
      const talkative = client.sandbox.shown("side_conversations")[0]?.["ticket_id"];
      client.sandbox.store.tickets.delete(Number(talkative));
      const found = [];
      for (const ticket of client.sandbox.store.tickets.all()) {
        const { status, body } = await client.get(
          `/api/v2/tickets/${String(ticket["id"])}/side_conversations`,
        );
        expect(status).toBe(ticket["status"] === "deleted" ? 404 : 200);
        found.push(...objects(body, "side_conversations"));
      }
      expect(sortedById(found)).toEqual(sortedById(client.sandbox.shown("side_conversations")));
      expect(found.every(({ id }) => /^[0-9a-f-]{36}$/u.test(String(id)))).toBe(true);
    });
  });
});
