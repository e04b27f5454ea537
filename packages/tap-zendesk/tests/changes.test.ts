import { describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { now, runWell } from "./support/run-tap.ts";

const day = 86_400_000;

describe("a second run", () => {
  it("gives exactly the rows that changed since the first", async () => {
    let time = now;
    await withAccount({ clock: () => time }, async (account) => {
      const { store } = account;
      const first = await runWell({ url: account.url });
      const living = first
        .records("tickets")
        .filter(({ status }) => status !== "deleted")
        .map(({ id }) => Number(id));
      const [updated = 0, deleted = 0, commented = 0] = living;
      const organizations = first.ids("organizations").map(Number);
      const users = first.records("users").filter(({ active }) => active === true);
      time += day;
      store.tickets.update(updated, { subject: "changed" });
      store.tickets.delete(deleted);
      const comment = store.addComment(commented, { body: "hello" });
      const added = store.tickets.add({ subject: "new" }).id;
      const user = Number(users[0]?.["id"]);
      store.users.delete(user);
      store.organizations.update(Number(organizations[0]), { name: "changed" });
      store.lists.macros.update(Number(first.ids("macros")[0]), { title: "changed" });
      time += 120_000;

      const second = await runWell({ url: account.url, state: first.states.at(-1), at: time });
      expect(second.ids("tickets").toSorted()).toEqual([updated, deleted, commented, added].toSorted());
      expect(second.records("tickets")).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: updated, subject: "changed" }),
          expect.objectContaining({ id: deleted, status: "deleted" }),
        ]),
      );
      const comments = [updated, commented, added].flatMap((id) => store.comments(id));
      expect(second.ids("ticket_comments").toSorted()).toEqual(comments.map(({ id }) => id).toSorted());
      expect(second.ids("ticket_comments")).toContain(comment.id);
      expect(new Set(second.records("ticket_audits").map(({ ticket_id }) => ticket_id))).toEqual(
        new Set([updated, commented, added]),
      );
      expect(second.records("users")).toEqual([expect.objectContaining({ id: user, active: false })]);
      // A time export begins with the second of its bookmark, so its newest row comes once more.
      expect(second.ids("organizations").at(-1)).toBe(organizations[0]);
      expect(second.ids("organizations").slice(0, -1)).toEqual(newestOf(first.records("organizations")));
      expect(second.ids("macros")).toContain(first.ids("macros")[0]);
      expect(second.ids("macros").length).toBe(1 + newestOf(first.records("macros")).length);
    });
  });

  it("sees what the last minute hid", async () => {
    let time = now;
    await withAccount({ clock: () => time }, async (account) => {
      const streams = ["tickets", "users", "organizations"];
      account.store.tickets.add({ subject: "late" });
      account.store.users.add({ name: "late" });
      account.store.organizations.add({ name: "late" });
      const first = await runWell({ url: account.url, streams });
      time += 61_000;
      const second = await runWell({ url: account.url, streams, state: first.states.at(-1), at: time });
      expect(first.ids("tickets").length).toBe(30);
      expect(second.records("tickets")).toEqual([expect.objectContaining({ subject: "late" })]);
      expect(second.records("users")).toEqual([expect.objectContaining({ name: "late" })]);
      expect(second.records("organizations").at(-1)).toEqual(expect.objectContaining({ name: "late" }));
    });
  });

  it("emits a ticket that changes while it is read once more, not never", async () => {
    let time = now;
    await withAccount({ clock: () => time }, async (account) => {
      const streams = ["tickets"];
      const stopped = await runWell({
        url: account.url,
        streams,
        until: ({ type }) => {
          if (type !== "RECORD") return false;
          time += 120_000;
          account.store.tickets.update(2 ** 32 + 1, { subject: `changed at ${time}` });
          return true;
        },
      });
      time += 120_000;
      const rest = await runWell({ url: account.url, streams, state: stopped.states.at(-1), at: time });
      expect(rest.records("tickets").at(-1)).toEqual(
        expect.objectContaining({ id: 2 ** 32 + 1, subject: expect.stringContaining("changed at") }),
      );
    });
  });
});

/** The keys of the rows that share the newest moment. */
function newestOf(records: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  const newest = records
    .map((record) => String(record["updated_at"]))
    .toSorted()
    .at(-1);
  return records.filter((record) => record["updated_at"] === newest).map(({ id }) => id);
}
