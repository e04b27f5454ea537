import { comparable } from "../moment-casts.ts";
import { argumentCount, compilationError, unknownFunction } from "../problem.ts";
import type { CallExpression, OrderItem, WindowSpec } from "../syntax/tree.ts";
import type { Frame, Translator } from "../translator.ts";
import type { Typed } from "../typed.ts";
import { aggregateFunctions } from "./aggregate-functions.ts";
import { conditionalFunctions } from "./conditional-functions.ts";
import { contextFunctions } from "./context-functions.ts";
import { conversionFunctions } from "./conversion-functions.ts";
import type { FunctionEntry, FunctionTable } from "./function-entry.ts";
import { momentFunctions } from "./moment-functions.ts";
import { numberFunctions } from "./number-functions.ts";
import { textFunctions } from "./text-functions.ts";
import { variantFunctions } from "./variant-functions.ts";

const functions: FunctionTable = {
  ...aggregateFunctions,
  ...conditionalFunctions,
  ...contextFunctions,
  ...conversionFunctions,
  ...momentFunctions,
  ...numberFunctions,
  ...textFunctions,
  ...variantFunctions,
};

/** Translates a call. Throws 002140 for a function that is not in the tables, 000938 and 000939 for wrong counts. */
export function translatedCall(call: CallExpression, frame: Frame, translator: Translator): Typed {
  const entry = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (entry === undefined) throw unknownFunction(call.name);
  checkCount(call, entry);
  checkPlace(call, entry);
  const arg = (index: number) => translator.expression(raw(index), frame);
  const raw = (index: number) => call.args[index] ?? { kind: "null" as const };
  const result = entry.translate({
    call,
    frame,
    translator,
    count: call.args.length,
    arg,
    raw,
    rest: (from) => call.args.slice(from).map((part) => translator.expression(part, frame)),
  });
  return call.over === undefined
    ? result
    : { ...result, sql: `${result.sql} OVER (${windowSql(call.over, frame, translator)})` };
}

function checkCount(call: CallExpression, entry: FunctionEntry): void {
  const given = call.args.length;
  if (given >= entry.least && given <= entry.most) return;
  const expected = given < entry.least ? entry.least : entry.most;
  throw argumentCount(call.name, { expected, given }, call.at);
}

function checkPlace(call: CallExpression, entry: FunctionEntry): void {
  if (call.over !== undefined && entry.isWindow !== true && entry.isAggregate !== true) {
    throw compilationError("002303", "42601", `Invalid function type [${call.name}] for window function.`);
  }
  if (call.over === undefined && entry.isWindow === true && entry.isAggregate !== true) {
    throw compilationError(
      "002303",
      "42601",
      `Window function type [${call.name}] requires OVER clause to be specified`,
    );
  }
  if ((call.isDistinct || call.isStar) && entry.isAggregate !== true) throw unknownFunction(call.name);
}

function windowSql(over: WindowSpec, frame: Frame, translator: Translator): string {
  const partitions = over.partitionBy.map((part) => comparable(translator.expression(part, frame)));
  return [
    partitions.length > 0 ? `PARTITION BY ${partitions.join(", ")}` : "",
    over.orderBy.length > 0
      ? `ORDER BY ${orderSql(over.orderBy, (item) => translator.expression(item.expression, frame).sql)}`
      : "",
    over.frame ?? "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Writes sort keys; NULL is the greatest value, as Snowflake has it. */
export function orderSql(items: readonly OrderItem[], sqlOf: (item: OrderItem) => string): string {
  return items
    .map((item) => {
      const nulls = item.nulls ?? (item.isDescending ? "FIRST" : "LAST");
      return `${sqlOf(item)} ${item.isDescending ? "DESC" : "ASC"} NULLS ${nulls}`;
    })
    .join(", ");
}
