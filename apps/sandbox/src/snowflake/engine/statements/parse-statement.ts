import { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { syntaxError } from "../values/problem.ts";
import { type Token, tokenize } from "../values/tokens.ts";
import type { Command } from "./command.ts";
import { parsePut } from "./put.ts";
import { wholeQuery } from "./query.ts";
import { statementForms } from "./statement-forms.ts";

/** Reads one statement. Throws 000900 for none, 000008 for several, 001003 for what is none. */
export function parseStatement(sql: string): Command {
  const put = parsePut(sql);
  if (put !== undefined) return put;
  const cursor = new Cursor(onlyStatement(tokenize(sql)));
  const form = formOf(cursor);
  if (form === undefined) throw syntaxError(cursor.peek());
  const command = form(cursor);
  cursor.expectEnd();
  return command;
}

function onlyStatement(tokens: readonly Token[]): readonly Token[] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "operator" && token.text === ";") statements.push([]);
    else statements.at(-1)?.push(token);
  }
  const written = statements.filter((statement) => statement.length > 0);
  if (written.length > 1) throw problems.statementCount(written.length);
  const [only] = written;
  if (only === undefined) throw problems.empty();
  return only;
}

function formOf(cursor: Cursor): ((cursor: Cursor) => Command) | undefined {
  if (cursor.seesOperator("(")) return wholeQuery;
  for (const { words, parse } of statementForms) {
    if (cursor.takes(...words)) return parse;
  }
  return undefined;
}
