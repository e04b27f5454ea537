import { displayName, fullName, type Grant } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { SessionState } from "../sessions/session-state.ts";
import { executedAnswer } from "./answers.ts";
import { type Command, ddl, statementTypes } from "./command.ts";

/** An object, or all objects of a kind in a schema, that GRANT names. */
interface GrantObject {
  readonly kind: string;
  readonly parts: readonly string[];
  /** ALL or FUTURE objects of the kind in what `parts` names. */
  readonly many: { readonly when: "ALL" | "FUTURE"; readonly inKind: string } | null;
}

const privileges = new Set([
  "ALL",
  "ALL PRIVILEGES",
  "USAGE",
  "OPERATE",
  "MONITOR",
  "MODIFY",
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "EVOLVE SCHEMA",
  "OWNERSHIP",
  "READ",
  "WRITE",
  "CREATE SCHEMA",
  "CREATE TABLE",
  "CREATE STAGE",
  "CREATE FILE FORMAT",
  "CREATE VIEW",
]);
const kinds = ["DATABASE", "SCHEMA", "TABLE", "STAGE", "WAREHOUSE", "ROLE"];

/** Reads GRANT. What it grants is noted and shown, and no longer lacking; other things roles lack as the stand-in was told. */
export function parseGrant(cursor: Cursor): Command {
  if (cursor.takes("ROLE")) return parseRoleGrant(cursor);
  const granted = parsePrivileges(cursor);
  const object = parseObject(cursor);
  cursor.expect("TO");
  cursor.takes("ROLE");
  const role = cursor.name();
  if (cursor.takes("WITH", "GRANT", "OPTION") || cursor.takesOneOf("COPY", "REVOKE") !== undefined) {
    if (!cursor.isAtEnd) cursor.expect("CURRENT", "GRANTS");
  }
  return ddl(async ({ session }) => {
    const names = objectNames(session, object);
    requireRole(session, role);
    session.account.grant(names.flatMap((name) => grantsOf(session, { granted, object, name, role })));
    return executedAnswer(statementTypes.ddl);
  });
}

function parseRoleGrant(cursor: Cursor): Command {
  const role = cursor.name();
  cursor.expect("TO");
  if (cursor.takesOneOf("ROLE", "USER") === undefined) throw cursor.unexpected();
  cursor.name();
  return ddl(async ({ session }) => {
    requireRole(session, role);
    return executedAnswer(statementTypes.ddl);
  });
}

/** Reads REVOKE. */
export function parseRevoke(cursor: Cursor): Command {
  const revoked = parsePrivileges(cursor);
  const object = parseObject(cursor);
  cursor.expect("FROM");
  cursor.takes("ROLE");
  const role = cursor.name();
  return ddl(async ({ session }) => {
    const names = objectNames(session, object);
    requireRole(session, role);
    session.account.revoke(
      names.flatMap((objectName) =>
        revoked.map((privilege) => ({ privilege, objectKind: object.kind, objectName, grantee: role })),
      ),
    );
    return executedAnswer(statementTypes.ddl);
  });
}

function parsePrivileges(cursor: Cursor): readonly string[] {
  const granted: string[] = [];
  do {
    const words = cursor
      .takeUntil(({ kind, text, value }) => text === "," || (kind === "word" && value === "ON"))
      .map(({ value }) => value);
    const privilege = words.join(" ");
    if (!privileges.has(privilege)) throw cursor.unexpected();
    granted.push(privilege === "ALL PRIVILEGES" ? "ALL" : privilege);
  } while (cursor.takesOperator(","));
  cursor.expect("ON");
  return granted;
}

function parseObject(cursor: Cursor): GrantObject {
  const when = cursor.takesOneOf("ALL", "FUTURE");
  if (when === undefined) {
    const kind = cursor.takesOneOf(...kinds) ?? "TABLE";
    return { kind, parts: cursor.dottedName(), many: null };
  }
  const kind = cursor.takesOneOf("TABLES", "SCHEMAS", "STAGES");
  if (kind === undefined) throw cursor.unexpected();
  cursor.expect("IN");
  const inKind = cursor.takesOneOf("SCHEMA", "DATABASE");
  if (inKind === undefined) throw cursor.unexpected();
  const many = { when: when === "ALL" ? ("ALL" as const) : ("FUTURE" as const), inKind };
  return { kind: kind.slice(0, -1), parts: cursor.dottedName(2), many };
}

function requireRole(session: SessionState, role: string): void {
  if (role !== "PUBLIC" && !session.account.roles.has(role))
    throw problems.missing("Role", displayName([role]));
}

/** Answers the full names of what is granted on. Throws 002003 for what is not there. */
function objectNames(session: SessionState, { kind, parts, many }: GrantObject): readonly string[] {
  if (many !== null) {
    const [name = "", database = name] = parts.toReversed();
    if (many.inKind === "SCHEMA") {
      const place = session.names.completeSchema(parts);
      session.account.schema(place.database, place.schema);
      return [`${displayName([place.database, place.schema])}.<${kind}>`];
    }
    session.account.database(database);
    return [`${displayName([database])}.<${kind}>`];
  }
  return [displayName(objectName(session, kind, parts))];
}

function objectName(session: SessionState, kind: string, parts: readonly string[]): readonly string[] {
  const [name = ""] = parts;
  switch (kind) {
    case "DATABASE":
      return [session.account.database(name).name];
    case "WAREHOUSE":
      if (!session.account.warehouses.has(name)) throw problems.missing("Warehouse", displayName([name]));
      return [name];
    case "ROLE":
      requireRole(session, name);
      return [name];
    case "SCHEMA": {
      const { database, schema } = session.names.completeSchema(parts);
      session.account.schema(database, schema);
      return [database, schema];
    }
    case "STAGE":
      session.names.stage(parts);
      return fullName(session.names.complete(parts));
    default:
      return fullName(session.names.table(parts, "Table").name);
  }
}

function grantsOf(
  session: SessionState,
  {
    granted,
    object,
    name,
    role,
  }: { granted: readonly string[]; object: GrantObject; name: string; role: string },
): readonly Grant[] {
  return granted.map((privilege) => ({
    privilege,
    objectKind: object.kind,
    objectName: name,
    granteeKind: "ROLE",
    grantee: role,
    grantedBy: session.owner,
    createdOn: new Date(),
  }));
}
