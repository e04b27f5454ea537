import { castTo } from "./casts.ts";
import { fromMomentNumber, isMoment, momentNumber } from "./moment-casts.ts";
import { textLiteral } from "./names.ts";
import { invalidArgumentTypes, syntaxErrorAt, type TextPlace } from "./problem.ts";
import { partName } from "./runtime/moment-parts.ts";
import type { Expression } from "./syntax/tree.ts";
import type { Translator } from "./translator.ts";
import { call, type Typed } from "./typed.ts";
import { ntzType, typeName } from "./types.ts";

/** An INTERVAL as it was written. */
export type IntervalExpression = Extract<Expression, { readonly kind: "interval" }>;

const fineUnits = ["HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];

/** Adds units to a moment; a date becomes a timestamp where they are finer than days. `amount` is SQL of a whole number. */
export function momentPlus(
  value: Typed,
  { unit, amount }: { readonly unit: string; readonly amount: string },
  translator: Translator,
): Typed {
  const isRefined = value.type.kind === "date" && fineUnits.includes(unit);
  const base = isRefined ? castTo(value, ntzType, translator) : value;
  const { type } = base;
  const sql = call(
    "sf_moment_add",
    textLiteral(unit),
    `CAST(${amount} AS HUGEINT)`,
    momentNumber(base),
    textLiteral(type.kind),
    textLiteral(translator.zone),
  );
  return { sql: fromMomentNumber(sql, type), type };
}

/** Adds an INTERVAL to a moment, or takes it away: part after part, in the order in which they are written. */
export function intervalPlus(
  value: Typed,
  { interval, operator }: { readonly interval: IntervalExpression; readonly operator: string },
  translator: Translator,
): Typed {
  if (!isMoment(value.type)) {
    throw invalidArgumentTypes(operator, [typeName(value.type), "INTERVAL"], interval.at);
  }
  let sum = value;
  for (const { unit, amount } of intervalParts(interval.value, interval.at)) {
    sum = momentPlus(sum, { unit, amount: operator === "-" ? `-(${amount})` : amount }, translator);
  }
  return sum;
}

interface IntervalPart {
  readonly unit: string;
  readonly amount: string;
}

/** Reads `7 days, 1 hour`; a number without a unit counts seconds. */
function intervalParts(text: string, at: TextPlace): readonly IntervalPart[] {
  return text.split(",").map((part) => {
    const [, amount, unit = "SECOND"] = /^\s*([+-]?[0-9]{1,18})\s*([A-Za-z]+)?\s*$/.exec(part) ?? [];
    if (amount === undefined) throw syntaxErrorAt(at, `INTERVAL '${text}'`);
    return { unit: partName(unit), amount };
  });
}
