import { AuditLog } from "./audit-log.ts";
import { Conversations } from "./conversations.ts";
import type { Comment } from "./generated/conversation.ts";
import { type GeneratedLists, type ListDefinition, listRow } from "./generated/list-definition.ts";
import { generatedLists, type ListName, listDefinitions, listNames } from "./generated/list-rows.ts";
import {
  deletedOrganizationFields,
  organizationRow,
  organizationRows,
} from "./generated/organization-rows.ts";
import { ticketRow, ticketRows } from "./generated/ticket-rows.ts";
import { deletedUserFields, userRow, userRows } from "./generated/user-rows.ts";
import { type Sizes, type World, world } from "./generated/world.ts";
import { isoTime, type Row } from "./row.ts";
import { type StoredTable, type Table, table } from "./table.ts";

/** The data of a generated account and what a test may do to it between two runs. */
export interface ZendeskStore {
  readonly tickets: Table;
  readonly users: Table;
  readonly organizations: Table;
  /** The plain lists by name: groups, group_memberships, macros, tags, ticket_fields and more. */
  readonly lists: Readonly<Record<ListName, Table>>;
  /** The comments of a ticket, oldest first. */
  comments(ticketId: number): readonly Comment[];
  /** Writes a comment into a ticket, which changes the ticket too. Throws when there is no such ticket. */
  addComment(ticketId: number, comment: { body: string; public?: boolean }): Comment;
  /** Overwrites the text of a comment, which changes its ticket too. Throws when either is missing. */
  redactComment(redaction: { ticketId: number; commentId: number; text?: string }): void;
}

/** A store as the endpoints read it. */
export interface StoredAccount extends ZendeskStore {
  readonly world: World;
  readonly generated: GeneratedLists;
  readonly tickets: StoredTable;
  readonly users: StoredTable;
  readonly organizations: StoredTable;
  readonly lists: Readonly<Record<ListName, StoredTable>>;
  readonly conversations: Conversations;
  readonly audits: AuditLog;
}

/** How much to generate, and from what. */
export interface StoreOptions {
  readonly seed: number;
  readonly sizes: Partial<Sizes>;
  /** How many rows lists have, where the usual number is not wanted. */
  readonly counts?: Partial<Record<ListName, number>>;
  /** The current time in epoch seconds. */
  readonly now: () => number;
}

const defaultSizes: Sizes = {
  tickets: 200,
  users: 100,
  organizations: 40,
  groups: 8,
  group_memberships: 30,
  macros: 12,
  tags: 25,
};

/** Generated rows end this long ago, so that exports show all of them. */
const settledSeconds = 300;

const updateStamp = (stamp: number): { updated_at: string } => ({ updated_at: isoTime(stamp) });

interface TableContext {
  readonly world: World;
  readonly lists: GeneratedLists;
  readonly now: () => number;
}

function listTable({ lists, now }: TableContext, name: ListName): StoredTable {
  const definition: ListDefinition = listDefinitions[name];
  const generated = lists.rows(name);
  const { deletedFields } = definition;
  return table({
    name,
    generated,
    now,
    stampFields: updateStamp,
    make: ({ id, stamp, fields }) => {
      const place = { id, stamp, rank: (id - generated.timeline.firstId) / generated.timeline.idStep };
      const alive = name === "groups" ? { deleted: false } : {};
      return listRow({ lists, name, definition, place, fields: { ...alive, ...fields } });
    },
    ...(deletedFields === undefined ? {} : { deletedFields: () => deletedFields }),
  });
}

function hasAllLists(
  tables: Partial<Record<ListName, StoredTable>>,
): tables is Record<ListName, StoredTable> {
  return listNames.every((name) => tables[name] !== undefined);
}

function listTables(context: TableContext): Record<ListName, StoredTable> {
  const tables: Partial<Record<ListName, StoredTable>> = {};
  for (const name of listNames) tables[name] = listTable(context, name);
  if (!hasAllLists(tables)) throw new Error("A list has no table.");
  return tables;
}

function mainTables({
  world: account,
  now,
}: TableContext): Record<"tickets" | "users" | "organizations", StoredTable> {
  return {
    tickets: table({
      name: "tickets",
      generated: ticketRows(account),
      now,
      make: ({ fields, ...place }) =>
        ticketRow({ world: account, ...place, fields: { status: "open", ...fields } }),
      stampFields: (stamp) => ({ ...updateStamp(stamp), generated_timestamp: stamp }),
      deletedFields: () => ({ status: "deleted" }),
    }),
    users: table({
      name: "users",
      generated: userRows(account),
      now,
      make: (place) => userRow({ world: account, ...place, alive: true }),
      stampFields: updateStamp,
      deletedFields: () => deletedUserFields({ permanently: false }),
    }),
    organizations: table({
      name: "organizations",
      generated: organizationRows(account),
      now,
      make: (place) => organizationRow({ world: account, ...place, alive: true }),
      stampFields: updateStamp,
      deletedFields: deletedOrganizationFields,
    }),
  };
}

/** Adds rows to the tickets while remembering each as it was first, for the comments written then. */
function rememberingTickets(tickets: StoredTable, originals: Map<number, Row>): StoredTable {
  return {
    ...tickets,
    add(fields) {
      const row = tickets.add(fields);
      originals.set(row.id, row);
      return row;
    },
  };
}

/** Lays out a generated account. Nothing is generated until it is asked for. */
export function store({ seed, sizes, counts = {}, now }: StoreOptions): StoredAccount {
  const endsAt = now() - settledSeconds;
  const account = world({ seed, sizes: { ...defaultSizes, ...sizes }, counts, endsAt });
  const context = { world: account, lists: generatedLists(account), now };
  const originals = new Map<number, Row>();
  const main = mainTables(context);
  const tickets = rememberingTickets(main.tickets, originals);
  const { timelines } = account;
  const generatedPosition = (id: number): number | undefined =>
    originals.has(id) ? undefined : timelines.tickets.positionOf(id);
  const written = new Conversations(account, {
    isGenerated: (id) => generatedPosition(id) !== undefined,
    added: () => [...originals.keys()],
    get: (id) => {
      const position = generatedPosition(id);
      return position === undefined ? originals.get(id) : ticketRows(account).rowAt(position);
    },
  });
  return {
    ...main,
    tickets,
    world: account,
    generated: context.lists,
    lists: listTables(context),
    conversations: written,
    audits: new AuditLog({
      world: account,
      tickets: context.lists.rows("tickets"),
      conversations: written,
    }),
    comments: (ticketId) => written.comments(ticketId),
    addComment(ticketId, { body, public: isPublic = true }) {
      tickets.update(ticketId, {});
      return written.addComment(ticketId, { body, isPublic, createdAt: now() });
    },
    redactComment({ ticketId, commentId, text = "▇▇▇▇" }) {
      if (!written.comments(ticketId).some(({ id }) => id === commentId)) {
        throw new Error(`Ticket ${ticketId} has no comment ${commentId}. Take an id that comments() lists.`);
      }
      tickets.update(ticketId, {});
      written.redact({ ticketId, commentId, text, createdAt: now() });
    },
  };
}
