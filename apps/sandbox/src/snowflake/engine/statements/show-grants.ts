import { displayName, fullName, type Grant } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { rowsAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes, type Work } from "./command.ts";
import { moment, texts } from "./show-cells.ts";

/** Reads SHOW GRANTS: on an object, to a role, or to the current role. */
export function parseShowGrants(cursor: Cursor): Command {
  const isMeant = parseFilter(cursor);
  return metadata(async (work) => {
    const filter = isMeant(work);
    const rows = work.session.account.grants
      .filter(filter)
      .map(({ createdOn, privilege, objectKind, objectName, granteeKind, grantee, grantedBy }) => [
        moment(createdOn),
        privilege,
        objectKind,
        objectName,
        granteeKind,
        grantee,
        "false",
        grantedBy,
      ]);
    return rowsAnswer(
      statementTypes.session,
      texts(
        "created_on",
        "privilege",
        "granted_on",
        "name",
        "granted_to",
        "grantee_name",
        "grant_option",
        "granted_by",
      ),
      rows,
    );
  });
}

type Filter = (grant: Grant) => boolean;

function parseFilter(cursor: Cursor): (work: Work) => Filter {
  if (cursor.takes("TO")) {
    cursor.takes("ROLE");
    const role = cursor.name();
    return ({ session }) => {
      if (!session.account.roles.has(role)) throw problems.missing("Role", displayName([role]));
      return ({ grantee }) => grantee === role;
    };
  }
  if (!cursor.takes("ON")) {
    return ({ session }) =>
      ({ grantee }) =>
        grantee === session.place.role;
  }
  const kind = cursor.takesOneOf("TABLE", "SCHEMA", "DATABASE", "STAGE", "WAREHOUSE") ?? "TABLE";
  const parts = cursor.dottedName();
  return ({ session }) => {
    const name = nameOf(kind, parts, session.names);
    return ({ objectKind, objectName }) => objectKind === kind && objectName === name;
  };
}

function nameOf(kind: string, parts: readonly string[], names: Work["session"]["names"]): string {
  if (kind === "DATABASE" || kind === "WAREHOUSE") return displayName(parts);
  if (kind === "SCHEMA") {
    const { database, schema } = names.completeSchema(parts);
    return displayName([database, schema]);
  }
  return displayName(fullName(names.complete(parts)));
}
