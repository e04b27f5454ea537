import { randomUUID } from "node:crypto";
import type { CheckItem, CheckReport, CommandContext } from "@chorale/target-sdk";
import { checkedTables } from "./checked-tables.ts";
import type { SnowflakeConfig } from "./config.ts";
import { connectSnowflake, type SnowflakeConnection } from "./connection.ts";
import { initializeScript } from "./initialize-script.ts";
import { configuredName, loadedSchemas, type StageName, stageOf } from "./names.ts";
import { existingProbes, type PrivilegeProbe, type ProbeWay, privilegeProbes } from "./privilege-probes.ts";
import { setSession } from "./set-up-statements.ts";
import { isMissing, SnowflakeFailure } from "./snowflake-errors.ts";

/** Names of the script where no setting says others. */
const usualNames = { role: "LOADER", user: "CHORALE", warehouse: "LOADING", database: "RAW" } as const;

/** Tries everything that a load needs to be allowed to do, and undoes it. */
export async function check(config: SnowflakeConfig, { log, signal }: CommandContext): Promise<CheckReport> {
  const session = [setSession(config)];
  // A warehouse and a database that may not be used are items, and no reason to end.
  const connection = await connectSnowflake(config, { log, signal, purpose: "upload", session });
  try {
    const items: CheckItem[] = [{ name: "log in" }];
    const absent = new Set<string>();
    for (const probe of probesOf(config)) {
      // What is not there cannot be looked into; whoever makes it may do with it what he likes.
      if (probe.within?.some((thing) => absent.has(thing)) === true) continue;
      const { item, isThere } = await lookAt(probe, connection);
      items.push(item);
      if (!isThere && probe.thing !== undefined) absent.add(probe.thing);
    }
    for (const table of await checkedTables(config, connection)) {
      for (const probe of existingProbes(table, roleOf(config)))
        items.push((await lookAt(probe, connection)).item);
    }
    return { items };
  } finally {
    await connection.close();
  }
}

function probesOf(config: SnowflakeConfig): readonly PrivilegeProbe[] {
  const { warehouse } = config;
  const id = randomUUID();
  const schemas = loadedSchemas(config);
  const all = schemas.flatMap((schema) =>
    privilegeProbes({
      id,
      schema,
      database: configuredName(config.database, "database"),
      stage: stageOf(config),
      mayUseOwnStage: config.stage === undefined,
      ...roleOf(config),
      ...(warehouse === undefined ? {} : { warehouse: configuredName(warehouse, "warehouse") }),
    }),
  );
  // What does not depend on the schema would be proved once for each.
  return [...new Map(all.map((probe) => [probe.what, probe])).values()];
}

function roleOf({ role }: SnowflakeConfig): { readonly role?: string } {
  return role === undefined ? {} : { role: configuredName(role, "role") };
}

interface Finding {
  readonly item: CheckItem;
  /** Whether the thing itself is there, and not only could be made. */
  readonly isThere: boolean;
}

async function lookAt(probe: PrivilegeProbe, connection: SnowflakeConnection): Promise<Finding> {
  const { what, grants, instead, otherwise } = probe;
  const failure = await failureIn(probe, connection);
  if (failure === undefined) return { item: { name: what }, isThere: true };
  const isMakeable = instead !== undefined && isMissing(failure);
  if (isMakeable && (await failureIn(instead, connection)) === undefined) {
    return { item: { name: what }, isThere: false };
  }
  if (isMakeable && otherwise !== undefined) return { item: { name: otherwise }, isThere: false };
  const remedy = grants.map((grant) => `${grant};`).join(" ");
  return { item: { name: what, missing: { kind: "privilege", remedy } }, isThere: false };
}

/** Answers what was refused; throws what is no answer to the question, such as a connection that is gone. */
async function failureIn(
  { prove, undo }: ProbeWay,
  connection: SnowflakeConnection,
): Promise<SnowflakeFailure | undefined> {
  try {
    for (const statement of prove) await connection.execute(statement);
    return undefined;
  } catch (error) {
    if (error instanceof SnowflakeFailure && error.action === "config") return error;
    throw error;
  } finally {
    for (const statement of undo) await connection.execute(statement).catch(() => undefined);
  }
}

/** Writes the script that an administrator runs once. */
export function initialize(settings: Partial<SnowflakeConfig>): string {
  const { role, user, warehouse, database = usualNames.database } = settings;
  const place = { ...settings, database };
  const schemas = loadedSchemas(place);
  const readers = settings.default_target_schema_select_permissions ?? [];
  const stage: StageName = schemas.length === 0 ? "~" : stageOf(place);
  return initializeScript({
    role: configuredName(role ?? usualNames.role, "role"),
    user: configuredName(user ?? usualNames.user, "user"),
    warehouse: configuredName(warehouse ?? usualNames.warehouse, "warehouse"),
    database: configuredName(database, "database"),
    schemas,
    stage,
    readers: [readers].flat().map((reader) => configuredName(reader, "a role that may select")),
  });
}
