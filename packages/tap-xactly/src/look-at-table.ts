import { ApiError, type JsonSchema } from "@chorale/singer";
import type { DiscoverContext, StreamFinding } from "@chorale/tap-sdk";
import type { XactlyConfig } from "./client.ts";
import type { Column } from "./columns.ts";
import type { OpenRoute } from "./sql-route.ts";
import type { Table } from "./tables.ts";

/** Makes the look at a table's columns: which ones join its schema, and which ones the tenant lacks. */
export function lookAtTable(table: Table, openRoute: OpenRoute) {
  return async (context: DiscoverContext<XactlyConfig>): Promise<StreamFinding> => {
    const found = await namesOf(table.name, { context, openRoute });
    if (found === undefined) return {};
    const names = new Map(found.map((name) => [name.toUpperCase(), name]));
    const missing = table.columns.map(({ name }) => name).filter((name) => !names.has(name.toUpperCase()));
    const needed = [...table.keyProperties, table.replicationKey];
    const lost = missing.find((name) => needed.includes(name));
    if (lost !== undefined) return { unavailable: `the tenant's table has no column ${lost}` };
    if (missing.length > 0) {
      context.log.warn(`${table.name}: the tenant lacks ${missing.join(", ")}`, { stream: table.name });
    }
    for (const { name } of table.columns) names.delete(name.toUpperCase());
    const added = [...names.values()].filter((name) => isIdentifier(name));
    const any: JsonSchema = {};
    return { properties: Object.fromEntries(added.map((name) => [name, any])), facts: { missing } };
  };
}

/** Answers the columns to ask for, given what was found. */
export function columnsFound(
  { columns }: Table,
  { properties = {}, facts }: StreamFinding,
): readonly Column[] {
  const missing = missingIn(facts);
  const known = columns.filter(({ name }) => !missing.includes(name));
  return [...known, ...Object.keys(properties).map((name) => ({ name, kind: "any" }) as const)];
}

/** A table that is refused is left for the stream to tell, which does not keep the others from running. */
async function namesOf(
  table: string,
  { context, openRoute }: { context: DiscoverContext<XactlyConfig>; openRoute: OpenRoute },
): Promise<readonly string[] | undefined> {
  try {
    const names = await openRoute(context).columnsOf?.(table);
    if (names === undefined)
      context.log.warn(`${table}: its columns cannot be discovered`, { stream: table });
    return names;
  } catch (error) {
    if (!ApiError.isInstance(error) || error.retryable) throw error;
    return undefined;
  }
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function missingIn(facts: unknown): readonly unknown[] {
  const missing: unknown = typeof facts === "object" && facts !== null ? Reflect.get(facts, "missing") : [];
  return Array.isArray(missing) ? missing : [];
}
