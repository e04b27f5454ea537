import { castTo } from "../casts.ts";
import { momentPlus } from "../moment-arithmetic.ts";
import { fromMomentNumber, isMoment, momentNumber } from "../moment-casts.ts";
import { textLiteral } from "../names.ts";
import { invalidArgumentTypes, syntaxErrorAt } from "../problem.ts";
import { partName } from "../runtime/moment-parts.ts";
import { call as calls, type Typed } from "../typed.ts";
import { integerType, ntzType, physicalType, type SqlType, typeName, tzType } from "../types.ts";
import { constantText } from "./conversion-functions.ts";
import { entry, type FunctionCall, type FunctionEntry, type FunctionTable } from "./function-entry.ts";

/** A unit is a word or a text. */
function part(call: FunctionCall, index = 0): string {
  const expression = call.raw(index);
  if (expression.kind === "text") return partName(expression.value);
  const [name, ...others] = expression.kind === "column" ? expression.parts : [];
  if (name === undefined || others.length > 0) throw syntaxErrorAt(call.call.at, call.call.name);
  return partName(name);
}

/** Text is taken for a timestamp. */
function moment(call: FunctionCall, index: number): Typed {
  const value = call.arg(index);
  if (isMoment(value.type)) return value;
  if (value.type.kind === "varchar" || value.type.kind === "variant")
    return castTo(value, ntzType, call.translator);
  throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
}

function described(value: Typed): readonly [string, string] {
  return [momentNumber(value), textLiteral(value.type.kind)];
}

function added(call: FunctionCall, unit: string): Typed {
  const whole: SqlType = { kind: "number", precision: 18, scale: 0 };
  const amount = castTo(call.arg(1), whole, call.translator).sql;
  return momentPlus(moment(call, 2), { unit, amount }, call.translator);
}

const wholeType: SqlType = { kind: "number", precision: 9, scale: 0 };

function difference(call: FunctionCall): Typed {
  const sides = [...described(moment(call, 1)), ...described(moment(call, 2))];
  const sql = calls("sf_moment_diff", textLiteral(part(call)), ...sides, textLiteral(call.translator.zone));
  return { sql: `CAST(${sql} AS ${physicalType(integerType)})`, type: integerType };
}

function field(call: FunctionCall, unit: string, value: Typed): Typed {
  const type = unit.startsWith("EPOCH") ? integerType : wholeType;
  const sql = calls(
    "sf_moment_part",
    textLiteral(unit),
    ...described(value),
    textLiteral(call.translator.zone),
  );
  return { sql: `CAST(${sql} AS ${physicalType(type)})`, type };
}

function named(unit: string): FunctionEntry {
  return entry([1], (call) => field(call, unit, moment(call, 0)));
}

function truncatedMoment(call: FunctionCall): Typed {
  const value = moment(call, 1);
  const sql = calls(
    "sf_moment_trunc",
    textLiteral(part(call)),
    ...described(value),
    textLiteral(call.translator.zone),
  );
  return { sql: fromMomentNumber(sql, value.type), type: value.type };
}

/** With three arguments a wall's time in one zone becomes one in another; with two an instant gets a zone. */
function converted(call: FunctionCall): Typed {
  if (call.count === 2) {
    const instant = castTo(moment(call, 1), { kind: "timestamp_ltz", scale: 9 }, call.translator);
    return { sql: calls("sf_zone_instant", instant.sql, textLiteral(constantText(call, 0))), type: tzType };
  }
  const wall = castTo(moment(call, 2), ntzType, call.translator);
  const zones = [constantText(call, 0), constantText(call, 1)].map(textLiteral);
  return { sql: calls("sf_zone_wall", wall.sql, ...zones), type: ntzType };
}

const add = entry([3], (call) => added(call, part(call)));

/** Functions over dates, times and timestamps. */
export const momentFunctions: FunctionTable = {
  DATEADD: add,
  TIMEADD: add,
  TIMESTAMPADD: add,
  DATEDIFF: entry([3], difference),
  TIMEDIFF: entry([3], difference),
  TIMESTAMPDIFF: entry([3], difference),
  DATE_TRUNC: entry([2], truncatedMoment),
  DATE_PART: entry([2], (call) => field(call, part(call), moment(call, 1))),
  YEAR: named("YEAR"),
  QUARTER: named("QUARTER"),
  MONTH: named("MONTH"),
  DAY: named("DAY"),
  DAYOFMONTH: named("DAY"),
  DAYOFWEEK: named("DAYOFWEEK"),
  DAYOFYEAR: named("DAYOFYEAR"),
  HOUR: named("HOUR"),
  MINUTE: named("MINUTE"),
  SECOND: named("SECOND"),
  CONVERT_TIMEZONE: entry([2, 3], converted),
};
