import type { ListDefinition } from "./generated/list-definition.ts";
import { shownId } from "./generated/list-definition.ts";
import { isListName, listDefinitions } from "./generated/list-rows.ts";
import { Refusal, recordNotFound } from "./problems.ts";
import type { Row } from "./row.ts";
import type { StoredAccount } from "./store.ts";
import type { StoredTable } from "./table.ts";

function tableOf(account: StoredAccount, name: string): StoredTable {
  if (name === "tickets") return account.tickets;
  if (!isListName(name)) throw new Error(`There is no list ${name}.`);
  return account.lists[name];
}

function definitionOf(name: string): ListDefinition | undefined {
  return isListName(name) ? listDefinitions[name] : undefined;
}

/** The row that a path names; undefined when there is none, or when it is a deleted ticket. */
function rowOfPath(account: StoredAccount, name: string, text: string): Row | undefined {
  const table = tableOf(account, name);
  const { idForm, pathKey } = definitionOf(name) ?? {};
  if (pathKey !== undefined) return table.all().find((row) => row[pathKey] === text);
  const id = idForm === undefined ? Number(text) : idForm.read(text);
  const row = id === undefined || !Number.isSafeInteger(id) ? undefined : table.get(id);
  return name === "tickets" && row?.["status"] === "deleted" ? undefined : row;
}

/** The lists whose ids a path holds, outermost first. */
function ancestorsOf(definition: ListDefinition): string[] {
  const list = definition.parent?.list;
  if (list === undefined) return [];
  const above = definitionOf(list);
  return [...(above === undefined ? [] : ancestorsOf(above)), list];
}

/** The row that a list of children belongs to. Refuses with 404 what is not there, or not below the one before it. */
export function parentOf(account: StoredAccount, definition: ListDefinition, ids: readonly string[]): Row {
  let found: Row | undefined;
  for (const [place, name] of ancestorsOf(definition).entries()) {
    const row = rowOfPath(account, name, ids[place] ?? "");
    const key = place === 0 ? undefined : definitionOf(name)?.parent?.key;
    const belongs = key === undefined || String(row?.[key]) === ids[place - 1];
    if (row === undefined || !belongs) throw new Refusal(recordNotFound);
    found = row;
  }
  if (found === undefined) throw new Refusal(recordNotFound);
  return found;
}

/** The children that a parent has now, in no order. */
export function childrenOf(account: StoredAccount, name: string, parent: Row): Row[] {
  const definition = definitionOf(name);
  if (definition?.parent === undefined) throw new Error(`${name} has no parents.`);
  const { list, key } = definition.parent;
  const { timeline } = account.generated.rows(list);
  const rank = (parent.id - timeline.firstId) / timeline.idStep;
  const range = account.generated.layout(definition.parent).rangeOf(rank);
  const parentDefinition = definitionOf(list);
  const id = parentDefinition === undefined ? parent.id : shownId(parentDefinition, parent);
  return tableOf(account, name).rows.belonging(range, (row) => row[key] === id);
}
