import {
  auditIdOf,
  type Comment,
  commentAudit,
  commentCountOf,
  eventIdOf,
  generatedComment,
  generatedComments,
  listedComment,
  plainAudit,
} from "./generated/conversation.ts";
import type { World } from "./generated/world.ts";
import { epochSeconds, type Row } from "./row.ts";

/** What a test wrote into a ticket since it was generated, in order. */
type Entry =
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "redaction"; readonly commentId: number; readonly createdAt: number };

/** The tickets as they were before any change, so that old comments stay as they are. */
export interface OriginalTickets {
  get(id: number): Row | undefined;
  /** Tells a generated ticket from one that a test added, which begins with one comment. */
  isGenerated(id: number): boolean;
  /** The ids of tickets that a test added. */
  added(): readonly number[];
}

/** The comments and audits of all tickets, made on demand. */
export class Conversations {
  readonly #world: World;
  readonly #originals: OriginalTickets;
  readonly #written = new Map<number, Entry[]>();
  readonly #redacted = new Map<number, string>();

  constructor(world: World, originals: OriginalTickets) {
    this.#world = world;
    this.#originals = originals;
  }

  /** The comments of a ticket, oldest first; none of a ticket that is not there. */
  comments(ticketId: number): Comment[] {
    const ticket = this.#originals.get(ticketId);
    if (ticket === undefined) return [];
    const added = this.#entries(ticketId).flatMap((entry) =>
      entry.kind === "comment" ? [entry.comment] : [],
    );
    const all = [...generatedComments(this.#world, ticket, this.#generatedCount(ticketId)), ...added];
    return all.map((comment) => ({ ...comment, body: this.#redacted.get(comment.id) ?? comment.body }));
  }

  /** The comments as `/tickets/{id}/comments` shows them. */
  listComments(ticketId: number): Row[] {
    const ticket = this.#originals.get(ticketId);
    return ticket === undefined
      ? []
      : this.comments(ticketId).map((comment) => listedComment(comment, ticket));
  }

  /** The audits of a ticket, oldest first: one per comment, one that a rule wrote, and those written since. */
  listAudits(ticketId: number): Row[] {
    const ticket = this.#originals.get(ticketId);
    if (ticket === undefined) return [];
    const count = this.#generatedCount(ticketId);
    const comments = this.comments(ticketId);
    const generated = comments
      .slice(0, count)
      .map((comment, index) => commentAudit({ comment, ticket, index }));
    return [...generated, this.#auditByRule(ticket, count), ...this.#writtenAudits(ticket, comments)];
  }

  /** One audit of a generated ticket, which it had when it was generated. */
  generatedAudit(ticket: Row, index: number): Row {
    const count = commentCountOf(this.#world, ticket.id);
    if (index === count) return this.#auditByRule(ticket, count);
    const comment = generatedComment({ world: this.#world, ticket, count, index });
    const body = this.#redacted.get(comment.id) ?? comment.body;
    return commentAudit({ comment: { ...comment, body }, ticket, index });
  }

  /** The audits that were not there from the start, in no order. */
  newAudits(): Row[] {
    const written = [...this.#written.keys()].filter((id) => this.#originals.isGenerated(id));
    const laterAudits = written.flatMap((id) => this.listAudits(id).slice(this.#firstWrittenIndex(id)));
    return [...laterAudits, ...this.#originals.added().flatMap((id) => this.listAudits(id))];
  }

  addComment(ticketId: number, written: { body: string; isPublic: boolean; createdAt: number }): Comment {
    const auditId = auditIdOf(ticketId, this.#firstWrittenIndex(ticketId) + this.#entries(ticketId).length);
    const authorId = this.#originals.get(ticketId)?.["submitter_id"];
    const comment: Comment = {
      id: eventIdOf(auditId, 0),
      auditId,
      authorId: typeof authorId === "number" ? authorId : null,
      type: "Comment",
      attachments: [],
      ...written,
    };
    this.#write(ticketId, { kind: "comment", comment });
    return comment;
  }

  /** Overwrites the text of a comment and leaves an audit that says so. */
  redact(redaction: { ticketId: number; commentId: number; text: string; createdAt: number }): void {
    const { ticketId, commentId, text, createdAt } = redaction;
    this.#redacted.set(commentId, text);
    this.#write(ticketId, { kind: "redaction", commentId, createdAt });
  }

  #auditByRule(ticket: Row, count: number): Row {
    const createdAt = epochSeconds(ticket[count === 0 ? "created_at" : "updated_at"]);
    return plainAudit({ ticket, index: count, createdAt });
  }

  #entries(ticketId: number): readonly Entry[] {
    return this.#written.get(ticketId) ?? [];
  }

  #write(ticketId: number, entry: Entry): void {
    this.#written.set(ticketId, [...this.#entries(ticketId), entry]);
  }

  #generatedCount(ticketId: number): number {
    return this.#originals.isGenerated(ticketId) ? commentCountOf(this.#world, ticketId) : 1;
  }

  #firstWrittenIndex(ticketId: number): number {
    return this.#generatedCount(ticketId) + 1;
  }

  #writtenAudits(ticket: Row, comments: readonly Comment[]): Row[] {
    const byId = new Map(comments.map((comment) => [comment.id, comment]));
    return this.#entries(ticket.id).map((entry, offset) => {
      if (entry.kind === "comment") {
        const comment = byId.get(entry.comment.id) ?? entry.comment;
        return commentAudit({ comment, ticket, index: 2 });
      }
      const event = { type: "CommentRedactionEvent", comment_id: entry.commentId };
      const index = this.#firstWrittenIndex(ticket.id) + offset;
      return plainAudit({ ticket, index, createdAt: entry.createdAt, event });
    });
  }
}
