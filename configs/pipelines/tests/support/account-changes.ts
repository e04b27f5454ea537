import type { ZendeskSandbox } from "@chorale/sandbox";

export const minute = 60_000;

/** Changes an account: a ticket with a comment, an organization with another name, a user who leaves at once. */
export function changeAccount({ store }: ZendeskSandbox): void {
  const added = store.tickets.add({ subject: "new" });
  store.addComment(Number(added["id"]), { body: "a comment" });
  const organization = store.organizations.add({ name: "new" });
  store.organizations.update(Number(organization["id"]), { name: "renamed" });
  const user = store.users.add({ name: "leaves at once" });
  store.users.delete(Number(user["id"]));
}
