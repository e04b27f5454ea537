import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { runError } from "../exit-codes.ts";
import type { StateBackend } from "./state-backend.ts";

/** The address that stands for Meltano's own database. */
const systemDatabase = "systemdb";
const uriSetting = "state_backend.uri";

/**
 * Opens the store of states: a folder by its path or as `file:///…`, Meltano's database as `systemdb`, or a
 * SQLite file of Meltano's as `sqlite:///…`. Without `uri` it is Meltano's database where the project has one, and
 * else the folder `.chorale/state`. Throws with exit code 2 for an address of another kind.
 */
export async function openStateBackend(options: {
  /** The project's folder; relative paths start there. */
  root: string;
  uri: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Where Meltano's own database is. @default the variable MELTANO_DATABASE_URI, else `.meltano/meltano.db` */
  databaseUri?: string | undefined;
}): Promise<StateBackend> {
  const { root, uri } = options;
  if (uri === undefined || uri === "") return await usualBackend(root, meltanoDb(options));
  if (uri === systemDatabase) return await databaseBackend(meltanoDb(options), root);
  if (uri.startsWith("sqlite:"))
    return await databaseBackend(sqlitePath({ setting: uriSetting, uri }, root), root);
  const { createFileBackend } = await import("./file-backend.ts");
  const folder = resolve(root, folderIn(uri));
  return createFileBackend({ folder, description: shortPath(folder, root) });
}

/** Where Meltano's own database is. Throws with exit code 2 when it is on a server. */
function meltanoDb(
  options: Pick<Parameters<typeof openStateBackend>[0], "root" | "env" | "databaseUri">,
): string {
  const { root, env, databaseUri = env["MELTANO_DATABASE_URI"] } = options;
  if (databaseUri === undefined || databaseUri === "") return join(root, ".meltano", "meltano.db");
  return sqlitePath({ setting: "database_uri", uri: databaseUri }, root);
}

async function usualBackend(root: string, database: string): Promise<StateBackend> {
  if (await isFile(database)) {
    const { createMeltanoDbBackend, hasMeltanoTables } = await import("./meltano-db-backend.ts");
    if (await hasMeltanoTables(database)) {
      return await createMeltanoDbBackend({ path: database, description: shortPath(database, root) });
    }
  }
  const { createFileBackend } = await import("./file-backend.ts");
  const folder = join(root, ".chorale", "state");
  return createFileBackend({ folder, description: shortPath(folder, root) });
}

async function databaseBackend(path: string, root: string): Promise<StateBackend> {
  if (!(await isFile(path))) {
    throw runError(
      "stateStoreFailed",
      `${path}: there is no database of Meltano's. Run Meltano once, or give another state_backend.uri.`,
    );
  }
  const { createMeltanoDbBackend } = await import("./meltano-db-backend.ts");
  return await createMeltanoDbBackend({ path, description: shortPath(path, root) });
}

/** The path in an address of SQLAlchemy's: three slashes before a relative path, four before an absolute one. */
function sqlitePath(place: { setting: string; uri: string }, root: string): string {
  const path = /^sqlite(?:\+\w+)?:\/\/\/([^?]+)/.exec(place.uri)?.[1];
  if (path !== undefined && path !== ":memory:") return resolve(root, path);
  throw unsupported(
    place,
    "Only a SQLite file is read: move the states with `meltano state export` and `chorale state import`, to a state_backend.uri of this runner's",
  );
}

/** The path in `file:///…` is taken as it is written, as Meltano takes it: `%20` stands for itself. */
function folderIn(uri: string): string {
  // On Windows a path may begin with a letter and a colon.
  if (!/^[a-z][a-z0-9+.-]+:/i.test(uri)) return uri;
  const path = /^file:\/\/(\/.*)$/.exec(uri)?.[1];
  if (path !== undefined) return /^\/[a-z]:\//i.test(path) ? path.slice(1) : path;
  throw unsupported({ setting: uriSetting, uri }, "Give a folder, file:///absolute/folder, or systemdb");
}

/** The address is not shown whole: keys and passwords may stand in it. */
function unsupported({ setting, uri }: { setting: string; uri: string }, advice: string): Error {
  const scheme = /^[a-z0-9+.-]+:/i.exec(uri)?.[0] ?? "";
  return runError("usage", `${setting}: ${scheme}… cannot keep states. ${advice}.`);
}

function shortPath(path: string, root: string): string {
  const short = relative(root, path);
  return short.startsWith("..") || short === "" ? path : short;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
