import { parseCopy } from "../copy/copy.ts";
import { parseAlterTable } from "./alter-table.ts";
import type { StatementForm } from "./command.ts";
import { parseComment } from "./comments.ts";
import { parseCreate } from "./create.ts";
import { parseDescribeStage, parseDescribeTable } from "./describe.ts";
import {
  parseDropDatabase,
  parseDropFileFormat,
  parseDropSchema,
  parseDropStage,
  parseDropTable,
} from "./drop.ts";
import { parseGrant, parseRevoke } from "./grants.ts";
import { parseInsert } from "./insert.ts";
import { parseMerge } from "./merge.ts";
import { wholeQuery } from "./query.ts";
import { refusedForms } from "./refused.ts";
import {
  parseBegin,
  parseCommit,
  parseRollback,
  parseSetParameters,
  parseUnsetParameters,
  parseUse,
  parseUseDatabase,
  parseUseRole,
  parseUseSchema,
  parseUseWarehouse,
} from "./session-statements.ts";
import { parseShow } from "./show.ts";
import { parseShowGrants } from "./show-grants.ts";
import { parseList, parseRemove } from "./stage-files.ts";
import { parseTruncate } from "./truncate.ts";
import { parseDelete, parseUpdate } from "./update-delete.ts";

/** All statements, by the words that they begin with; longer beginnings stand before shorter ones. */
export const statementForms: readonly StatementForm[] = [
  { words: ["SELECT"], parse: wholeQuery },
  { words: ["WITH"], parse: wholeQuery },
  { words: ["VALUES"], parse: wholeQuery },
  { words: ["USE", "WAREHOUSE"], parse: parseUseWarehouse },
  { words: ["USE", "ROLE"], parse: parseUseRole },
  { words: ["USE", "DATABASE"], parse: parseUseDatabase },
  { words: ["USE", "SCHEMA"], parse: parseUseSchema },
  { words: ["USE"], parse: parseUse },
  { words: ["ALTER", "SESSION", "SET"], parse: parseSetParameters },
  { words: ["ALTER", "SESSION", "UNSET"], parse: parseUnsetParameters },
  { words: ["BEGIN"], parse: parseBegin },
  { words: ["START", "TRANSACTION"], parse: parseBegin },
  { words: ["COMMIT"], parse: parseCommit },
  { words: ["ROLLBACK"], parse: parseRollback },
  { words: ["CREATE"], parse: parseCreate },
  { words: ["ALTER", "TABLE"], parse: parseAlterTable },
  { words: ["DROP", "TABLE"], parse: parseDropTable },
  { words: ["DROP", "SCHEMA"], parse: parseDropSchema },
  { words: ["DROP", "DATABASE"], parse: parseDropDatabase },
  { words: ["DROP", "STAGE"], parse: parseDropStage },
  { words: ["DROP", "FILE", "FORMAT"], parse: parseDropFileFormat },
  { words: ["INSERT"], parse: parseInsert },
  { words: ["UPDATE"], parse: parseUpdate },
  { words: ["DELETE", "FROM"], parse: parseDelete },
  { words: ["MERGE", "INTO"], parse: parseMerge },
  { words: ["COPY", "INTO"], parse: parseCopy },
  { words: ["TRUNCATE"], parse: parseTruncate },
  { words: ["COMMENT"], parse: parseComment },
  { words: ["GRANT"], parse: parseGrant },
  { words: ["REVOKE"], parse: parseRevoke },
  { words: ["LIST"], parse: parseList },
  { words: ["LS"], parse: parseList },
  { words: ["REMOVE"], parse: parseRemove },
  { words: ["RM"], parse: parseRemove },
  { words: ["SHOW", "GRANTS"], parse: parseShowGrants },
  { words: ["SHOW"], parse: parseShow },
  { words: ["DESCRIBE", "TABLE"], parse: parseDescribeTable },
  { words: ["DESC", "TABLE"], parse: parseDescribeTable },
  { words: ["DESCRIBE", "STAGE"], parse: parseDescribeStage },
  { words: ["DESC", "STAGE"], parse: parseDescribeStage },
  ...refusedForms,
];
