import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { customTicketFields } from "./generated/custom-fields.ts";
import type { Row } from "./row.ts";
import { byPosition } from "./row-order.ts";
import type { StoredAccount } from "./store.ts";

/** The key of a row that holds the values of keyed fields, which is the name of the list that defines them. */
export type KeyedFields = "user_fields" | "organization_fields";

/** A row with a value for each field that the account defines now: the row's own, or none. */
export function withKeyedFields(row: Row, account: StoredAccount, name: KeyedFields): Row {
  const { [name]: held = null } = row;
  const values = isJsonObject(held) ? held : {};
  const { rows } = account.lists[name];
  const definitions = [...rows.inOrder(byPosition)];
  // Generated rows hold a value of each generated field, so there is nothing to do for most.
  if (rows.changes === 0 && Object.keys(values).length === definitions.length) return row;
  const defined: JsonObject = Object.fromEntries(
    definitions.map(({ key, type }) => [
      String(key),
      values[String(key)] ?? (type === "checkbox" ? false : null),
    ]),
  );
  return { ...row, [name]: defined };
}

function heldValues(row: Row): Map<Json, Json> {
  const held = row["custom_fields"];
  const entries = Array.isArray(held) ? held.filter(isJsonObject) : [];
  return new Map(entries.map(({ id = null, value = null }) => [id, value]));
}

/** A ticket with a value for each custom field that the account defines now. */
export function withCustomFields(ticket: Row, account: StoredAccount): Row {
  const { rows } = account.lists.ticket_fields;
  const held = ticket["custom_fields"];
  if (rows.changes === 0 && Array.isArray(held) && held.length === customTicketFields.length) return ticket;
  const values = heldValues(ticket);
  const customFields: JsonObject[] = [];
  for (const { id, removable } of rows.all()) {
    if (removable === true) customFields.push({ id, value: values.get(id) ?? null });
  }
  return { ...ticket, custom_fields: customFields, fields: customFields };
}
