import {
  array,
  dateTime,
  decimal,
  integer,
  nullable,
  object,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { expectTypeOf } from "vitest";
import {
  Checkpoint,
  defineRestClient,
  defineTap,
  type Pagination,
  type Stream,
  type Tap,
} from "../src/index.ts";

declare const byCursor: Pagination;

const zendesk = defineRestClient({
  config: object({
    subdomain: string(),
    email: string(),
    api_token: secret(string()),
    start_date: dateTime(),
    page_size: withDefault(integer(), 100),
    brand: nullable(string()),
  }),
  baseUrl: ({ subdomain }) => `https://${subdomain}.zendesk.com/api/v2/`,
  headers: ({ email, api_token }) => ({ authorization: `Basic ${btoa(`${email}/token:${api_token}`)}` }),
});

type Config = {
  readonly subdomain: string;
  readonly email: string;
  readonly api_token: string;
  readonly start_date: string;
  readonly page_size: number;
  readonly brand?: string | null;
};
type Ticket = { id: number; subject?: string | null; updated_at: string };

// The configuration is inferred from its schema, and every function of the client sees it.
defineRestClient({
  config: object({ subdomain: string() }),
  // @ts-expect-error the configuration has no such setting
  baseUrl: ({ domain }) => String(domain),
});

// The record is inferred from its schema, and the stream says so.
const tickets = zendesk.stream({
  name: "tickets",
  schema: object({ id: integer(), subject: nullable(string()), updated_at: dateTime() }),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  path: "incremental/tickets/cursor",
  searchParams: ({ bookmark, config }) => {
    expectTypeOf(bookmark).toEqualTypeOf<string | number | undefined>();
    expectTypeOf(config.page_size).toEqualTypeOf<number>();
    expectTypeOf(config.brand).toEqualTypeOf<string | null | undefined>();
    return { start_time: bookmark, per_page: config.page_size };
  },
  recordsAt: "tickets",
  pagination: byCursor,
  bookmarkValue: (ticket) => {
    expectTypeOf(ticket.updated_at).toEqualTypeOf<string>();
    return ticket.updated_at;
  },
});
expectTypeOf(tickets).toExtend<Stream<Config, Ticket>>();

// A child sees its parent's record with its type.
const ticketComments = zendesk.stream({
  name: "ticket_comments",
  schema: object({ id: integer(), ticket_id: integer(), created_at: dateTime() }),
  keyProperties: ["id"],
  parent: tickets,
  hasChildren: ({ subject }) => subject !== "empty",
  path: ({ parent }) => {
    expectTypeOf(parent.id).toEqualTypeOf<number>();
    expectTypeOf(parent.subject).toEqualTypeOf<string | null | undefined>();
    return `tickets/${parent.id}/comments`;
  },
  recordsAt: "comments",
  transform: (comment, { parent }) => {
    expectTypeOf(comment.ticket_id).toEqualTypeOf<number>();
    // What the schema does not declare is there too, and unknown.
    expectTypeOf(comment["plain_body"]).toEqualTypeOf<unknown>();
    return { ...comment, ticket_id: parent.id };
  },
});

// A custom stream yields its records and checkpoints, with the same inference.
const audits = zendesk.customStream({
  name: "audits",
  schema: object({ id: integer(), amount: nullable(decimal()), tags: nullable(array(string())) }),
  keyProperties: ["id"],
  parent: ticketComments,
  records: async function* ({ parent, http, config }) {
    expectTypeOf(parent.ticket_id).toEqualTypeOf<number>();
    const { total } = await http.get("audits/count", { response: object({ total: integer() }) });
    expectTypeOf(total).toEqualTypeOf<number>();
    yield { id: total, amount: "1.10", tags: [config.email] };
    yield new Checkpoint({ page: 2 });
  },
});

// A tap is the list; its configuration is that of its streams. Inheritance is a spread.
const tapZendesk = defineTap({
  name: "tap-zendesk",
  package: new URL("../package.json", import.meta.url),
  description: "Zendesk",
  config: zendesk.config,
  streams: [tickets, ticketComments, audits],
});
expectTypeOf(tapZendesk).toExtend<Tap<Config>>();
const inherited = defineTap({ ...tapZendesk, name: "tap-zendesk-community-relations" });
expectTypeOf(inherited).toEqualTypeOf(tapZendesk);

const basics = {
  name: "groups",
  schema: object({ id: integer(), updated_at: dateTime() }),
  path: "groups",
  recordsAt: "groups",
} as const;

zendesk.stream({
  ...basics,
  // @ts-expect-error a key that the schema does not have
  keyProperties: ["uuid"],
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  // @ts-expect-error a replication key that the schema does not have
  replicationKey: "changed_at",
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  parent: tickets,
  // @ts-expect-error a field that the parent's records lack
  path: ({ parent }) => `tickets/${parent.uuid}`,
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  parent: tickets,
  // @ts-expect-error a field that the parent's records lack
  hasChildren: ({ comment_count }) => comment_count !== 0,
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  // @ts-expect-error a record without what its schema requires
  transform: ({ id }) => ({ id }),
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  // @ts-expect-error a value of another type than the schema's
  transform: () => [{ id: "1", updated_at: "2026-01-01T00:00:00Z" }],
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  // @ts-expect-error nobody filters in the middle
  filteredBy: "proxy",
});
zendesk.stream({
  ...basics,
  keyProperties: ["id"],
  // @ts-expect-error settings that the client does not have
  searchParams: ({ config }) => ({ region: config.region }),
});
zendesk.customStream({
  name: "teams",
  schema: object({ id: integer() }),
  keyProperties: ["id"],
  // @ts-expect-error records that do not have the schema's type
  records: async function* () {
    yield { id: "1" };
  },
});
// @ts-expect-error a stream without a schema
zendesk.stream({ name: "x", keyProperties: [], path: "x", recordsAt: "x" });

const other = defineRestClient({
  config: object({ host: string() }),
  baseUrl: ({ host }) => host,
});
const hosts = other.stream({
  name: "hosts",
  schema: object({ id: integer() }),
  keyProperties: ["id"],
  path: "hosts",
  recordsAt: "",
});
defineTap({
  name: "tap-mixed",
  package: new URL("../package.json", import.meta.url),
  description: "A stream of another configuration",
  config: zendesk.config,
  // @ts-expect-error the stream's client needs settings that the tap does not have
  streams: [tickets, hosts],
});
