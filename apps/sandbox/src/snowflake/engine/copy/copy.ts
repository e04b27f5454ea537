import type { StageFile } from "../../contract.ts";
import { fullName, type LoadedFile, type Table } from "../catalogue/model.ts";
import type { NamedTable } from "../catalogue/namespace.ts";
import { checkStage, type FoundStage, findStage } from "../catalogue/stage-names.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { type Answer, type Command, dml, type Work } from "../statements/command.ts";
import { scopeOf } from "../statements/scope.ts";
import { changeRows, insertQuery } from "../statements/table-changes.ts";
import { chooseFiles, historyKey } from "./choose-files.ts";
import { type CopyColumns, planColumns } from "./copy-columns.ts";
import { type CopyLine, copyAnswer, skippedLine } from "./copy-result.ts";
import { failingRows } from "./failing-rows.ts";
import { checkFormatOptions, type FileFormatOptions } from "./format-options.ts";
import { readCopy, type WrittenCopy } from "./parse-copy.ts";
import { type FileOutcome, inFile, noteError, stageFile } from "./stage-rows.ts";
import { StagedTable, stagedTable } from "./staged-table.ts";

/** Reads COPY INTO, whose words are taken. */
export function parseCopy(cursor: Cursor): Command {
  const written = readCopy(cursor);
  return dml((work) => copyInto(work, written));
}

/** A COPY that is under way. */
interface Load extends NamedTable {
  readonly written: WrittenCopy;
  readonly found: FoundStage;
  readonly columns: CopyColumns;
  readonly format: FileFormatOptions;
}

async function copyInto(work: Work, written: WrittenCopy): Promise<Answer> {
  const { session } = work;
  const { name, table } = session.names.table(written.into, "Table");
  session.check("INSERT", "TABLE", fullName(name));
  const found = findStage(session, written.stage);
  checkStage(session, found, "READ");
  if (found.stage.url !== null) throw problems.unsupported("COPY from an external stage");
  if (written.transform !== null && written.options.match !== "NONE") {
    throw problems.other(
      "002208",
      "0A000",
      "MATCH_BY_COLUMN_NAME is not supported with a COPY transformation.",
    );
  }
  const format = formatOf(work, written);
  const columns = planColumns({ written, table, format, scope: scopeOf(work) });
  columns.query([], new Date());
  const { load, skipped } = await chooseFiles(session, { found, options: written.options, table });
  const lines =
    load.length === 0 ? [] : await loadFiles(work, { name, table, written, found, columns, format }, load);
  return copyAnswer([...lines, ...skipped.map(skippedLine)], written.options);
}

function formatOf({ session }: Work, { options: { format } }: WrittenCopy): FileFormatOptions {
  const named = format.name === null ? undefined : session.names.format(format.name).options;
  return checkFormatOptions(named ?? format.options);
}

async function loadFiles(work: Work, load: Load, files: readonly StageFile[]): Promise<readonly CopyLine[]> {
  const staged = new StagedTable(work.session.duck, load.columns.fieldCount);
  try {
    await staged.open();
    const outcomes: FileOutcome[] = [];
    const { onError } = load.written.options;
    const { format, columns } = load;
    const { expectedFields, paths } = columns;
    const plan = { stageId: load.found.stage.id, format, onError, expectedFields, paths, staged };
    for (const [index, file] of files.entries()) {
      outcomes.push(await stageFile(work, plan, { file, number: index + 1 }));
    }
    staged.finish();
    const startedAt = new Date();
    // Asked for anew each time: DDL may change the table's columns meanwhile.
    const query = () => columns.query(files, startedAt);
    if (onError !== "ABORT_STATEMENT") await settleErrors(work, load, { outcomes, query });
    return await insertStaged(work, load, { outcomes, query }).catch((error: unknown) =>
      refuseRow(work, load, { files, query, error }),
    );
  } finally {
    await staged.drop();
  }
}

/** Looks for the row that made COPY stop, and says where it is. */
async function refuseRow(
  { session, signal }: Work,
  { table }: Load,
  { files, query, error }: { files: readonly StageFile[]; query: () => string; error: unknown },
): Promise<never> {
  signal.throwIfAborted();
  for (const [index, { path }] of files.entries()) {
    const [failing] = await failingRows(
      { duck: session.duck, table, query: query(), file: index + 1, signal },
      1,
    );
    if (failing === undefined) continue;
    const { row } = failing;
    throw inFile(failing.error, { path, line: row, character: 1, row });
  }
  throw error;
}

interface Staged {
  readonly outcomes: readonly FileOutcome[];
  readonly query: () => string;
}

/** Takes rows away that cannot be loaded; with SKIP_FILE, the whole files. */
async function settleErrors(
  { session, signal }: Work,
  { written, table }: Load,
  { outcomes, query }: Staged,
): Promise<void> {
  const { duck } = session;
  for (const [index, outcome] of outcomes.entries()) {
    const file = index + 1;
    const failing = await failingRows({ duck, table, query: query(), file, signal });
    for (const { row, error } of failing) {
      noteError(outcome, { message: error.problem.message, line: row, character: null, column: null });
    }
    if (outcome.errorCount === 0) continue;
    const rows = failing.map(({ row }) => row);
    const where = written.options.onError === "SKIP_FILE" ? "true" : `_row IN (${[...rows, -1].join(", ")})`;
    await duck.run(`DELETE FROM ${stagedTable} WHERE _file = ${file} AND ${where}`, signal);
  }
}

async function insertStaged(
  work: Work,
  load: Load,
  { outcomes, query }: Staged,
): Promise<readonly CopyLine[]> {
  const { session, signal } = work;
  const { table, name, found, written } = load;
  const counts = await session.duck.rows(`SELECT _file, count(*) FROM ${stagedTable} GROUP BY _file`, signal);
  const rowsOf = new Map(counts.map(([file, count]) => [Number(file), Number(count)]));
  const lines = outcomes.map(
    (outcome, index): CopyLine => ({ ...outcome, rowsLoaded: rowsOf.get(index + 1) ?? 0 }),
  );
  await changeRows(work, {
    locks: false,
    plan: () => ({
      target: session.names.table(fullName(name), "Table"),
      change: async (change) => {
        await insertQuery(change, query());
        session.transaction?.keepHistory(table);
        noteLoaded(table, found.stage.id, lines);
        return copyAnswer(lines, written.options);
      },
    }),
  });
  if (written.options.purge) {
    const loaded = lines.filter(({ errorCount }) => errorCount === 0);
    for (const { file } of loaded) await session.parts.files.remove(found.stage.id, file.path);
  }
  return lines;
}

function noteLoaded(table: Table, stageId: string, lines: readonly CopyLine[]): void {
  for (const { file, rowsLoaded, rowsParsed, errorCount } of lines) {
    if (rowsLoaded === 0 && errorCount > 0) continue;
    const { path, md5, bytes } = file;
    const status: LoadedFile["status"] = errorCount === 0 ? "LOADED" : "PARTIALLY LOADED";
    const loadedAt = new Date();
    table.history.set(historyKey(stageId, path), {
      path,
      stageId,
      md5,
      bytes,
      loadedAt,
      rowCount: rowsLoaded,
      rowsParsed,
      status,
      errorCount,
    });
  }
}
