import { checkStage, findStage, takeStage } from "../catalogue/stage-names.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { optionText, parseOption } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import { integerType, textType } from "../values/types.ts";
import { rowsAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes } from "./command.ts";

/** Reads LIST and LS. */
export function parseList(cursor: Cursor): Command {
  const written = takeStage(cursor);
  const pattern = parsePattern(cursor);
  return metadata(async ({ session }) => {
    const found = findStage(session, written);
    checkStage(session, found, "READ");
    const files = await session.parts.files.list(found.stage.id, found.path);
    const rows = files
      .filter(({ path }) => pattern.test(path))
      .map(({ path, bytes, md5, modifiedAt }) => [
        `${found.listPrefix}${path}`,
        String(bytes),
        md5,
        modifiedAt.toUTCString(),
      ]);
    return rowsAnswer(
      statementTypes.session,
      [
        ["name", textType],
        ["size", integerType],
        ["md5", textType],
        ["last_modified", textType],
      ],
      rows,
    );
  });
}

/** Reads REMOVE and RM. A path that no file begins with removes nothing. */
export function parseRemove(cursor: Cursor): Command {
  const written = takeStage(cursor);
  const pattern = parsePattern(cursor);
  return metadata(async ({ session }) => {
    const found = findStage(session, written);
    checkStage(session, found, "WRITE");
    const { files } = session.parts;
    const removed: string[] = [];
    for (const { path } of await files.list(found.stage.id, found.path)) {
      if (!pattern.test(path)) continue;
      await files.remove(found.stage.id, path);
      removed.push(`${found.listPrefix}${path}`);
    }
    return rowsAnswer(
      statementTypes.session,
      [
        ["name", textType],
        ["result", textType],
      ],
      removed.map((name) => [name, "removed"]),
    );
  });
}

function parsePattern(cursor: Cursor): RegExp {
  const option = parseOption(cursor);
  if (option === undefined) return /(?:)/u;
  const [name, value] = option;
  if (name !== "PATTERN") throw problems.invalidParameter(name);
  try {
    return new RegExp(`^(?:${optionText(value)})$`, "su");
  } catch {
    throw problems.invalidValue(optionText(value), "PATTERN");
  }
}
