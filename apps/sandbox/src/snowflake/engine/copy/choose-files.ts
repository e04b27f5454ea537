import type { StageFile } from "../../contract.ts";
import type { Table } from "../catalogue/model.ts";
import type { FoundStage } from "../catalogue/stage-names.ts";
import { problems } from "../problems.ts";
import type { SessionState } from "../sessions/session-state.ts";
import type { CopyOptions } from "./copy-options.ts";

/** The files of a COPY. */
export interface ChosenFiles {
  readonly load: readonly StageFile[];
  /** Those that the table holds already. */
  readonly skipped: readonly StageFile[];
}

const historyDays = 64;
const dayMs = 86_400_000;

/** Chooses the files that a COPY is about. Throws 100016 for a file of FILES that is not there. */
export async function chooseFiles(
  session: SessionState,
  { found, options, table }: { found: FoundStage; options: CopyOptions; table: Table },
): Promise<ChosenFiles> {
  const listed = await session.parts.files.list(found.stage.id, found.path);
  const named = options.files === null ? listed : namedFiles(listed, found, options.files);
  const meant = named.filter(({ path }) => options.pattern === null || options.pattern.test(path));
  const isLoaded = (file: StageFile): boolean => !options.force && wasLoaded(table, found.stage.id, file);
  return {
    load: upTo(
      meant.filter((file) => !isLoaded(file)),
      options.sizeLimit,
    ),
    skipped: meant.filter(isLoaded),
  };
}

function namedFiles(
  listed: readonly StageFile[],
  { path, listPrefix }: FoundStage,
  names: readonly string[],
): readonly StageFile[] {
  const files = new Map(listed.map((file) => [file.path, file]));
  return [...new Set(names)].map((name) => {
    const wanted = `${path}${path === "" || path.endsWith("/") ? "" : "/"}${name}`;
    const file = files.get(wanted);
    if (file === undefined) throw problems.remoteFileMissing(`${listPrefix}${wanted}`);
    return file;
  });
}

/** The key of a file in a table's history. */
export function historyKey(stageId: string, path: string): string {
  return `${stageId}/${path}`;
}

function wasLoaded(table: Table, stageId: string, file: StageFile): boolean {
  const known = table.history.get(historyKey(stageId, file.path));
  if (known === undefined || Date.now() - known.loadedAt.getTime() > historyDays * dayMs) return false;
  return known.md5 === file.md5 && known.bytes === file.bytes;
}

/** Takes files until their bytes reach the limit; the first in any case. */
function upTo(files: readonly StageFile[], limit: number | null): readonly StageFile[] {
  if (limit === null) return files;
  let bytes = 0;
  return files.filter((file) => {
    const isWithin = bytes < limit;
    bytes += file.bytes;
    return isWithin;
  });
}
