import { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { Token } from "../values/tokens.ts";
import { textType } from "../values/types.ts";
import { rowsAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes } from "./command.ts";

const abort = "SYSTEM$ABORT_TRANSACTION";

/** Reads SELECT SYSTEM$ABORT_TRANSACTION(…). Answers undefined for another query. */
export function systemCall(tokens: readonly Token[]): Command | undefined {
  const cursor = new Cursor(tokens);
  if (!cursor.takes("SELECT", abort)) return undefined;
  const [argument] = cursor.list(() => cursor.next());
  cursor.expectEnd();
  const id = argument?.value ?? "";
  return metadata(async ({ session }) => {
    const owner = [...session.parts.sessions].find(({ transaction }) => transaction?.id === id);
    if (owner === undefined) {
      throw problems.failed("000671", "02000", `Transaction ${id} does not exist or is not active.`);
    }
    if (owner === session) await session.rollBack();
    else await owner.turns.run(() => owner.abort());
    const column = `${abort}(${argument?.text ?? ""})`;
    return rowsAnswer(statementTypes.select, [[column, textType]], [["Aborted transaction"]]);
  });
}
