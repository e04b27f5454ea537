import { castTo } from "../casts.ts";
import { nullOf } from "../moment-casts.ts";
import { textLiteral } from "../names.ts";
import { call as calls, constantText, type Typed } from "../typed.ts";
import { dateType, ltzType, ntzType, textType, timeType } from "../types.ts";
import { entry, type FunctionCall, type FunctionTable } from "./function-entry.ts";

function now(call: FunctionCall): Typed {
  return { sql: `CAST('${call.translator.now}' AS HUGEINT)`, type: ltzType };
}

function known(value: string | null): Typed {
  return value === null ? nullOf(textType) : constantText(value);
}

/** Functions that tell of the session and the moment. */
export const contextFunctions: FunctionTable = {
  CURRENT_TIMESTAMP: entry([0, 1], now),
  LOCALTIMESTAMP: entry([0, 1], now),
  GETDATE: entry([0], now),
  SYSTIMESTAMP: entry([0], now),
  SYSDATE: entry([0], (call) => ({ sql: now(call).sql, type: ntzType })),
  CURRENT_DATE: entry([0], (call) => castTo(now(call), dateType, call.translator)),
  CURRENT_TIME: entry([0, 1], (call) => castTo(now(call), timeType, call.translator)),
  LOCALTIME: entry([0, 1], (call) => castTo(now(call), timeType, call.translator)),
  CURRENT_USER: entry([0], (call) => known(call.translator.scope.user ?? null)),
  CURRENT_ROLE: entry([0], (call) => known(call.translator.scope.place.role)),
  CURRENT_DATABASE: entry([0], (call) => known(call.translator.scope.place.database)),
  CURRENT_SCHEMA: entry([0], (call) => known(call.translator.scope.place.schema)),
  CURRENT_WAREHOUSE: entry([0], (call) => known(call.translator.scope.place.warehouse)),
  CURRENT_SESSION: entry([0], (call) => known(call.translator.scope.session ?? "1")),
  CURRENT_ACCOUNT: entry([0], () => known("SANDBOX")),
  CURRENT_REGION: entry([0], () => known("LOCAL")),
  CURRENT_CLIENT: entry([0], () => known("JavaScript")),
  CURRENT_VERSION: entry([0], () => known("9.35.0")),
  UUID_STRING: entry([0], () => ({ sql: calls("sf_uuid", textLiteral("")), type: textType })),
};
