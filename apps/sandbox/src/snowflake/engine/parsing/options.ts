import type { OptionValue } from "../catalogue/model.ts";
import { problems } from "../problems.ts";
import type { Cursor } from "./cursor.ts";

/** Reads `NAME = VALUE` pairs as long as there are some. A name may not stand twice. */
export function parseOptions(cursor: Cursor): Map<string, OptionValue> {
  const options = new Map<string, OptionValue>();
  for (let option = parseOption(cursor); option !== undefined; option = parseOption(cursor)) {
    const [name, value] = option;
    if (options.has(name)) throw problems.other("001424", "22023", `duplicate option '${name}'`);
    options.set(name, value);
    cursor.takesOperator(",");
  }
  return options;
}

/** Reads one `NAME = VALUE`, if one stands here. */
export function parseOption(cursor: Cursor): readonly [name: string, value: OptionValue] | undefined {
  const name = cursor.peek();
  if (name?.kind !== "word" || !cursor.seesOperator("=", 1)) return undefined;
  cursor.next();
  cursor.expectOperator("=");
  return [name.value, parseOptionValue(cursor)];
}

/** Reads a word, a number, a text, or a list of texts in parentheses. */
function parseOptionValue(cursor: Cursor): OptionValue {
  const token = cursor.peek();
  if (cursor.seesOperator("(")) return { kind: "list", values: parseTexts(cursor) };
  if (token?.kind === "string") return { kind: "text", value: cursor.text() };
  if (token?.kind === "word" || token?.kind === "number") {
    cursor.next();
    return { kind: "word", value: token.value };
  }
  throw cursor.unexpected();
}

function parseTexts(cursor: Cursor): readonly string[] {
  cursor.expectOperator("(");
  const texts: string[] = [];
  while (!cursor.takesOperator(")")) {
    texts.push(cursor.text());
    if (!cursor.seesOperator(")")) cursor.expectOperator(",");
  }
  return texts;
}

/** Reads options between parentheses. */
export function parseOptionGroup(cursor: Cursor): Map<string, OptionValue> {
  cursor.expectOperator("(");
  const options = parseOptions(cursor);
  cursor.expectOperator(")");
  return options;
}

/** Answers an option that is TRUE or FALSE. Throws 001008 for another value. */
export function booleanOption(
  options: ReadonlyMap<string, OptionValue>,
  name: string,
  otherwise: boolean,
): boolean {
  const option = options.get(name);
  if (option === undefined) return otherwise;
  if (option.kind === "word" && option.value === "TRUE") return true;
  if (option.kind === "word" && option.value === "FALSE") return false;
  throw problems.invalidValue(optionText(option), name);
}

/** Spells an option's value. */
export function optionText(option: OptionValue): string {
  return option.kind === "list" ? option.values.join(",") : option.value;
}
